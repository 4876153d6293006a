"""What stands for one need in the tree of resources."""

import pulumi
import pulumi_aws as aws

from infra.needs.permissions_boundary import bounding
from infra.needs.tags import MODEL, NEED, tagging


class Need(pulumi.ComponentResource):
    """One need of the hierarchy: it groups its components in every tree that Pulumi draws.

    All below it bears its name as a tag, and every role below it the permissions boundary.
    """

    def __init__(
        self, name: str, provider: aws.Provider, boundary_arn: pulumi.Output[str] | None = None
    ) -> None:
        self._boundary_arn = boundary_arn
        super().__init__(
            "maslow:index:Need",
            name,
            None,
            pulumi.ResourceOptions(
                providers=[provider],
                transformations=[tagging({NEED: name}), bounding(lambda: self._boundary_arn)],
            ),
        )

    def set_permissions_boundary(self, boundary_arn: pulumi.Output[str]) -> None:
        """Have every role that comes after this bear the boundary; it is itself of the need."""
        self._boundary_arn = boundary_arn

    def child_options(self, model: str | None = None) -> pulumi.ResourceOptions:
        """Options of a component that serves this need.

        One that serves a single model is told its name, which all below it bears as a tag.
        """
        transformations = [tagging({MODEL: model})] if model else None
        return pulumi.ResourceOptions(parent=self, transformations=transformations)
