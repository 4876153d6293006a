"""What was kept of an earlier stack becomes part of the one that declares it again."""

import re

import pulumi

from infra.kept import Kept
from infra.needs.tags import Transformation


def adopting(kept: Kept) -> Transformation:
    """What has the engine import a resource that outlives its stack, where it is there already.

    An import is followed by an update to what is declared, in one deployment:
    https://www.pulumi.com/docs/iac/concepts/options/import/
    """

    def adopted(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        if not args.opts.retain_on_delete:
            return None
        inputs = {_camel_case(key): value for key, value in args.props.items()}
        if not (id_ := kept(args.type_, args.name, inputs)):
            return None
        adoption = pulumi.ResourceOptions(import_=id_)
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, adoption)
        )

    return adopted


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)
