"""How a change of the platform, or an approved model, reaches the environment."""

from collections.abc import Sequence

import pulumi

from components.devops.delivery.delivery_pipeline import Concurrency, DeliveryPipeline
from components.devops.delivery.platform_builds import PlatformPipelineArgs
from components.devops.delivery.pull_request_preview import PullRequestPreview
from components.devops.delivery.redeployment import Redeployment, RedeploymentArgs
from components.devops.delivery.source import Host, SourceArgs, has_pull_requests
from components.devops.delivery.source_connection import SourceConnection
from components.devops.delivery.source_events import TriggerArgs
from components.devops.delivery.stages import OnFailure
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.devops.state import state
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.devops.delivery import Delivery
from infra.settings.devops.source import Source

BRANCH = "main"
"""The branch of an environment that a tag starts."""


def source_of(settings: Source, env: Environment, need: Need) -> SourceArgs:
    """Where revisions come from, with the environment's one connection where it needs one."""
    host = Host(settings.provider)
    if settings.s3:
        source: SourceArgs = {
            "host": host,
            "repository": settings.s3.bucket,
            "arn": f"arn:aws:s3:::{settings.s3.bucket}",
            "key": settings.s3.key,
        }
        if settings.s3.kms_key:
            source["kms_key_arn"] = settings.s3.kms_key
        return source
    arn: pulumi.Input[str]
    if not settings.connected:
        arn = pulumi.Output.concat(
            "arn:aws:codecommit:", env.region, ":", env.account_id, ":", settings.repository
        )
    elif settings.connection:
        arn = settings.connection
    else:
        arn = env.component(SourceConnection)(
            env.names("source"),
            {"connection_name": env.names("source", limit=32), "host": host},
            need.child_options(),
        ).arn
    return {"host": host, "repository": settings.repository, "arn": arn}


def trigger_of(settings: Delivery) -> TriggerArgs:
    """What starts a delivery."""
    trigger: TriggerArgs = {"branch": settings.trigger.branch or BRANCH}
    if settings.trigger.tag:
        trigger["tag"] = settings.trigger.tag
    if settings.trigger.excluding:
        trigger["excluding"] = settings.trigger.excluding
    return trigger


def deliver(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    source: SourceArgs,
    need: Need,
    *,
    preview_policy_arns: Sequence[pulumi.Input[str]],
    deploy_policy_arns: Sequence[pulumi.Input[str]],
    bus: pulumi.Output[str] | None,
) -> tuple[DeliveryPipeline, PullRequestPreview | None]:
    """The platform's delivery, the preview of pull requests, and what an approved model starts."""
    alerts, alert_key = foundation.alerts, foundation.keys[DataClass.MESSAGES].arn
    trigger = trigger_of(settings.delivery)
    common: PlatformPipelineArgs = {
        "pipeline_name": env.names("delivery", limit=100),
        "source": source,
        "environment": env.names.environment,
        "preview_policy_arns": list(preview_policy_arns),
        "account_id": env.account_id,
        "region": env.region,
        "state": state(env),
        "artifact_bucket": foundation.artifacts.bucket,
        "artifact_bucket_arn": foundation.artifacts.arn,
        "artifact_key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
    }
    if settings.kubernetes:  # whose API has an address in the network alone
        network = foundation.network
        common["network"] = {
            "vpc_id": network.vpc_id,
            "subnet_ids": network.private_subnet_ids,
            "security_group_id": network.workload_security_group_id,
            "region": env.region,
        }
    delivery = env.component(DeliveryPipeline)(
        env.names("delivery"),
        {
            **common,
            "deploy_policy_arns": list(deploy_policy_arns),
            "trigger": trigger,
            "starts_on_push": settings.delivery.by == "pipeline",
            "needs_approval": bool(settings.delivery.approvers),
            "concurrency": Concurrency[settings.delivery.concurrency.upper()],
            "on_failure": OnFailure(settings.delivery.on_failure),
            "alert_topics": alerts.topics,
            "alert_key_arn": alert_key,
        },
        need.child_options(),
    )
    previews = None
    if settings.delivery.previews_pull_requests and has_pull_requests(source):
        previews = env.component(PullRequestPreview)(
            env.names("pull-requests"),
            {
                **common,
                "pipeline_name": env.names("pull-requests", limit=100),
                "branch": trigger["branch"],
                "topic_arn": alerts.info_arn,
            },
            need.child_options(),
        )
    by_pipeline = settings.delivery.by == "pipeline"
    # The tip of the branch is what CI deployed last, unless it deploys tags.
    if settings.models and (by_pipeline or "tag" not in trigger):
        origin = env.promotion.origin
        redeployment: RedeploymentArgs = {
            "group_prefix": (origin.names if origin else env.names)(""),
            "pipeline_name": env.names("delivery", limit=100),
            "pipeline_arn": delivery.pipeline_arn,
            "source": source,
            "deploys_pushes": by_pipeline,
            "alert_topic_arn": alerts.warning_arn,
            "alert_key_arn": alert_key,
            "log_key_arn": foundation.keys[DataClass.LOGS].arn,
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
        }
        if origin and bus is not None:
            redeployment["event_bus"] = bus
        env.component(Redeployment)(env.names("redeployment"), redeployment, need.child_options())
    return delivery, previews
