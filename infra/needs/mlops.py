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
from infra.needs import peers
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.need import Need
from infra.settings.mlops import ModelSettings
from infra.versions import ModelVersion


def declare_model(
    model: ModelSettings,
    version: ModelVersion,
    features: list[str],
    context: ModelContext,
    need: Need,
    *,
    training: TrainingPipeline | None,
    bus: pulumi.Output[str] | None,
) -> Endpoint:
    """Declare what serves one model's approved version, watches it and retrains it.

    `features` are those whose drift alarms. `training` retrains it, unless another environment
    does. `bus` is the name of the bus that other accounts' events come by, if any do.
    """
    opts = need.child_options(model.name)
    endpoint = _serve(model, version, context, opts)
    alarms: list[pulumi.Output[str]] = []
    if model.monitor.data != "off":
        alarms = _watch(model, version, endpoint, features, context, opts).alarm_names
    if training and "drift" in model.retrain.on:
        _retrain(model, training, alarms, context, bus, opts)
    return endpoint


def _serve(
    model: ModelSettings,
    version: ModelVersion,
    context: ModelContext,
    opts: pulumi.ResourceOptions,
) -> Endpoint:
    """Declare the endpoint of a model's approved version."""
    env, serving = context.env, model.serving
    return env.component(Endpoint)(
        env.names(model.name, "endpoint", limit=NAME_LIMIT),
        {
            **_reading(model, version, context),
            "network_isolation": True,
            "endpoint_name": env.names(model.name),
            "model_package_arn": version.arn,
            "image_uri": context.image_of(model, version),
            "instance_type": serving.instance,
            "min_instances": serving.scale.min,
            "max_instances": serving.scale.max,
            "live_instances": env.live.instances(env.names(model.name)),
            "invocations_per_minute": serving.scale.invocations_per_minute,
            "rollout": {
                "canary_percent": serving.rollout.canary,
                "bake_minutes": serving.rollout.bake_minutes,
            },
            "latency_ms": serving.alarms.latency_ms,
            "error_percent": serving.alarms.errors_percent,
            "capture_percent": model.monitor.capture,
            "log_key_arn": context.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
        },
        opts,
    )


def _watch(
    model: ModelSettings,
    version: ModelVersion,
    endpoint: Endpoint,
    features: list[str],
    context: ModelContext,
    opts: pulumi.ResourceOptions,
) -> DataQualityMonitor:
    """Declare the monitor of an endpoint's data; `features` are the ones whose drift alarms."""
    env = context.env
    baseline: Baseline = {}
    if version.baseline:
        baseline["constraints_uri"] = version.baseline.constraints_uri
        baseline["statistics_uri"] = version.baseline.statistics_uri
    return env.component(DataQualityMonitor)(
        env.names(model.name, "monitor", limit=NAME_LIMIT),
        {
            **_reading(model, version, context),
            "endpoint": endpoint.name,
            "endpoint_name": env.names(model.name),
            "schedule_name": env.names(model.name, "data"),
            "frequency": Frequency(model.monitor.data),
            "baseline": baseline,
            "features": features,
            "drift_threshold": model.monitor.drift_threshold,
            "analyzer_image_uri": context.analyzer_image,
            "instance_type": model.processing.instance,
        },
        opts,
    )


def _retrain(
    model: ModelSettings,
    pipeline: TrainingPipeline,
    alarms: Sequence[pulumi.Output[str]],
    context: ModelContext,
    bus: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> None:
    """Declare what retrains a model when its data has drifted, here or where it goes on to.

    Without alarms here or there, nothing is declared. `bus` tells of other accounts' events.
    """
    env, foundation = context.env, context.foundation
    elsewhere = peers.drift_elsewhere_of(env, model.name, bus)
    if not alarms and not elsewhere:
        return
    env.component(Retraining)(
        env.names(model.name, "retraining", limit=NAME_LIMIT),
        {
            "alarm_names": [*alarms],
            "pipeline_name": env.names(model.name),
            "pipeline_arn": pipeline.arn,
            "cooldown_hours": model.retrain.cooldown_hours,
            "alert_topic_arn": foundation.alerts.warning_arn,
            "messages_key_arn": context.key_arn(DataClass.MESSAGES),
            "log_key_arn": context.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
            "elsewhere": elsewhere,
        },
        opts,
    )


def _reading(model: ModelSettings, version: ModelVersion, context: ModelContext) -> CaptureArgs:
    """What whoever serves or watches a version is told, with where its artifacts are."""
    args = context.captured(model)
    if origin := peers.origin_of(context.env, model.name, version):
        args["origin"] = origin
    return args
