"""What a need is in the tree of resources, and what all below it bears."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.kept import Kept, nothing
from infra.needs.adoption import adopting
from infra.needs.dead_letters import dead_lettering
from infra.needs.permissions_boundary import bounding
from infra.needs.tags import MODEL, NEED, tagging


@dataclass
class Guards:
    """What the resources of all needs bear, each from the time on that it is there."""

    boundary_arn: pulumi.Output[str] | None = None
    """Permissions boundary of every role."""
    dead_letter_arn: pulumi.Output[str] | None = None
    """Dead-letter queue of every EventBridge target and schedule."""
    kept: Kept = nothing
    """What an earlier stack left of them."""


class Need(pulumi.ComponentResource):
    """One need of the hierarchy: it groups its components in every tree that Pulumi draws.

    All below it bears its name as a tag, every role below it the permissions boundary, and what
    EventBridge delivers to below it the dead-letter queue. What an earlier stack left of it is
    taken up again.
    """

    def __init__(self, name: str, provider: aws.Provider, guards: Guards | None = None) -> None:
        self.guards = guards or Guards()
        super().__init__(
            "maslow:index:Need",
            name,
            None,
            pulumi.ResourceOptions(
                providers=[provider],
                transformations=[
                    adopting(self.guards.kept),
                    tagging({NEED: name}),
                    bounding(lambda: self.guards.boundary_arn),
                    dead_lettering(lambda: self.guards.dead_letter_arn),
                ],
            ),
        )

    def set_permissions_boundary(self, boundary_arn: pulumi.Output[str]) -> None:
        """Have every role that comes after this bear the boundary; it is itself of the need."""
        self.guards.boundary_arn = boundary_arn

    def set_dead_letter_queue(self, queue_arn: pulumi.Output[str]) -> None:
        """Have every target and schedule that comes after this send there what it gives up."""
        self.guards.dead_letter_arn = queue_arn

    def child_options(self, model: str | None = None) -> pulumi.ResourceOptions:
        """Options of a component that serves this need.

        One that serves a single model is told its name, which all below it bears as a tag.
        """
        transformations = [tagging({MODEL: model})] if model else None
        return pulumi.ResourceOptions(parent=self, transformations=transformations)
