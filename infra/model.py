"""The composition of one model: training in the platform's need, serving and watching in mlops'."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.data.lake import Lake
from components.foundation.key import DataClass
from components.mlops.capture import CaptureArgs
from components.mlops.data_quality_monitor import Baseline, DataQualityMonitor
from components.mlops.drift import Frequency
from components.mlops.endpoint import Endpoint
from components.mlops.retraining import Retraining
from components.platform.model_project import read_project
from components.platform.model_registry import ModelGroup
from components.platform.training_pipeline import TrainingPipeline
from components.platform.workload import WorkloadArgs
from infra.environment import Environment, Foundation
from infra.settings.mlops import ModelSettings
from infra.versions import ModelVersion

TRAINING_IMAGE = ("sagemaker-scikit-learn", "1.4-2-cpu-py3")
ANALYZER_IMAGE = ("sagemaker-model-monitor-analyzer", "latest")
"""Repository and tag of an image that SageMaker keeps in every region.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""
APPROVAL_STATUS = {"manual": "PendingManualApproval", "automatic": "Approved"}
NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within IAM's 64 characters for a role."""


@dataclass(frozen=True)
class Ground:
    """What every model of an environment stands on."""

    env: Environment
    foundation: Foundation
    lake: Lake
    training_image: pulumi.Output[str]
    analyzer_image: pulumi.Output[str]

    def key_arn(self, holds: DataClass) -> pulumi.Output[str]:
        """ARN of the key of one class of data."""
        return self.foundation.keys[holds].arn

    def workload(self, model: ModelSettings) -> WorkloadArgs:
        """What every workload of a model is told."""
        network = self.foundation.network
        return {
            "model": model.name,
            "artifacts_bucket": self.foundation.artifacts.bucket,
            "artifacts_key_arn": self.key_arn(DataClass.ARTIFACTS),
            "subnet_ids": network.private_subnet_ids,
            "security_group_id": network.workload_security_group_id,
            "account_id": self.env.account_id,
            "region": self.env.region,
        }

    def captured(self, model: ModelSettings) -> CaptureArgs:
        """The same, for what writes or reads captured data: it is kept in the raw zone."""
        return {
            **self.workload(model),
            "capture_bucket": self.lake.zone_buckets["raw"],
            "capture_prefix": f"captured/{model.name}",
            "capture_key_arn": self.key_arn(DataClass.DATA),
            "alert_topic_arn": self.foundation.alerts.topic_arn,
        }


def ground(env: Environment, foundation: Foundation, lake: Lake) -> Ground:
    """What the models stand on, with SageMaker's own images looked up once for all of them."""

    def image(repository: str, tag: str) -> pulumi.Output[str]:
        return aws.sagemaker.get_prebuilt_ecr_image_output(
            repository_name=repository,
            image_tag=tag,
            region=env.region,
            opts=pulumi.InvokeOptions(provider=env.provider),
        ).registry_path

    return Ground(env, foundation, lake, image(*TRAINING_IMAGE), image(*ANALYZER_IMAGE))


def train(
    model: ModelSettings, ground: Ground, root: Path, opts: pulumi.ResourceOptions
) -> TrainingPipeline:
    """Declare what one model is registered in and trained by.

    Raises ProjectError for a project that is not complete.
    """
    env = ground.env
    project = read_project(root / model.project)
    group = ModelGroup(
        env.names(model.name, "versions", limit=NAME_LIMIT),
        {
            "group_name": env.names(model.name),
            "description": f"Versions of {model.name}",
            "durability": env.durability,
        },
        opts,
    )
    return TrainingPipeline(
        env.names(model.name, "training", limit=NAME_LIMIT),
        {
            **ground.workload(model),
            "pipeline_name": env.names(model.name),
            "definition": project.definition,
            "code": project.code,
            "parameters": {
                "MinimumAuc": model.accept.auc,
                "ModelApprovalStatus": APPROVAL_STATUS[model.approval],
                "TargetColumn": model.target,
            },
            "image_uri": model.image or ground.training_image,
            "training": {
                "instance_type": model.training.instance,
                "instance_count": model.training.count,
                "volume_gb": model.training.volume_gb,
                "max_seconds": model.training.max_hours * 3600,
            },
            "processing_instance_type": model.processing.instance,
            "data_bucket": ground.lake.zone_buckets["curated"],
            "data_prefix": model.data_prefix,
            "data_key_arn": ground.key_arn(DataClass.DATA),
            "group_name": group.name,
        },
        opts,
    )


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
            **ground.captured(model),
            "network_isolation": True,
            "endpoint_name": env.names(model.name),
            "model_package_arn": version.arn,
            "image_uri": model.image or ground.training_image,
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
            **ground.captured(model),
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
    monitor: DataQualityMonitor,
    ground: Ground,
    opts: pulumi.ResourceOptions,
) -> Retraining:
    """Declare what trains a model anew when its data has drifted."""
    env, foundation = ground.env, ground.foundation
    return Retraining(
        env.names(model.name, "retraining", limit=NAME_LIMIT),
        {
            "alarm_names": [*monitor.alarm_names],
            "pipeline_name": env.names(model.name),
            "pipeline_arn": pipeline.arn,
            "cooldown_hours": model.retrain.cooldown_hours,
            "alert_topic_arn": foundation.alerts.topic_arn,
            "messages_key_arn": ground.key_arn(DataClass.MESSAGES),
            "log_key_arn": ground.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
        },
        opts,
    )
