"""The permissions boundary: what every role of an environment bears, whoever makes it."""

from collections.abc import Callable

import pulumi

from infra.needs.tags import Transformation

ROLE = "aws:iam/role:Role"


def bounding(boundary_arn: Callable[[], pulumi.Input[str] | None]) -> Transformation:
    """What gives every role the boundary of which `boundary_arn` tells once it is there.

    A transformation reaches whatever is below a need, so that no component can forget it:
    https://www.pulumi.com/docs/iac/concepts/resources/options/transformations/
    """

    def bounded(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != ROLE or (arn := boundary_arn()) is None:
            return None
        return pulumi.ResourceTransformationResult(
            {**args.props, "permissions_boundary": arn}, args.opts
        )

    return bounded
