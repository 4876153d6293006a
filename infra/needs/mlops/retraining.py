"""What retrains a model."""

from collections.abc import Sequence

import pulumi

from components.foundation.keys.key import DataClass
from components.mlops.retraining import Retraining
from components.platform.training_pipeline import TrainingPipeline
from infra.needs import peers
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.settings.mlops.model import ModelSettings


def retrain(
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
