"""What the needs at the bottom hand to those above them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.common.bucket import AccessLogBucket, PrivateBucket
from components.data.crawlers.crawler import Crawler
from components.data.feature_group import FeatureGroup
from components.data.governance.lake_access import LakeAccess
from components.data.jobs.args import JobCheckArgs
from components.data.lake.lake import Lake
from components.data.tables.table_bucket import TableBucket
from components.devops.delivery.source import SourceArgs
from components.devops.delivery.state import StateArgs
from components.devops.registries.package_registry import PackageRegistry
from components.foundation.access.boundary import Boundary
from components.foundation.alerts.alerts import Alerts
from components.foundation.keys.existing_key import ExistingKey
from components.foundation.keys.key import DataClass, Key
from components.foundation.network.existing_network import ExistingNetwork
from components.foundation.network.network import Network
from infra.environment import Environment
from infra.needs.file_systems import FileSystems
from infra.needs.need import Need


@dataclass(frozen=True)
class Foundation:
    """What the needs above the foundation are built on."""

    need: Need
    boundary: Boundary
    """What bounds every role of the environment."""
    network: Network | ExistingNetwork
    keys: Mapping[DataClass, Key | ExistingKey]
    access_logs: AccessLogBucket
    artifacts: PrivateBucket
    alerts: Alerts


@dataclass(frozen=True)
class Declared:
    """What the jobs are declared with, and whatever else is told of the data before them."""

    need: Need
    lake: Lake
    tables: Mapping[str, pulumi.Output[str]]
    """Database and table of each table, with a dot between them, by zone and name."""
    files: FileSystems
    groups: Mapping[str, FeatureGroup]
    """Feature groups by their names in AWS, without the environment: `visits-v1`."""
    bucket: TableBucket | None
    """The table bucket, where there is one."""
    checks: Mapping[str, JobCheckArgs]
    """Rules of tables by their place: a zone and a prefix."""
    crawlers: Mapping[str, Crawler]


@dataclass(frozen=True)
class Data:
    """What the needs above the data, and who reads it, are told of it."""

    need: Need
    lake: Lake
    tables: Mapping[str, pulumi.Output[str]]
    """Database and table of each table, with a dot between them, by zone and name."""
    access: LakeAccess | None
    """What Lake Formation looks after; None where it decides nothing."""
    files: FileSystems


@dataclass(frozen=True)
class DevOps:
    """What the pipelines of models share with the platform's own."""

    source: SourceArgs
    need: Need
    packages: PackageRegistry | None
    """Where builds get Python packages; None for PyPI itself."""
    preview_policy_arns: list[pulumi.Input[str]]
    """Managed policies that let read the settings of all that the platform declares."""
    deploy_policy_arns: list[pulumi.Input[str]]
    """Managed policies that let deploy it."""
    preview_role_arns: Mapping[str, pulumi.Output[str]]
    """ARNs of the roles that preview it, by what they belong to."""
    deploy_role_arns: Mapping[str, pulumi.Output[str]]
    """ARNs of those that deploy it."""
    state: StateArgs
    """Where Pulumi keeps the environment's state."""
    bus: pulumi.Output[str] | None
    """Name of the bus that other accounts' events come by, if any do."""


@dataclass(frozen=True)
class Cluster:
    """A cluster of Kubernetes, for what goes into it."""

    name: pulumi.Output[str]
    """Its name, known once nodes can join it."""
    arn: pulumi.Output[str]
    """Its ARN."""
    provider: pulumi.ProviderResource
    """The provider of all that is in it."""
    owned: bool
    """Whether it is the environment's own, and nobody else's."""
    namespaces: Mapping[str, pulumi.Output[str]]
    """Names of the teams' namespaces, by team."""
    add_ons: Mapping[str, Sequence[pulumi.Resource]]
    """By add-on, what has to be installed before its objects are known."""
    queue: pulumi.Output[str] | None
    """Name of the queue of each namespace, where shares are lent."""


@dataclass(frozen=True)
class Model:
    """What a model is called in AWS; outputs are None for what is not there."""

    group: str
    """Its model package group: the name, or the ARN where another account has it."""
    pipeline: pulumi.Output[str] | None = None
    """Name of its training pipeline; None where another environment trains it."""
    training_set: pulumi.Output[str] | None = None
    """ARN of the state machine that makes its training set; None where its data comes otherwise."""
    delivery: pulumi.Output[str] | None = None
    """Name of the pipeline that delivers it."""
    version: str | None = None
    """ARN of the version that is deployed; None until one is approved."""
    endpoint: pulumi.Output[str] | None = None
    """Name of its endpoint; None where Kubernetes serves it."""
    url: pulumi.Output[str] | None = None
    """Where it is asked within the cluster, where Kubernetes serves it."""
    loop: pulumi.Output[str] | None = None
    """ARN of the state machine that retrains it; None where another environment does."""

    @property
    def names(self) -> dict[str, pulumi.Input[str]]:
        """Those of the above that are there, by what they are."""
        every = {
            "group": self.group,
            "pipeline": self.pipeline,
            "training_set": self.training_set,
            "delivery": self.delivery,
            "version": self.version,
            "endpoint": self.endpoint,
            "url": self.url,
            "loop": self.loop,
        }
        return {what: name for what, name in every.items() if name is not None}


@dataclass(frozen=True)
class Platform:
    """All that the needs have declared, for what a team adds to it."""

    env: Environment
    """Names, region, account, durability and secrets of the environment."""
    foundation: Foundation
    """Network, keys, boundary, alert topics and buckets."""
    devops: DevOps
    """Source, packages and the bus of promotion."""
    data: Lake
    """The lake's zones, databases and workgroup."""
    models: Mapping[str, Model]
    """The models by their names."""
    need: Need
    """What a team's own resources lie below: they get the tags and the boundary by it."""

    def options(self, model: str | None = None) -> pulumi.ResourceOptions:
        """Options of a component that the team adds, for all models or a single one."""
        return self.need.child_options(model)
