"""A changed setting changes what it is about in an environment, and nothing else."""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from components.mlops.monitoring.monitor_code import runtime_files
from infra.errors import InputError
from infra.graph import Graph
from infra.project import Project
from infra.settings import StackFile
from infra.settings.devops.ci import Ci
from infra.settings.devops.source import Source
from infra.settings.foundation.alerts import Slack, Teams
from infra.settings.foundation.budget import ModelBudget
from infra.settings.foundation.network import Filter
from infra.settings.mlops.monitor import QualityMonitor

ENVIRONMENT = "dev"

OF_DEPLOYMENTS = re.compile(r"-permissions-(preview|deploy)-\d+$|-deploy-(attached|holds)-\d+$")
"""Policies of previews and deployments, and what attaches them: they follow the services in use."""


class Difference(NamedTuple):
    """Custom resources by kind, such as `Bucket`: how many came, went and changed."""

    added: dict[str, int]
    removed: dict[str, int]
    changed: dict[str, int]


def changed(**kinds: int) -> Difference:
    return Difference({}, {}, kinds)


def added(**kinds: int) -> Difference:
    return Difference(kinds, {}, {})


def removed(**kinds: int) -> Difference:
    return Difference({}, kinds, {})


def difference(before: Graph, after: Graph) -> Difference:
    old, new = before.by_urn, after.by_urn

    def kinds(urns: set[str]) -> dict[str, int]:
        resources = [new.get(urn) or old[urn] for urn in urns]
        counted = (r for r in resources if r.custom and not OF_DEPLOYMENTS.search(r.name))
        return dict(Counter(r.type.rpartition(":")[2] for r in counted))

    return Difference(
        kinds(new.keys() - old.keys()),
        kinds(old.keys() - new.keys()),
        kinds({u for u in old.keys() & new.keys() if old[u].inputs != new[u].inputs}),
    )


def varied(settings: Any, path: str, value: Any) -> Any:
    """A copy of settings with `value` at a dotted path; a number is a place in a list.

    A function makes the new value of the one that is there.
    """
    if not path:
        return value(settings) if callable(value) else value
    step, _, rest = path.partition(".")
    if isinstance(settings, BaseModel):
        return settings.model_copy(update={step: varied(getattr(settings, step), rest, value)})
    place = int(step)
    return (*settings[:place], varied(settings[place], rest, value), *settings[place + 1 :])


@pytest.fixture(scope="module")
def before(recording: Any) -> Graph:
    graph: Graph = recording(ENVIRONMENT, "second")
    return graph


ROOT = Path(__file__).parents[2]
MONITOR = Counter(EventRule=1, EventTarget=1, MetricAlarm=2, Role=2, RolePolicy=2, Schedule=1)
WATCH = Counter(LogGroup=1, Role=2, RolePolicy=2, Schedule=1, StateMachine=1)
"""Over monitors that run less than each day."""
CODE = len(runtime_files())
PROJECT = sum(path.is_file() for path in (ROOT / "templates" / "tabular" / "code").iterdir())
DRIFT = {"EventRule": 3, "EventTarget": 3}
"""By drift here, and in the two environments that the model goes on to."""
MODEL = MONITOR + Counter(
    BucketObjectv2=PROJECT,
    Endpoint=1,
    Dashboard=1,
    EndpointConfiguration=1,
    EventRule=3,
    EventTarget=3,
    LifecyclePolicy=1,
    LogGroup=6,
    MetricAlarm=2,
    Model=1,
    ModelPackageGroup=1,
    ModelPackageGroupPolicy=1,
    Pipeline=2,
    Policy=1,
    Project=3,
    Repository=1,
    RepositoryPolicy=1,
    Role=10,
    RolePolicy=20,
    StateMachine=3,
    Target=1,
)
"""A model that goes on to one environment."""
REDEPLOYMENT = Counter(EventRule=1, EventTarget=1, LogGroup=1, Role=2, RolePolicy=2, StateMachine=1)
TRAINING_ALERT = REDEPLOYMENT
"""Each is a rule and the machine that it starts."""
VERSION_CARDS = Counter(
    BucketObjectv2=1,
    EventRule=1,
    EventTarget=1,
    Function=1,
    LogGroup=2,
    Role=3,
    RolePolicy=3,
    StateMachine=1,
)
"""By a function, for the cards of all models."""
ENDPOINTS = {
    "SecurityGroup": 1,
    "SecurityGroupEgressRule": 1,
    "SecurityGroupIngressRule": 1,
    "VpcEndpoint": 13,
}
PULL_REQUESTS = {
    "EventRule": 1,
    "EventTarget": 1,
    "LogGroup": 2,
    "Pipeline": 1,
    "Project": 2,
    "Role": 3,
    "RolePolicy": 4,
    "RolePolicyAttachment": 3,
}
MIRROR = {"PullThroughCacheRule": 1, "RepositoryCreationTemplate": 1}
LOGIN = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:ecr-pullthroughcache/hub-a1b2c3"
CHAT = {"Policy": 1, "Role": 1, "RolePolicy": 1}
MICROSOFT = "12345678-1234-1234-1234-123456789abc"

