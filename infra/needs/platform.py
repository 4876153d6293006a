"""Need 3, anyone can train a model by themselves."""

from collections.abc import Sequence
from pathlib import Path

from components.foundation.keys.key import DataClass
from components.platform.job_logs import GROUPS, JobLogs, JobLogsArgs
from components.platform.model_project import read_project
from components.platform.model_registry import ModelGroup
from components.platform.training_alert import TrainingAlert
from components.platform.training_pipeline import ServedArgs, TrackedArgs, TrainingPipeline
from components.platform.training_set import TrainingSet
from components.platform.training_set_machine import AS_OF, Source, state_of
from components.platform.version_cards.version_cards import VersionCards
from infra.features.training_query import asked_of, sources_of, sql
from infra.found import LOG_GROUP
from infra.models.card_file import said
from infra.models.project_parameters import asked_of_project, search_of
from infra.models.serving_image import serving_image
from infra.models.training_options import options_of
from infra.needs import peers
from infra.needs.adoption import used
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.need import Need
from infra.needs.pod_training import trained_in_pods
from infra.settings import StackFile
from infra.settings.mlops.model import ModelSettings
from infra.versions import ModelVersion

PENDING, APPROVED = "PendingManualApproval", "Approved"


def declare_job_logs(context: ModelContext, need: Need) -> None:
    """Declare the log groups of the account's jobs."""
    env, name = context.env, context.env.names("jobs")
    args: JobLogsArgs = {
        "log_key_arn": context.key_arn(DataClass.LOGS),
        "log_retention_days": env.log_retention_days,
        "existing": [
            group
            for suffix, group in GROUPS.items()
            if used(env, LOG_GROUP, f"{name}-{suffix}", group)
        ],
    }
    env.component(JobLogs)(name, args, need.child_options())


def declare_training_alert(context: ModelContext, need: Need) -> None:
    """Declare what tells of trainings that nothing else follows, unless none is here."""
    env = context.env
    if env.promotion.origin:
        return
    env.component(TrainingAlert)(
        env.names("trainings"),
        {
            "name_prefix": env.names(""),
            "topic_arn": context.foundation.alerts.warning_arn,
            "messages_key_arn": context.key_arn(DataClass.MESSAGES),
            "log_key_arn": context.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
            "region": env.region,
        },
        need.child_options(),
    )


def declare_version_cards(
    models: Sequence[ModelSettings], owner: str, context: ModelContext, need: Need, root: Path
) -> None:
    """Declare what keeps cards with versions, unless another environment trains the models.

    `root` is the repository's root, which the models' projects are found from. Raises InputError
    for a project whose card.yaml is none.
    """
    env = context.env
    if env.promotion.origin:
        return
    env.component(VersionCards)(
        env.names("cards"),
        {
            "name_prefix": env.names(""),
            "owner": owner,
            "said": {env.names(model.name): said(root / model.project) for model in models},
            "artifacts_bucket": context.foundation.artifacts.bucket,
            "artifacts_key_arn": context.key_arn(DataClass.ARTIFACTS),
            "log_key_arn": context.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
            "region": env.region,
        },
        need.child_options(),
    )


def declare_model(
    model: ModelSettings,
    version: ModelVersion | None,
    context: ModelContext,
    need: Need,
    root: Path,
) -> TrainingPipeline | None:
    """Declare what one model is registered in and trained by; None where another environment does.

    `root` is the repository's root, which the model's project is found from. Raises ProjectError
    for a project that is not complete.
    """
    env, opts = context.env, need.child_options(model.name)
    if env.promotion.origin:
        return None
    project = read_project(root / model.project)
    experiments = context.experiments
    tracking: TrackedArgs = (
        {"tracking": {"arn": experiments.arn, "bucket": experiments.bucket}} if experiments else {}
    )
    served: ServedArgs = {}
    if image := serving_image(model, env.region):
        served["serving_image"] = image
    group = env.component(ModelGroup)(
        env.names(model.name, "versions", limit=NAME_LIMIT),
        {
            "group_name": env.names(model.name),
            "description": f"Versions of {model.name}",
            "durability": env.durability,
            "readers": peers.readers(env, model.name),
            "deployers": peers.deployers(env, model.name),
        },
        opts,
    )
    return env.component(TrainingPipeline)(
        env.names(model.name, "training", limit=NAME_LIMIT),
        {
            **context.workload(model),
            **tracking,
            **served,
            **trained_in_pods(model, context, need),
            "pipeline_name": env.names(model.name),
            "definition": project.definition,
            "code": project.code,
            "job_tags": context.job_tags("platform", model),
            "parameters": {
                "ModelApprovalStatus": APPROVED if model.approval == "automatic" else PENDING,
                **asked_of_project(model, project.definition),
            },
            "image_uri": context.image_of(model, version),
            "training": {
                **search_of(model, project),
                "instance_type": model.training.instance,
                "instance_count": model.training.count,
                "volume_gb": model.training.volume_gb,
                "max_seconds": model.training.max_hours * 3600,
                "hyperparameters": model.training.hyperparameters,
                "options": options_of(model.training, env.region),
            },
            "processing_instance_type": model.processing.instance,
            "data_bucket": context.data.zone_buckets["curated"],
            "data_prefix": model.data_prefix,
            "data_key_arn": context.key_arn(DataClass.DATA),
            "group_name": group.name,
            "file_channels": [
                context.files.channel(channel, folder)
                for channel, folder in model.training.files.items()
            ],
        },
        opts,
    )


def declare_training_set(
    model: ModelSettings, stack: StackFile, context: ModelContext, need: Need
) -> TrainingSet | None:
    """Declare what makes a model's training set; None where its data comes otherwise.

    Raises InputError for labels that no query joins with its features.
    """
    env, data = context.env, context.data
    asked = asked_of(model)
    if asked is None or env.promotion.origin:
        return None
    sources = [
        Source(zone=found.zone, table=found.table, iceberg=found.iceberg)
        for found in sources_of(env.names, stack, model, asked.labels)
    ]
    states = {each["table"]: state_of(each) for each in sources}
    query, _ = sql(env.names, stack, model, asked, AS_OF, states)
    return env.component(TrainingSet)(
        env.names(model.name, "set", limit=NAME_LIMIT),
        {
            "model": model.name,
            "query": query,
            "sources": sources,
            "zone_buckets": {each["zone"]: data.zone_buckets[each["zone"]] for each in sources},
            "workgroup_name": data.workgroup_name,
            "workgroup_arn": data.workgroup_arn,
            "results_bucket": data.results_bucket,
            "data_bucket": data.zone_buckets["curated"],
            "data_prefix": model.data_prefix,
            "data_key_arn": context.key_arn(DataClass.DATA),
            "log_key_arn": context.key_arn(DataClass.LOGS),
            "log_retention_days": env.log_retention_days,
            "account_id": env.account_id,
            "region": env.region,
        },
        need.child_options(model.name),
    )
