"""Need 2, clean data is there by itself."""

import pulumi

from components.data.lake import Lake, ZoneArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.data.features import declare_groups
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.data.lake import Zone


def declare(settings: PlatformSettings, env: Environment, foundation: Foundation) -> Lake:
    """Declare the lake and the feature groups on it."""
    need = Need("data", env.provider, foundation.need.guards)
    key_arn = foundation.keys[DataClass.DATA].arn
    zones = settings.lake.zones
    lake = env.component(Lake)(
        env.names("lake"),
        {
            "database_prefix": f"{env.names.project}_{env.names.environment}".replace("-", "_"),
            "zones": {
                "raw": _zone(zones.raw),
                "curated": {**_zone(zones.curated), **_telling(settings)},
                "features": _zone(zones.features),
            },
            "scan_limit_bytes": settings.lake.scan_limit_bytes,
            "key_arn": key_arn,
            "account_id": env.account_id,
            "log_bucket": foundation.access_logs.bucket,
            "durability": env.durability,
        },
        need.child_options(),
    )
    groups = declare_groups(settings, env, need, lake, key_arn)
    pulumi.export("zones", lake.zone_buckets)
    pulumi.export("feature_groups", groups)
    return lake


def _telling(settings: PlatformSettings) -> ZoneArgs:
    """Whether a model is trained here whenever new data arrives."""
    if settings.origin or not any("new-data" in model.retrain.on for model in settings.models):
        return {}
    return {"tells": True}


def _zone(zone: Zone) -> ZoneArgs:
    args: ZoneArgs = {"noncurrent_days": zone.noncurrent_days}
    if zone.retention_days is not None:
        args["retention_days"] = zone.retention_days
    return args
