"""What every part of one environment is told."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from infra.naming import Names
from infra.promotion import Promotion
from infra.stack_secrets import Secrets


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
    services: frozenset[str]
    """Services that the environment's graph uses, by the names of their boto3 clients: previews and
    deployments may do with them what `infra.deploy_permissions` says."""
