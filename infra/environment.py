"""What every part of one environment is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from infra.live import Live
from infra.naming import Names
from infra.promotion import Promotion
from infra.stack_secrets import Secrets

Component = TypeVar("Component", bound=pulumi.ComponentResource)


@dataclass(frozen=True)
class Environment:
    """What every part of one environment is told."""

    names: Names
    region: str
    account_id: pulumi.Output[str]
    durability: Durability
    log_retention_days: int
    provider: aws.Provider
    secret: Secrets
    """A secret of the stack, by its name."""
    tags: Mapping[str, str]
    """What the provider tags all resources with; what they start at run time is to bear it too."""
    promotion: Promotion
    """Where the models' versions come from, and where they go on to."""
    components: Mapping[type[pulumi.ComponentResource], type[pulumi.ComponentResource]]
    """Component classes, each with the team's own that stands in for it."""
    live: Live
    """What of it is there already."""
    services: frozenset[str]
    """Services that the environment's graph uses, by the names of their boto3 clients: previews and
    deployments may do with them what `infra.deploy_permissions` says."""

    def component(self, class_: type[Component]) -> type[Component]:
        """The class to declare for a component class: a team's own one where it replaces it."""
        return cast("type[Component]", self.components.get(class_, class_))
