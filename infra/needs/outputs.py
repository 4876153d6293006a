"""What the needs at the bottom hand to those above them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.common.bucket import AccessLogBucket, PrivateBucket
from components.devops.delivery.source import SourceArgs
from components.devops.registries.package_registry import PackageRegistry
from components.foundation.access.boundary import Boundary
from components.foundation.alerts.alerts import Alerts
from components.foundation.keys.key import DataClass, Key
from components.foundation.network.existing_network import ExistingNetwork
from components.foundation.network.network import Network
from infra.needs.need import Need


@dataclass(frozen=True)
class Foundation:
    """What the needs above the foundation are built on."""

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
