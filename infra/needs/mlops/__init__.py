"""Need 4, a model stays good by itself."""

from pathlib import Path

import pulumi

from components.mlops.loop.loop import Loop
from components.platform.training_pipeline import TrainingPipeline
from components.platform.training_set import TrainingSet
from infra.needs.mlops.dashboards import Shown, shown
from infra.needs.mlops.kubernetes_serving import OnKubernetes
from infra.needs.mlops.loop import keep_good
from infra.needs.mlops.monitors import Monitoring, watch
from infra.needs.mlops.serving import Served, serve
from infra.needs.model_context import ModelContext
from infra.needs.need import Need
from infra.settings.mlops.model import ModelSettings
from infra.versions import ModelVersion


def declare_model(
    model: ModelSettings,
    version: ModelVersion,
    context: ModelContext,
    need: Need,
    *,
    monitoring: Monitoring,
    pods: OnKubernetes,
    training: TrainingPipeline | None,
    training_set: TrainingSet | None,
    bus: pulumi.Output[str] | None,
    root: Path,
    boards: list[Shown],
) -> tuple[Served, Loop | None]:
    """Declare what serves one model's approved version, watches it and retrains it.

    `monitoring` is what the monitors of all models share, `pods` what those on Kubernetes do.
    `training` retrains it, unless another environment does; `training_set` makes what it is trained
    on, where the feature store does. `bus` is the name of the bus that other accounts' events come
    by, if any do. `root` is the repository's root, which the model's project is found from.
    `boards` gets what dashboards show of the model.
    """
    opts = need.child_options(model.name)
    endpoint: Served = (
        pods.serve(model, version)
        if model.serving.on == "kubernetes"
        else serve(model, version, context, opts)
    )
    alarms = watch(model, version, endpoint, context, monitoring, opts)
    loop = (
        keep_good(model, training, alarms, context, bus, root, opts, training_set)
        if training
        else None
    )
    boards.append(shown(model, context, endpoint, alarms, loop))
    return endpoint, loop