ALERTS_TWICE = {"EventRule": 2, "EventTarget": 2}
BUCKET = {
    "Bucket": 1,
    "BucketLifecycleConfiguration": 1,
    "BucketLogging": 1,
    "BucketOwnershipControls": 1,
    "BucketPolicy": 1,
    "BucketPublicAccessBlock": 1,
    "BucketServerSideEncryptionConfiguration": 1,
    "BucketVersioning": 1,
}

CHANGES = [
    ("audit.retention_days", 2555, changed(BucketLifecycleConfiguration=2)),
    (
        "audit.object_lock",
        "governance",
        Difference({"BucketObjectLockConfiguration": 1}, {}, {"BucketPolicy": 1}),
    ),
    ("audit.data_events", True, Difference({"Trail": 1}, {}, {"BucketPolicy": 1})),
    ("audit.management_events", False, removed(**BUCKET, Trail=1, EventRule=3, EventTarget=3)),
    (
        "audit.config_rules",
        True,
        Difference(
            {
                **BUCKET,
                "ConformancePack": 1,
                "DeliveryChannel": 1,
                "EventRule": 1,
                "EventTarget": 1,
                "Recorder": 1,
                "RecorderStatus": 1,
            },
            {},
            {},
        ),
    ),
    (
        "audit.guardduty",
        True,
        Difference({"Detector": 1, "DetectorFeature": 6, **ALERTS_TWICE}, {}, {}),
    ),
    (
        "audit.security_hub",
        True,
        Difference({"Account": 1, "StandardsSubscription": 1, **ALERTS_TWICE}, {}, {}),
    ),
    ("durability", "disposable", changed(Bucket=6, Key=5, Repository=3, Workgroup=1)),
    (
        "source",
        Source(codecommit="ml-platform"),
        Difference(
            {"EventRule": 2, "EventTarget": 2, "Role": 2, "RolePolicy": 2},
            {"Connection": 1},
            {"Pipeline": 4, "Project": 5, "RolePolicy": 4},
        ),
    ),
    ("logs.retention_days", 30, changed(LogGroup=27)),
    (
        "network.egress",
        "none",
        removed(
            Eip=1,
            InternetGateway=1,
            NatGateway=1,
            Route=3,
            RouteTable=1,
            RouteTableAssociation=1,
            SecurityGroupEgressRule=1,
            Subnet=1,
        ),
    ),
    (
        "network.egress",
        "per-zone",
        Difference(
            {"Eip": 1, "NatGateway": 1, "RouteTableAssociation": 1, "Subnet": 1}, {}, {"Route": 1}
        ),
    ),
    (
        "network.query_log",
        False,
        removed(
            LogGroup=1,
            LogResourcePolicy=1,
            ResolverQueryLogConfig=1,
            ResolverQueryLogConfigAssociation=1,
        ),
    ),
    (
        "network.filter",
        Filter(by="dns", domains=("data.example.org",)),
        Difference(
            {
                "ResolverFirewallConfig": 1,
                "ResolverFirewallDomainList": 2,
                "ResolverFirewallRule": 2,
                "ResolverFirewallRuleGroup": 1,
                "ResolverFirewallRuleGroupAssociation": 1,
            },
            {},
            {},
        ),
    ),
    (
        "network.filter",
        Filter(by="firewall", domains=("data.example.org",)),
        Difference(
            {
                "Firewall": 1,
                "FirewallPolicy": 1,
                "LogGroup": 1,
                "LoggingConfiguration": 1,
                "Route": 3,
                "RouteTable": 1,
                "RouteTableAssociation": 1,
                "RuleGroup": 1,
                "Subnet": 1,
            },
            {},
            {"LogResourcePolicy": 1, "Route": 2},
        ),
    ),
    ("network.endpoints", ("logs", "sts"), removed(VpcEndpoint=11)),
    (
        "network.endpoints",
        "none",
        removed(**ENDPOINTS),
    ),
    ("keys.rotation_days", 90, changed(Key=5)),
    ("keys.deletion_days", 7, changed(Key=5)),
    ("keys.multi_region", True, changed(Key=5)),
    (
        "access.personas",
        {"auditor": ("arn:aws:iam::111111111111:role/risk",)},
        Difference({"Role": 1, "RolePolicy": 1, "RolePolicyAttachment": 3}, {}, {"Key": 1}),
    ),
    ("budget", None, removed(Budget=1)),
    ("budget.monthly_usd", 100.0, changed(Budget=1)),
    ("budget.alert_at", (50,), changed(Budget=1)),
    ("budget.covers", "environment", changed(Budget=1)),
    ("budget.anomaly_usd", 200.0, added(AnomalyMonitor=1, AnomalySubscription=1)),
    ("budget.activate_tags", True, added(CostAllocationTag=5)),
    ("alerts.email", ("oncall@example.com",), added(TopicSubscription=3)),
    (
        "alerts.slack",
        Slack(workspace="T0123", channel="C0456"),
        added(**CHAT, SlackChannelConfiguration=1),
    ),
    (
        "alerts.teams",
        Teams(tenant=MICROSOFT, team=MICROSOFT, channel="19%3aalerts%40thread.tacv2"),
        added(**CHAT, TeamsChannelConfiguration=1),
    ),
    ("alerts.pagerduty", "critical", added(TopicSubscription=1)),
    (
        "ci",
        Ci(github="example/ml-platform"),
        added(OpenIdConnectProvider=1, Role=2, RolePolicy=2, RolePolicyAttachment=3),
    ),
    (
        "promotion",
        None,
        Difference(
            {},
            {
                "EventBus": 1,
                "EventBusPolicy": 1,
                "EventRule": 4,
                "EventTarget": 5,
                "ModelPackageGroupPolicy": 2,
                "RepositoryPolicy": 3,
                "Role": 1,
                "RolePolicy": 1,
            },
            {"BucketPolicy": 1, "Key": 1},
        ),
    ),
    (
        "promotion.to",
        itemgetter(slice(1)),
        Difference(
            {},
            {"EventRule": 2, "EventTarget": 3, "ModelPackageGroupPolicy": 1, "RepositoryPolicy": 1},
            {
                "BucketPolicy": 1,
                "EventBusPolicy": 1,
                "Key": 1,
                "ModelPackageGroupPolicy": 1,
                "RepositoryPolicy": 2,
                "RolePolicy": 1,
            },
        ),
    ),
    ("promotion.operators", ("administrator",), changed(ModelPackageGroupPolicy=2)),
    (
        "registry.scanning",
        "enhanced",
        Difference({"RegistryScanningConfiguration": 1}, {}, {"EventRule": 1, "RolePolicy": 2}),
    ),
    (
        "registry.mirrors",
        ("ecr-public", "quay"),
        Difference(MIRROR, {}, {"RolePolicy": 3}),
    ),
    (
        "registry.logins",
        {"docker-hub": LOGIN},
        Difference(MIRROR, {}, {"RolePolicy": 3}),
    ),
    (
        "registry.packages",
        False,
        Difference(
            {},
            {
                "Domain": 1,
                "DomainPermissions": 1,
                "Repository": 2,
                "RolePolicy": 4,
                "VpcEndpoint": 2,
            },
            {"Project": 4},
        ),
    ),
    (
        "delivery.by",
        "ci",
        Difference({}, PULL_REQUESTS, {"Pipeline": 1, "StateMachine": 1}),
    ),
    ("delivery.approvers", ("reviewer",), changed(Pipeline=1, RolePolicy=1)),
    ("delivery.on_failure", "stop", changed(Pipeline=1)),
    ("delivery.concurrency", "queued", changed(Pipeline=1)),
    ("delivery.trigger.branch", "release", changed(Pipeline=4)),
    (
        "delivery.pull_requests",
        False,
        removed(**PULL_REQUESTS),
    ),
    ("lake.zones.raw.retention_days", 7, changed(BucketLifecycleConfiguration=1)),
    (
        "features.0.version",
        3,
        Difference(
            {"FeatureGroup": 1, "Role": 1, "RolePolicy": 1},
            {"FeatureGroup": 1, "Role": 1, "RolePolicy": 1},
            {},
        ),
    ),
    ("models.0.accept.auc", 0.5, changed(Pipeline=1, Project=1)),
    (
        "models.0.processing.instance",
        "ml.m5.xlarge",
        changed(Pipeline=1, Schedule=1, StateMachine=1),
    ),
    ("models.0.data", "visits", changed(Pipeline=1, RolePolicy=1)),
    ("models.0.approval", "automatic", changed(Pipeline=2, RolePolicy=1, StateMachine=1)),
    ("models.0.budget", ModelBudget(monthly_usd=100), added(Budget=1)),
    ("models.0.delivery.start", "hand", changed(Pipeline=1)),
    (
        "models.0.delivery.start",
        "off",
        Difference(
            {},
            {
                "LifecyclePolicy": 1,
                "LogGroup": 4,
                "Pipeline": 1,
                "Project": 3,
                "Repository": 1,
                "RepositoryPolicy": 1,
                "Role": 6,
                "RolePolicy": 15,
                "StateMachine": 2,
            },
            {"RolePolicy": 2},
        ),
    ),
    ("models.0.delivery.fail_on", "high", changed(Project=1)),
    ("models.0.serving.instance", "ml.c6i.xlarge", changed(EndpointConfiguration=1)),
    ("models.0.serving.scale.max", 9, changed(Target=1)),
    ("models.0.serving.rollout.bake_minutes", 5, changed(Endpoint=1)),
    ("models.0.serving.alarms.errors_percent", 5.0, changed(MetricAlarm=1)),
    ("models.0.monitor.capture", 5, changed(EndpointConfiguration=1)),
    ("models.0.monitor.data.threshold", 0.5, changed(Schedule=1)),
    ("models.0.monitor.data.every", "hourly", changed(MetricAlarm=1, Schedule=1)),
    (
        "models.0.monitor.data.every",
        "weekly",
        Difference(WATCH, {}, {"MetricAlarm": 1, "Schedule": 1}),
    ),
    ("models.0.monitor.quality", QualityMonitor(), Difference(MONITOR, {}, {"Dashboard": 2})),
    (
        "models.0.monitor.data.every",
        "off",
        Difference(
            {},
            MONITOR + Counter(EventRule=1, EventTarget=1),
            {"Dashboard": 2, "RolePolicy": 1, "StateMachine": 1},
        ),
    ),
    ("models.0.retrain.cooldown_hours", 1, changed(StateMachine=1)),
    (
        "models.0.retrain.on",
        (),
        Difference({}, {**DRIFT, "Role": 1, "RolePolicy": 1}, {"RolePolicy": 1, "StateMachine": 1}),
    ),
    (
        "models.0.retrain.on",
        ("drift", "new-data"),
        added(BucketNotification=1, EventRule=1, EventTarget=1),
    ),
    ("models.0.retrain.schedule", "weekly", added(EventRule=1, EventTarget=1)),
    (
        "models",
        itemgetter(slice(1)),
        Difference(
            {},
            MODEL,
            {
                "BucketObjectv2": 1,
                "BucketPolicy": 1,
                "Dashboard": 1,
                "Function": 1,
                "Key": 1,
                "RepositoryPolicy": 1,
            },
        ),
    ),
    (
        "models",
        (),
        Difference(
            {},
            MODEL
            + MODEL
            + REDEPLOYMENT
            + TRAINING_ALERT
            + VERSION_CARDS
            + Counter(
                BucketObjectv2=CODE,
                Dashboard=1,
                EventRule=2,
                EventTarget=2,
                LogGroup=2,
                RepositoryPolicy=1,
                VpcEndpoint=9,  # those that the job of data needs stay
            ),
            {"BucketPolicy": 1, "Key": 1},
        ),
    ),
]


@pytest.mark.parametrize(("path", "value", "expected"), CHANGES)
def test_a_setting_changes_what_it_is_about_alone(
    project: Project,
    before: Graph,
    record_like: Callable[[StackFile], Graph],
    path: str,
    value: Any,
    expected: Difference,
) -> None:
    stack = project.stack(ENVIRONMENT)
    platform = varied(stack.platform, path, value)
    after = record_like(dataclasses.replace(stack, platform=platform))
    assert difference(before, after) == expected


def test_a_budget_without_a_known_price_is_refused_by_name(
    project: Project, record_like: Callable[[StackFile], Graph]
) -> None:
    stack = project.stack(ENVIRONMENT)
    platform = varied(stack.platform, "models.0.training.instance", "ml.m6i.xlarge")
    platform = varied(platform, "models.0.retrain.budget_usd", 400.0)
    with pytest.raises(InputError, match=r"no public price of training on ml\.m6i\.xlarge"):
        record_like(dataclasses.replace(stack, platform=platform))
