"""Need 4, a model stays good by itself."""

from collections.abc import Sequence

import pulumi

from components.foundation.keys.key import DataClass
from components.mlops.capture import CaptureArgs
from components.mlops.data_quality_monitor import Baseline, DataQualityMonitor
from components.mlops.drift import Frequency
from components.mlops.endpoint import Endpoint
from components.mlops.retraining import Retraining
from components.platform.training_pipeline import TrainingPipeline
from infra.needs.devops import promotion
from infra.needs.model_context import NAME_LIMIT, Ground
from infra.settings.mlops import ModelSettings
from infra.versions import ModelVersion


def serve(
    model: ModelSettings,
    version: ModelVersion,
    ground: Ground,
    opts: pulumi.ResourceOptions,
) -> Endpoint:
    """Declare the endpoint of a model's approved version."""
    env, serving = ground.env, model.serving
    return Endpoint(
        env.names(model.name, "endpoint", limit=NAME_LIMIT),
        {
            **_reading(model, version, ground),
            "network_isolation": True,
            "endpoint_name": env.names(model.name),
            "model_package_arn": version.arn,
            "image_uri": ground.image_of(model, version),
            "instance_type": serving.instance,
            "min_instances": serving.scale.min,
            "max_instances": serving.scale.max,
            "invocations_per_minute": serving.scale.invocations_per_minute,
            "rollout": {
                "canary_percent": serving.rollout.canary,
                "bake_minutes": serving.rollout.bake_minutes,
            },
            "latency_ms": serving.alarms.latency_ms,
            "error_percent": serving.alarms.errors_percent,
            "capture_percent": model.monitor.capture,
        },
        opts,
    )


def watch(
    model: ModelSettings,
    version: ModelVersion,
    endpoint: Endpoint,
    features: list[str],
    ground: Ground,
    opts: pulumi.ResourceOptions,
) -> DataQualityMonitor:
    """Declare the monitor of an endpoint's data; `features` are the ones whose drift alarms."""
    env = ground.env
    baseline: Baseline = {}
    if version.baseline:
        baseline["constraints_uri"] = version.baseline.constraints_uri
        baseline["statistics_uri"] = version.baseline.statistics_uri
    return DataQualityMonitor(
        env.names(model.name, "monitor", limit=NAME_LIMIT),
        {
            **_reading(model, version, ground),
            "endpoint": endpoint.name,
            "endpoint_name": env.names(model.name),
            "schedule_name": env.names(model.name, "data"),
            "frequency": Frequency(model.monitor.data),
            "baseline": baseline,
            "features": features,
            "drift_threshold": model.monitor.drift_threshold,
            "analyzer_image_uri": ground.analyzer_image,
            "instance_type": model.processing.instance,
        },
        opts,
    )


def retrain(
    model: ModelSettings,
    pipeline: TrainingPipeline,
    alarms: Sequence[pulumi.Output[str]],
    ground: Ground,
    bus: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare what trains a model anew when its data has drifted, here or where it goes on to.

    Without alarms here or there, nothing is declared. `bus` tells of other accounts' events.
    """
    env, foundation = ground.env, ground.foundation
    elsewhere = promotion.drift_elsewhere_of(env, model.name, bus)
    if not alarms and not elsewhere:
        return
    Retraining(
        env.names(model.name, "retraining", limit=NAME_LIMIT),
        {
            "alarm_names": [*alarms],
            "pipeline_name": env.names(model.name),
            "pipeline_arn": pipeline.arn,
            "cooldown_hours": model.retrain.cooldown_hours,
            "alert_topic_arn": foundation.alerts.warning_arn,
            "messages_key_arn": ground.key_arn(DataClass.MESSAGES),
            "log_key_arn": ground.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
            "elsewhere": elsewhere,
        },
        opts,
    )


def _reading(model: ModelSettings, version: ModelVersion, ground: Ground) -> CaptureArgs:
    """What whoever serves or watches a version is told, with where its artifacts are."""
    args = ground.captured(model)
    if origin := promotion.origin_of(ground.env, model.name, version):
        args["origin"] = origin
    return args
