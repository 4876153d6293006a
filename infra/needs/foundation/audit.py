"""The part of need 0 that watches the others: it is declared once what it watches is known."""

import pulumi

from components.common.bucket import PrivateBucket
from components.common.hardened_bucket import LockMode
from components.data.lake import Lake
from components.foundation.access.break_glass import BREAK_GLASS
from components.foundation.audit.account_watch import AccountWatch, AccountWatchArgs
from components.foundation.audit.conformance import Conformance
from components.foundation.audit.security_hub import SecurityHub
from components.foundation.audit.threat_detection import ThreatDetection
from components.foundation.audit.trail import Trail, TrailArgs
from components.foundation.audit.trail_bucket import TrailBucket, TrailBucketArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.foundation.access import role_name
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings


def declare(
    settings: PlatformSettings, env: Environment, foundation: Foundation, data: Lake
) -> None:
    """Declare what records, judges and alerts, as far as the settings ask for it."""
    audit, topics, need = settings.audit, foundation.alerts.topics, foundation.need
    if audit.management_events or audit.data_events:
        _trails(settings, env, foundation, data)
    if audit.management_events:
        watch: AccountWatchArgs = {"topic_arn": topics["critical"]}
        if BREAK_GLASS in settings.access.personas:
            watch["break_glass"] = role_name(env.names, BREAK_GLASS)
        env.component(AccountWatch)(env.names("watch"), watch, need.child_options())
    if audit.config_rules:
        _conformance(settings, env, foundation)
    if audit.guardduty:
        env.component(ThreatDetection)(
            env.names("threats"), {"topics": topics}, need.child_options()
        )
    if audit.security_hub:
        env.component(SecurityHub)(
            env.names("security-hub"),
            {"region": env.region, "topics": topics},
            need.child_options(),
        )


def _trails(
    settings: PlatformSettings, env: Environment, foundation: Foundation, data: Lake
) -> None:
    audit, key = settings.audit, foundation.keys[DataClass.AUDIT]
    names = [
        *([env.names("trail")] if audit.management_events else []),
        *([env.names("data-trail")] if audit.data_events else []),
    ]
    kept: TrailBucketArgs = {
        "trail_names": names,
        "key_arn": key.arn,
        "account_id": env.account_id,
        "region": env.region,
        "durability": env.durability,
        "retention_days": audit.retention_days,
        "log_bucket": foundation.access_logs.bucket,
    }
    if audit.object_lock:
        kept["object_lock"] = LockMode(audit.object_lock.upper())
    bucket = env.component(TrailBucket)(env.names("trails"), kept, foundation.need.child_options())
    for name in names:
        trail: TrailArgs = {
            "trail_name": name,
            "bucket": bucket.bucket,
            "key_arn": key.arn,
            "account_id": env.account_id,
            "region": env.region,
        }
        if name == env.names("data-trail"):
            trail["data_events"] = {
                "bucket_arns": [*data.zone_arns.values(), foundation.artifacts.arn],
                "name_prefix": env.names(""),
            }
        env.component(Trail)(name, trail, foundation.need.child_options())
    pulumi.export("trails_bucket", bucket.bucket)


def _conformance(settings: PlatformSettings, env: Environment, foundation: Foundation) -> None:
    audit, key = settings.audit, foundation.keys[DataClass.AUDIT]
    history = env.component(PrivateBucket)(
        env.names("config-history"),
        {
            "key_arn": key.arn,
            "account_id": env.account_id,
            "durability": env.durability,
            "log_bucket": foundation.access_logs.bucket,
            "expire_days": audit.retention_days,
            "kept_from_deletion": audit.object_lock is not None,
            "history_of_config": True,
        },
        foundation.need.child_options(),
    )
    env.component(Conformance)(
        env.names("conformance"),
        {
            "bucket": history.bucket,
            "key_arn": key.arn,
            "all_types": audit.security_hub,
            "account_id": env.account_id,
            "region": env.region,
            "topic_arn": foundation.alerts.warning_arn,
        },
        foundation.need.child_options(),
    )
