"""Need 4, a model stays good by itself."""

import pulumi

from components.mlops.endpoint import Endpoint
from components.platform.training_pipeline import TrainingPipeline
from infra.needs.mlops.monitors import watch
from infra.needs.mlops.retraining import retrain
from infra.needs.mlops.serving import serve
from infra.needs.model_context import ModelContext
from infra.needs.need import Need
from infra.settings.mlops.model import ModelSettings
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
    endpoint = serve(model, version, context, opts)
    alarms: list[pulumi.Output[str]] = []
    if model.monitor.data != "off":
        alarms = watch(model, version, endpoint, features, context, opts).alarm_names
    if training and "drift" in model.retrain.on:
        retrain(model, training, alarms, context, bus, opts)
    return endpoint
