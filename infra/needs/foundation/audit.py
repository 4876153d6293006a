"""The part of need 0 that watches the others: it is declared once what it watches is known."""

import pulumi

from components.common.bucket import PrivateBucket
from components.common.hardened_bucket import LockMode
from components.data.lake.lake import Lake
from components.foundation.access.break_glass import BREAK_GLASS
from components.foundation.audit.account_watch import AccountWatch, AccountWatchArgs
from components.foundation.audit.conformance import Conformance, ConformanceArgs
from components.foundation.audit.recorder import RecorderArgs
from components.foundation.audit.security_hub import SecurityHub, SecurityHubArgs
from components.foundation.audit.sensitive_data import (
    LookEvery,
    SensitiveData,
    SensitiveDataArgs,
)
from components.foundation.audit.threat_detection import ThreatDetection, ThreatDetectionArgs
from components.foundation.audit.trail import Trail, TrailArgs
from components.foundation.audit.trail_bucket import TrailBucket, TrailBucketArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.found import DETECTOR, HUB, MACIE, RECORDER, TRAIL
from infra.needs.adoption import used
from infra.needs.foundation.access import role_name
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.foundation.audit import Macie


def declare(
    settings: PlatformSettings, env: Environment, foundation: Foundation, data: Lake
) -> None:
    """Declare what records, judges and alerts, as far as the settings ask for it."""
    audit, topics, need = settings.audit, foundation.alerts.topics, foundation.need
    _trails(settings, env, foundation, data)
    if audit.management_events:
        watch: AccountWatchArgs = {"topic_arn": topics["critical"]}
        if BREAK_GLASS in settings.access.personas:
            watch["break_glass"] = role_name(env.names, BREAK_GLASS)
        env.component(AccountWatch)(env.names("watch"), watch, need.child_options())
    if audit.config_rules:
        _conformance(settings, env, foundation)
    if audit.guardduty:
        threats: ThreatDetectionArgs = {"topics": topics}
        name = env.names("threats")
        if detector := used(env, DETECTOR, f"{name}-detector"):
            threats["detector_id"] = detector
        env.component(ThreatDetection)(name, threats, need.child_options())
    if audit.macie:
        _sensitive_data(audit.macie, settings, env, foundation, data)
    if audit.security_hub:
        hub: SecurityHubArgs = {"region": env.region, "topics": topics}
        name = env.names("security-hub")
        if arn := used(env, HUB, f"{name}-hub"):
            hub["hub_arn"] = arn
        env.component(SecurityHub)(name, hub, need.child_options())


def _sensitive_data(
    macie: Macie,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    data: Lake,
) -> None:
    name = env.names("macie")
    args: SensitiveDataArgs = {
        "buckets": {zone: data.zone_buckets[zone] for zone in macie.zones},
        "every": LookEvery(macie.every),
        "sample_percent": macie.sample_percent,
        "identifiers": {
            each: {
                "regex": told.regex,
                "keywords": list(told.keywords),
                "distance": told.distance,
            }
            for each, told in macie.identifiers.items()
        },
        "topics": foundation.alerts.topics,
        "key_arn": foundation.keys[DataClass.AUDIT].arn,
        "log_bucket": foundation.access_logs.bucket,
        "retention_days": settings.audit.retention_days,
        "durability": env.durability,
        "account_id": env.account_id,
    }
    if session := used(env, MACIE, f"{name}-session"):
        args["session"] = session
    env.component(SensitiveData)(name, args, foundation.need.child_options())


def _trails(
    settings: PlatformSettings, env: Environment, foundation: Foundation, data: Lake
) -> None:
    audit, key = settings.audit, foundation.keys[DataClass.AUDIT]
    names = []
    # One that is locked, or goes where the file says, is nobody else's.
    if audit.management_events and (
        audit.object_lock
        or audit.log_archive
        or not used(env, TRAIL, f"{env.names('trail')}-trail")
    ):
        names.append(env.names("trail"))
    if audit.data_events:
        names.append(env.names("data-trail"))
    if not names:
        return
    bucket = audit.log_archive or _trail_bucket(settings, env, foundation, names)
    for name in names:
        trail: TrailArgs = {
            "trail_name": name,
            "bucket": bucket,
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
    pulumi.export("trails_bucket", bucket)


def _trail_bucket(
    settings: PlatformSettings, env: Environment, foundation: Foundation, names: list[str]
) -> pulumi.Output[str]:
    audit, key = settings.audit, foundation.keys[DataClass.AUDIT]
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
    return bucket.bucket


def _conformance(settings: PlatformSettings, env: Environment, foundation: Foundation) -> None:
    name = env.names("conformance")
    pack: ConformanceArgs = {"topic_arn": foundation.alerts.warning_arn}
    if not used(env, RECORDER, f"{name}-recorder"):
        pack["recorder"] = _recorder(settings, env, foundation)
    env.component(Conformance)(name, pack, foundation.need.child_options())


def _recorder(settings: PlatformSettings, env: Environment, foundation: Foundation) -> RecorderArgs:
    return {
        "bucket": settings.audit.log_archive or _history_bucket(settings, env, foundation),
        "key_arn": foundation.keys[DataClass.AUDIT].arn,
        "all_types": settings.audit.security_hub,
        "account_id": env.account_id,
        "region": env.region,
    }


def _history_bucket(
    settings: PlatformSettings, env: Environment, foundation: Foundation
) -> pulumi.Output[str]:
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
    return history.bucket
