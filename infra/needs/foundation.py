"""Need 0, a safe place to stand."""

import pulumi

from components.foundation.alerts import Alerts, Severity
from components.foundation.boundary import Boundary
from components.foundation.bucket import AccessLogBucket, PrivateBucket
from components.foundation.budget import Budget
from components.foundation.endpoints import Use, needed
from components.foundation.key import DataClass, Key
from components.foundation.network import Network
from components.foundation.way_out import Egress
from infra.environment import Environment, Foundation
from infra.needs.need import Need
from infra.settings import PlatformSettings


def declare(settings: PlatformSettings, env: Environment) -> Foundation:
    """Declare what the needs above stand on."""
    need = Need("foundation", env.provider)
    boundary = Boundary(
        env.names("boundary"),
        {
            "policy_name": env.names("boundary", limit=128),
            "prefix": env.names(""),
            "account_id": env.account_id,
            "other_accounts": sorted(set(settings.accounts.values())),
            "region": env.region,
        },
        need.owns(),
    )
    need.bounds_roles_by(boundary.arn)
    keys = {
        holds: Key(
            env.names(holds.value),
            {
                "holds": holds,
                "account_id": env.account_id,
                "region": env.region,
                "durability": env.durability,
            },
            need.owns(),
        )
        for holds in DataClass
    }
    network = Network(
        env.names("network"),
        {
            "cidr": settings.network.cidr,
            "zone_count": settings.network.zones,
            "egress": Egress(settings.network.egress),
            "interface_endpoints": needed(Use),
            "query_log": True,
            "region": env.region,
            "account_id": env.account_id,
            "log_key_arn": keys[DataClass.LOGS].arn,
            "log_retention_days": env.log_retention_days,
        },
        need.owns(),
    )
    access_logs = AccessLogBucket(
        env.names("access-logs"),
        {
            "account_id": env.account_id,
            "durability": env.durability,
            "expire_days": settings.audit.retention_days,
            "kept_from_deletion": settings.audit.object_lock is not None,
        },
        need.owns(),
    )
    artifacts = PrivateBucket(
        env.names("artifacts"),
        {
            "key_arn": keys[DataClass.ARTIFACTS].arn,
            "account_id": env.account_id,
            "durability": env.durability,
            "log_bucket": access_logs.bucket,
        },
        need.owns(),
    )
    alerts = Alerts(
        env.names("alerts"),
        {
            "key_arn": keys[DataClass.MESSAGES].arn,
            "account_id": env.account_id,
            "region": env.region,
            "emails": dict.fromkeys(settings.alerts.email, Severity.INFO),
        },
        need.owns(),
    )
    if settings.budget:
        Budget(
            env.names("budget"),
            {
                "monthly_usd": settings.budget.monthly_usd,
                "alert_at": list(settings.budget.alert_at),
                "topic_arn": alerts.warning_arn,
            },
            need.owns(),
        )
    pulumi.export("alert_topics", dict(alerts.topics))
    pulumi.export("artifacts_bucket", artifacts.bucket)
    return Foundation(need, boundary, network, keys, access_logs, artifacts, alerts)
