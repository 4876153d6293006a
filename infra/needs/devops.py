"""Need 1, a change reaches production by itself."""

import pulumi

from components.devops.delivery_pipeline import DeliveryPipeline, Host
from components.devops.image_registry import ImageRegistry
from components.devops.stages import TriggerArgs
from components.foundation.key import DataClass
from infra.environment import Environment, Foundation
from infra.needs.need import Need
from infra.settings import PlatformSettings


def declare(settings: PlatformSettings, env: Environment, foundation: Foundation) -> None:
    """Declare where images live, and how a change of the platform reaches the environment."""
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
            "alert_topics": foundation.alerts.topics,
            "alert_key_arn": foundation.keys[DataClass.MESSAGES].arn,
        },
        need.owns(),
    )
    pulumi.export("image_repository", registry.repository_url)
    pulumi.export("delivery_pipeline", delivery.pipeline_name)
