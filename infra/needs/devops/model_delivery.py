"""Need 1, for models: how a change of each one's project reaches its endpoint."""

from collections.abc import Mapping
from pathlib import Path

from components.devops.delivery.failure_alert import TIMELINE
from components.devops.delivery.source import connects
from components.devops.delivery.source_events import TriggerArgs
from components.devops.model_delivery.args import FailOn, ModelDeliveryArgs
from components.devops.model_delivery.model_delivery import ModelDelivery
from components.devops.registries.image_registry import ImageRegistry
from components.foundation.alerts.alert_rule import alert_on
from components.foundation.keys.key import DataClass
from components.platform.model_project import DOCKERFILE
from components.platform.training_pipeline import TrainingPipeline
from components.platform.training_set import TrainingSet
from infra.environment import Environment
from infra.needs import peers
from infra.needs.devops import registries
from infra.needs.devops.delivery import trigger_of
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.outputs import DevOps, Foundation
from infra.settings import PlatformSettings
from infra.settings.mlops.model import ModelSettings

AROUND_HOURS = 4
"""How long the jobs around the training may take, as their projects say: an hour each."""


def delivered(settings: PlatformSettings) -> list[ModelSettings]:
    """The models that are delivered: where versions come from elsewhere, nothing is trained.

    A delivery looks whether SageMaker serves what it delivers; what Kubernetes serves has none.
    """
    if settings.origin:
        return []
    return [
        model
        for model in settings.models
        if model.delivery.start != "off" and model.serving.on == "sagemaker"
    ]


def repositories(
    settings: PlatformSettings, env: Environment, foundation: Foundation, devops: DevOps, root: Path
) -> Mapping[str, ImageRegistry]:
    """The repository of each model whose delivery builds an image, by the model's name.

    Each has its own, so that no model's images push another's out of it.
    """
    return {
        model.name: env.component(ImageRegistry)(
            env.names(model.name, limit=NAME_LIMIT),
            {
                "key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
                "durability": env.durability,
                "readers": peers.servers(env, [model.name]),
            },
            devops.need.child_options(model.name),
        )
        for model in delivered(settings)
        if (root / model.project / DOCKERFILE).is_file()
    }


def declare_model(
    model: ModelSettings,
    settings: PlatformSettings,
    context: ModelContext,
    devops: DevOps,
    training: TrainingPipeline | None,
    training_set: TrainingSet | None = None,
) -> ModelDelivery | None:
    """Declare the delivery of one model; None where none is wanted, or nothing is trained.

    `training_set` makes what it is trained on, where the feature store does.
    """
    if training is None or model not in delivered(settings):
        return None
    env, foundation = context.env, context.foundation
    network = foundation.network
    args: ModelDeliveryArgs = {
        "model": model.name,
        "pipeline_name": env.names(model.name, "delivery", limit=100),
        "project": model.project,
        "source": devops.source,
        "trigger": _trigger(model, settings),
        "by_hand": model.delivery.start == "hand"
        or (model.delivery.start is None and not connects(devops.source)),
        "training_pipeline_name": env.names(model.name),
        "training_pipeline_arn": training.arn,
        "training_hours": model.training.longest_hours + AROUND_HOURS,
        "group_name": env.names(model.name),
        "endpoint_name": env.names(model.name),
        "serving_name": env.names(model.name, "endpoint", limit=NAME_LIMIT),
        "accept": model.accept.text(model.kind),
        "compare_with_live": model.accept.not_worse_than_live,
        "needs_approval": model.approval != "automatic",
        "artifacts_bucket": foundation.artifacts.bucket,
        "artifacts_bucket_arn": foundation.artifacts.arn,
        "artifacts_key_arn": context.key_arn(DataClass.ARTIFACTS),
        "network": {
            "vpc_id": network.vpc_id,
            "subnet_ids": network.private_subnet_ids,
            "security_group_id": network.workload_security_group_id,
            "region": env.region,
        },
        "log_key_arn": context.key_arn(DataClass.LOGS),
        "log_retention_days": env.log_retention_days,
        "approval_topic_arn": foundation.alerts.info_arn,
        "approval_key_arn": context.key_arn(DataClass.MESSAGES),
        "account_id": env.account_id,
        "region": env.region,
    }
    if training_set:
        args["training_set_arn"] = training_set.state_machine_arn
    if model.name in context.repositories:
        repository = context.repositories[model.name]
        args["image"] = {
            "repository_url": repository.repository_url,
            "repository_name": repository.repository_name,
            "repository_arn": repository.repository_arn,
            "base_image": model.image or context.training_image,
            "fail_on": FailOn(model.delivery.fail_on),
            "by_inspector": settings.registry.scanning == "enhanced",
            "mirrors": [mirror["prefix"] for mirror in registries.mirrors(settings.registry, env)],
        }
    if devops.packages:
        args["packages"] = {
            "domain": devops.packages.domain,
            "domain_arn": devops.packages.domain_arn,
            "repository": devops.packages.repository,
            "repository_arn": devops.packages.repository_arn,
        }
    return env.component(ModelDelivery)(
        env.names(model.name, "delivery", limit=NAME_LIMIT),
        args,
        devops.need.child_options(model.name),
    )


def notify_failures(
    settings: PlatformSettings, env: Environment, foundation: Foundation, devops: DevOps
) -> None:
    """Declare who is notified of failed deliveries of models, if any model is delivered.

    One rule is for all of them, because a bus of events has 300 rules.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    """
    if not delivered(settings):
        return
    alert_on(
        env.names("model-deliveries"),
        {
            "source": ["aws.codepipeline"],
            "detail-type": ["CodePipeline Pipeline Execution State Change"],
            "detail": {
                "pipeline": [{"wildcard": env.names("*", "delivery")}],
                "state": ["FAILED"],
            },
        },
        parent=devops.need,
        description="Deliveries of models that failed",
        topic_arn=foundation.alerts.warning_arn,
        says=f"<pipeline> failed; its timeline says where and why: {TIMELINE}",
        paths={
            "pipeline": "$.detail.pipeline",
            "execution": "$.detail.execution-id",
            "region": "$.region",
        },
    )


def _trigger(model: ModelSettings, settings: PlatformSettings) -> TriggerArgs:
    """The environment's trigger, narrowed to one model.

    Pushes to a branch are told apart by the files that they change. A tag is of the whole
    repository, so that each model has tags of its own.
    """
    trigger = trigger_of(settings.delivery)
    if "tag" not in trigger:
        return {**trigger, "paths": [f"{model.project}/**"]}
    trigger["tag"] = model.delivery.tag or f"{model.name}-{trigger['tag']}"
    if "excluding" in trigger:
        trigger["excluding"] = f"{model.name}-{trigger['excluding']}"
    return trigger
