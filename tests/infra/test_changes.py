"""A changed setting changes what it is about in an environment, and nothing else."""

import dataclasses
from collections import Counter
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project
from infra.settings.foundation.network import Filter

ENVIRONMENT = "dev"


class Difference(NamedTuple):
    """Custom resources by kind, such as `Bucket`: how many came, went and changed."""

    added: dict[str, int]
    removed: dict[str, int]
    changed: dict[str, int]


def changed(**kinds: int) -> Difference:
    return Difference({}, {}, kinds)


def removed(**kinds: int) -> Difference:
    return Difference({}, kinds, {})


def difference(before: Graph, after: Graph) -> Difference:
    old, new = before.by_urn, after.by_urn

    def kinds(urns: set[str]) -> dict[str, int]:
        resources = [new.get(urn) or old[urn] for urn in urns]
        return dict(Counter(r.type.rpartition(":")[2] for r in resources if r.custom))

    return Difference(
        kinds(new.keys() - old.keys()),
        kinds(old.keys() - new.keys()),
        kinds({u for u in old.keys() & new.keys() if old[u].inputs != new[u].inputs}),
    )


def varied(settings: Any, path: str, value: Any) -> Any:
    """A copy of settings with `value` at a dotted path; a number is a place in a list."""
    if not path:
        return value
    step, _, rest = path.partition(".")
    if isinstance(settings, BaseModel):
        return settings.model_copy(update={step: varied(getattr(settings, step), rest, value)})
    place = int(step)
    return (*settings[:place], varied(settings[place], rest, value), *settings[place + 1 :])


@pytest.fixture(scope="module")
def before(recording: Any) -> Graph:
    graph: Graph = recording(ENVIRONMENT, "second")
    return graph


SERVING_MODEL = {"Endpoint": 1, "EndpointConfiguration": 1, "Model": 1, "Policy": 1, "Target": 1}
MONITOR = {"DataQualityJobDefinition": 1, "MonitoringSchedule": 1}
RETRAINING = {"EventRule": 1, "EventTarget": 1, "LogGroup": 1, "StateMachine": 1}

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
                "Role": 1,
                "RolePolicy": 2,
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
    ("logs.retention_days", 30, changed(LogGroup=5)),
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
        Filter(by="dns", domains=("pypi.org",)),
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
        Filter(by="firewall", domains=("pypi.org",)),
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
        removed(
            SecurityGroup=1,
            SecurityGroupEgressRule=1,
            SecurityGroupIngressRule=1,
            VpcEndpoint=13,
        ),
    ),
    ("budget", None, removed(Budget=1)),
    ("delivery.approvers", ("reviewer",), changed(Pipeline=1, RolePolicy=1)),
    ("delivery.on_failure", "stop", changed(Pipeline=1)),
    ("delivery.concurrency", "queued", changed(Pipeline=1)),
    ("delivery.trigger.branch", "release", changed(Pipeline=4)),
    (
        "delivery.pull_requests",
        False,
        removed(
            EventRule=1,
            EventTarget=1,
            LogGroup=2,
            Pipeline=1,
            Project=2,
            Role=3,
            RolePolicy=4,
            RolePolicyAttachment=2,
        ),
    ),
    ("lake.zones.raw.retention_days", 7, changed(BucketLifecycleConfiguration=1)),
    (
        "features.0.version",
        2,
        Difference(
            {"FeatureGroup": 1, "Role": 1, "RolePolicy": 1},
            {"FeatureGroup": 1, "Role": 1, "RolePolicy": 1},
            {},
        ),
    ),
    ("models.0.accept.auc", 0.5, changed(Pipeline=1)),
    (
        "models.0.processing.instance",
        "ml.m5.xlarge",
        changed(Pipeline=1, DataQualityJobDefinition=1),
    ),
    ("models.0.data", "visits", changed(Pipeline=1, RolePolicy=1)),
    ("models.0.serving.instance", "ml.c6i.xlarge", changed(EndpointConfiguration=1)),
    ("models.0.serving.scale.max", 9, changed(Target=1)),
    ("models.0.serving.rollout.bake_minutes", 5, changed(Endpoint=1)),
    ("models.0.serving.alarms.errors_percent", 5.0, changed(MetricAlarm=1)),
    ("models.0.monitor.capture", 5, changed(EndpointConfiguration=1)),
    ("models.0.monitor.drift_threshold", 0.5, changed(MetricAlarm=1)),
    ("models.0.monitor.data", "hourly", changed(MonitoringSchedule=1, MetricAlarm=1)),
    (
        "models.0.monitor.data",
        "off",
        removed(**MONITOR, **RETRAINING, MetricAlarm=1, Role=3, RolePolicy=3),
    ),
    ("models.0.retrain.cooldown_hours", 1, changed(StateMachine=1)),
    ("models.0.retrain.on", (), removed(**RETRAINING, Role=2, RolePolicy=2)),
    (
        "models",
        (),
        removed(
            **SERVING_MODEL,
            **MONITOR,
            **RETRAINING,
            BucketObjectv2=6,
            MetricAlarm=3,
            ModelPackageGroup=1,
            Pipeline=1,
            Role=5,
            RolePolicy=6,
        ),
    ),
]


@pytest.mark.parametrize(("path", "value", "expected"), CHANGES)
def test_a_setting_changes_what_it_is_about_alone(
    project: Project, before: Graph, path: str, value: Any, expected: Difference
) -> None:
    stack = project.stack(ENVIRONMENT)
    platform = varied(stack.platform, path, value)
    assert (
        difference(before, recorded(project, dataclasses.replace(stack, platform=platform)))
        == expected
    )
