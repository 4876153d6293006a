"""What serves a model's approved version."""

from typing import Protocol

import pulumi

from components.foundation.keys.key import DataClass
from components.mlops.capture import CaptureArgs
from components.mlops.endpoint import Endpoint, EndpointArgs, HoursOfEndpointArgs
from infra.needs import peers
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.settings.mlops.model import ModelSettings
from infra.versions import ModelVersion


class Served(Protocol):
    """What serves a model: an endpoint of SageMaker's, or KServe."""

    name: pulumi.Output[str]
    """What its captures and its metrics are called by, known once it serves."""
    alarm_names: list[pulumi.Output[str]]
    """Names of the alarms on it."""


def serve(
    model: ModelSettings,
    version: ModelVersion,
    context: ModelContext,
    opts: pulumi.ResourceOptions,
) -> Endpoint:
    """Declare the endpoint of a model's approved version."""
    env, serving = context.env, model.serving
    args: EndpointArgs = {
        **reading(model, version, context),
        "network_isolation": True,
        "endpoint_name": env.names(model.name),
        "model_package_arn": version.arn,
        "image_uri": context.serving_image_of(model, version),
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
        "hours": _hours(model, context),
    }
    return env.component(Endpoint)(env.names(model.name, "endpoint", limit=NAME_LIMIT), args, opts)


def _hours(model: ModelSettings, context: ModelContext) -> HoursOfEndpointArgs | None:
    """When the endpoint of a model serves; None for always."""
    if context.hours is None or model.serving.always_on:
        return None
    return {
        "week": context.hours,
        "tags": context.job_tags("mlops", model),
        "dead_letter_arn": context.dead_letter_arn,
        "messages_key_arn": context.key_arn(DataClass.MESSAGES),
    }


def reading(model: ModelSettings, version: ModelVersion, context: ModelContext) -> CaptureArgs:
    """What whoever serves or watches a version is told, with where its artifacts are."""
    args = context.captured(model)
    if origin := peers.origin_of(context.env, model.name, version):
        args["origin"] = origin
    return args
