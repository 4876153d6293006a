"""What the parts of one environment are told, and what they stand on."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.common.bucket import AccessLogBucket, PrivateBucket
from components.common.durability import Durability
from components.devops.delivery.source import SourceArgs
from components.devops.registries.package_registry import PackageRegistry
from components.foundation.access.boundary import Boundary
from components.foundation.alerts.alerts import Alerts
from components.foundation.keys.key import DataClass, Key
from components.foundation.network.existing_network import ExistingNetwork
from components.foundation.network.network import Network
from infra.naming import Names
from infra.needs.need import Need
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


@dataclass(frozen=True)
class Foundation:
    """What the needs above stand on."""

    need: Need
    boundary: Boundary
    """What bounds every role of the environment."""
    network: Network | ExistingNetwork
    keys: Mapping[DataClass, Key]
    access_logs: AccessLogBucket
    artifacts: PrivateBucket
    alerts: Alerts


@dataclass(frozen=True)
class DevOps:
    """What the pipelines of models share with the platform's own."""

    source: SourceArgs
    need: Need
    packages: PackageRegistry | None
    """Where builds get Python packages; None for PyPI itself."""
    preview_policy_arns: list[pulumi.Input[str]]
    """Managed policies that let read the settings of all that the platform declares."""
    bus: pulumi.Output[str] | None
    """Name of the bus that other accounts' events come by, if any do."""
