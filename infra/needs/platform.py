"""Need 3, anyone can train a model by themselves."""

from pathlib import Path

import pulumi

from components.foundation.keys.key import DataClass
from components.platform.model_project import read_project
from components.platform.model_registry import ModelGroup
from components.platform.training_pipeline import TrainingPipeline
from infra.needs.devops import promotion
from infra.needs.model_context import NAME_LIMIT, Ground
from infra.settings.mlops import ModelSettings
from infra.versions import ModelVersion

APPROVAL_STATUS = {"manual": "PendingManualApproval", "automatic": "Approved"}


def train(
    model: ModelSettings,
    version: ModelVersion | None,
    ground: Ground,
    root: Path,
    opts: pulumi.ResourceOptions,
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
            "readers": promotion.readers(env, model.name),
            "deployers": promotion.deployers(env, model.name),
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
            "job_tags": ground.job_tags("platform", model),
            "parameters": {
                "MinimumAuc": model.accept.auc,
                "ModelApprovalStatus": APPROVAL_STATUS[model.approval],
                "TargetColumn": model.target,
            },
            "image_uri": ground.image_of(model, version),
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
