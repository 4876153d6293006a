"""What retrains a model, compares what comes of it with the live version, and decides."""

from collections.abc import Mapping
from pathlib import Path

import pulumi

from components.foundation.keys.key import DataClass
from components.mlops.loop.budget import BudgetArgs
from components.mlops.loop.loop import JOB_NAME_LIMIT, Loop, LoopArgs
from components.mlops.loop.starters import CAUSES, StartersArgs
from components.platform.model_project import read_project
from components.platform.training_pipeline import TrainingPipeline
from components.platform.training_set import TrainingSet
from infra.errors import InputError
from infra.naming import cut
from infra.needs import peers
from infra.needs.devops.model_delivery import AROUND_HOURS
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.tags import MODEL
from infra.settings.mlops.labels import place_of
from infra.settings.mlops.model import ModelSettings
from infra.settings.mlops.retrain import approved_when, training_prices

COUNTED_TAGS = ("maslow:project", "maslow:environment", MODEL)
"""Tags that tell a model's training jobs, whoever started them."""


def keep_good(
    model: ModelSettings,
    pipeline: TrainingPipeline,
    alarms: Mapping[str, pulumi.Output[str]],
    context: ModelContext,
    bus: pulumi.Output[str] | None,
    root: Path,
    opts: pulumi.ResourceOptions,
    training_set: TrainingSet | None = None,
) -> Loop:
    """Declare the loop of a model that is trained here.

    `alarms` are the names of its monitors' alarms, by their kind; `bus` tells of other accounts'
    events; `training_set` makes what it is trained on, where the feature store does. A model that
    nothing starts by itself has a loop, too: a person starts it. Raises InputError for a budget
    where the price of training is not known.
    """
    env, retrain = context.env, model.retrain
    approve_when, approve_because = approved_when(model.approval)
    args: LoopArgs = {
        **context.workload(model),
        "starters": _starters(model, alarms, context, bus),
        "pipeline_name": env.names(model.name),
        "pipeline_arn": pipeline.arn,
        "training_set_arn": training_set.state_machine_arn if training_set else None,
        "pipeline_role_arn": pipeline.role_arn,
        "group_name": env.names(model.name),
        "code_hash": read_project(root / model.project).code_hash,
        "cooldown_hours": retrain.cooldown_hours,
        "training_hours": model.training.longest_hours + AROUND_HOURS,
        "approve_when": approve_when,
        "approve_because": approve_because,
        "metric": next(iter(model.accept.bounds), ""),
        "job_name": cut(env.names(model.name, "compare"), JOB_NAME_LIMIT),
        "job_tags": context.job_tags("mlops", model),
        "budget": _budget(model, context),
        "hours": context.hours,
        "instance_type": model.processing.instance,
        "alert_topics": context.foundation.alerts.topics,
        "messages_key_arn": context.key_arn(DataClass.MESSAGES),
        "log_key_arn": context.key_arn(DataClass.LOGS),
        "log_retention_days": env.log_retention_days,
    }
    return env.component(Loop)(env.names(model.name, "loop", limit=NAME_LIMIT), args, opts)


def _starters(
    model: ModelSettings,
    alarms: Mapping[str, pulumi.Output[str]],
    context: ModelContext,
    bus: pulumi.Output[str] | None,
) -> StartersArgs:
    on = model.retrain.on
    starters: StartersArgs = {
        "alarms": {
            cause: [alarms[kind.value] for kind in kinds if kind.value in alarms]
            if cause in on
            else []
            for cause, kinds in CAUSES.items()
        },
    }
    if causes := [cause for cause in CAUSES if cause in on]:
        starters["elsewhere"] = peers.alarms_elsewhere_of(context.env, model.name, causes, bus)
    if "new-data" in on:
        # A training set is written where the training reads, and must not start the next one.
        zone, prefix = (
            place_of(model.labels, context.tables)
            if model.labels
            else ("curated", model.data_prefix)
        )
        starters["new_data"] = {"bucket": context.data.zone_buckets[zone], "prefix": prefix}
    if model.retrain.expression:
        starters["schedule"] = model.retrain.expression
    return starters


def _budget(model: ModelSettings, context: ModelContext) -> BudgetArgs | None:
    usd, instance = model.retrain.budget_usd, model.training.instance
    if usd is None:
        return None
    prices = training_prices(instance, context.env.region)
    if prices is None:
        raise InputError(
            f"models[{model.name}].retrain.budget_usd: no public price of training on {instance} "
            "is known, so that nothing could be counted. Leave the budget out, or choose another "
            "training.instance."
        )
    tags = context.job_tags("platform", model)
    return {
        "usd": usd,
        "prices": dict(prices),
        "tags": {key: tags[key] for key in COUNTED_TAGS},
    }
