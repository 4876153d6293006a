"""Need 2, clean data is there by itself."""

import pulumi

from components.data.feature_group import FeatureGroup, FeatureType
from components.data.lake import Lake, ZoneArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.data import Zone


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
                "curated": _zone(zones.curated),
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
    groups = {}
    for group in settings.features:
        versioned = f"{group.name}-v{group.version}"
        feature_group = env.component(FeatureGroup)(
            env.names(versioned, limit=40),
            {
                "feature_group_name": env.names(versioned, limit=64),
                "record_id": group.record_id,
                "event_time": group.event_time,
                "features": {
                    feature: FeatureType(type_.capitalize())
                    for feature, type_ in group.features.items()
                },
                "online": group.online,
                "bucket": lake.zone_buckets["features"],
                "bucket_arn": lake.zone_arns["features"],
                "database_name": lake.database_names["features"],
                "key_arn": key_arn,
                "account_id": env.account_id,
                "region": env.region,
                "durability": env.durability,
            },
            need.child_options(),
        )
        groups[versioned] = feature_group.name
    pulumi.export("zones", lake.zone_buckets)
    pulumi.export("feature_groups", groups)
    return lake


def _zone(zone: Zone) -> ZoneArgs:
    args: ZoneArgs = {"noncurrent_days": zone.noncurrent_days}
    if zone.retention_days is not None:
        args["retention_days"] = zone.retention_days
    return args
