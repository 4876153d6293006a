"""The composition: from the settings of one environment to its components, need by need."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.data.feature_group import FeatureGroup, FeatureType
from components.data.lake import Lake, ZoneArgs
from components.devops.delivery_pipeline import DeliveryPipeline, Host
from components.devops.image_registry import ImageRegistry
from components.devops.stages import TriggerArgs
from components.durability import Durability
from components.foundation.alerts import Alerts
from components.foundation.bucket import AccessLogBucket, PrivateBucket
from components.foundation.budget import Budget
from components.foundation.key import DataClass, Key
from components.foundation.network import SAGEMAKER_ENDPOINTS, Egress, Network
from infra.environment import Environment, Foundation
from infra.model import Ground, ground, retrain, serve, train, watch
from infra.naming import Names
from infra.settings import PlatformSettings, StackFile
from infra.settings.data import Zone
from infra.versions import Lookup


class Need(pulumi.ComponentResource):
    """One need of the hierarchy: it groups its components in every tree that Pulumi draws."""

    def __init__(self, name: str, provider: aws.Provider) -> None:
        super().__init__(
            "maslow:index:Need", name, None, pulumi.ResourceOptions(providers=[provider])
        )

    def owns(self) -> pulumi.ResourceOptions:
        """Options of a component that serves this need."""
        return pulumi.ResourceOptions(parent=self)


def declare(stack: StackFile, newest_approved: Lookup, root: Path) -> None:
    """Declare everything that one environment is made of.

    `newest_approved` tells which version of a model is deployed; a model without one gets no
    endpoint yet. `root` is the repository's root, which the models' projects are found from.
    """
    settings = stack.platform
    names = Names(pulumi.get_project(), stack.environment)
    provider = aws.Provider(
        "aws",
        region=stack.region,
        default_tags={
            "tags": {
                "maslow:project": names.project,
                "maslow:environment": names.environment,
                "maslow:owner": settings.owner,
            }
        },
    )
    env = Environment(
        names=names,
        region=stack.region,
        account_id=aws.get_caller_identity_output(
            opts=pulumi.InvokeOptions(provider=provider)
        ).account_id,
        durability=Durability(settings.durability),
        log_retention_days=settings.logs.retention_days,
        provider=provider,
    )
    foundation = _foundation(settings, env)
    _devops(settings, env, foundation)
    lake = _data(settings, env, foundation)
    _models(settings, ground(env, foundation, lake), newest_approved, root)


def _foundation(settings: PlatformSettings, env: Environment) -> Foundation:
    need = Need("foundation", env.provider)
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
            "interface_endpoints": list(SAGEMAKER_ENDPOINTS),
            "region": env.region,
            "account_id": env.account_id,
            "log_key_arn": keys[DataClass.LOGS].arn,
            "log_retention_days": env.log_retention_days,
        },
        need.owns(),
    )
    access_logs = AccessLogBucket(
        env.names("access-logs"),
        {"account_id": env.account_id, "durability": env.durability},
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
            "emails": list(settings.alerts.email),
        },
        need.owns(),
    )
    if settings.budget:
        Budget(
            env.names("budget"),
            {
                "monthly_usd": settings.budget.monthly_usd,
                "alert_at": list(settings.budget.alert_at),
                "topic_arn": alerts.topic_arn,
            },
            need.owns(),
        )
    pulumi.export("alert_topic", alerts.topic_arn)
    pulumi.export("artifacts_bucket", artifacts.bucket)
    return Foundation(network, keys, access_logs, artifacts, alerts)


def _devops(settings: PlatformSettings, env: Environment, foundation: Foundation) -> None:
    need = Need("devops", env.provider)
    artifacts_key = foundation.keys[DataClass.ARTIFACTS]
    registry = ImageRegistry(
        env.names("images"),
        {"key_arn": artifacts_key.arn, "durability": env.durability},
        need.owns(),
    )
    wanted = settings.delivery.trigger
    trigger: TriggerArgs = {"branch": wanted.branch or "main"}
    if wanted.tag:
        trigger["tag"] = wanted.tag
    delivery = DeliveryPipeline(
        env.names("delivery"),
        {
            "pipeline_name": env.names("delivery", limit=100),
            "connection_name": env.names("source", limit=32),
            "repository": settings.source.repository,
            "host": Host(settings.source.provider),
            "trigger": trigger,
            "approval": settings.delivery.approval,
            "project": env.names.project,
            "environment": env.names.environment,
            "account_id": env.account_id,
            "region": env.region,
            "state": {
                "url": pulumi.Output.format("s3://{0}-{1}", env.names("state"), env.account_id),
                "key_alias": f"alias/{env.names('state')}",
            },
            "artifact_bucket": foundation.artifacts.bucket,
            "artifact_bucket_arn": foundation.artifacts.arn,
            "artifact_key_arn": artifacts_key.arn,
            "log_key_arn": foundation.keys[DataClass.LOGS].arn,
            "log_retention_days": env.log_retention_days,
            "alert_topic_arn": foundation.alerts.topic_arn,
            "alert_key_arn": foundation.keys[DataClass.MESSAGES].arn,
        },
        need.owns(),
    )
    pulumi.export("image_repository", registry.repository_url)
    pulumi.export("delivery_pipeline", delivery.pipeline_name)


def _data(settings: PlatformSettings, env: Environment, foundation: Foundation) -> Lake:
    need = Need("data", env.provider)
    key_arn = foundation.keys[DataClass.DATA].arn
    zones = settings.lake.zones
    lake = Lake(
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
        need.owns(),
    )
    groups = {}
    for group in settings.features:
        versioned = f"{group.name}-v{group.version}"
        feature_group = FeatureGroup(
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
            need.owns(),
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


def _models(
    settings: PlatformSettings,
    ground: Ground,
    newest_approved: Lookup,
    root: Path,
) -> None:
    platform, mlops = Need("platform", ground.env.provider), Need("mlops", ground.env.provider)
    models = {}
    for model in settings.models:
        group = ground.env.names(model.name)
        pipeline = train(model, ground, root, platform.owns())
        models[model.name] = {"group": group, "pipeline": pipeline.name}
        version = newest_approved(group)
        if version is None:
            continue
        endpoint = serve(model, version, ground, mlops.owns())
        models[model.name] |= {"version": version.arn, "endpoint": endpoint.name}
        if model.monitor.data == "off":
            continue
        features = settings.features_of(model)
        monitor = watch(model, version, endpoint, features, ground, mlops.owns())
        if model.retrains_on_drift and monitor.alarm_names:
            retrain(model, pipeline, monitor, ground, mlops.owns())
    pulumi.export("models", models)
