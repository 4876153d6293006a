"""What watches the traffic of an endpoint."""

import pulumi

from components.mlops.data_quality_monitor import Baseline, DataQualityMonitor
from components.mlops.drift import Frequency
from components.mlops.endpoint import Endpoint
from infra.needs.mlops.serving import reading
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.settings.mlops.model import ModelSettings
from infra.versions import ModelVersion


def watch(
    model: ModelSettings,
    version: ModelVersion,
    endpoint: Endpoint,
    features: list[str],
    context: ModelContext,
    opts: pulumi.ResourceOptions,
) -> DataQualityMonitor:
    """Declare the monitor of an endpoint's data; `features` are the ones whose drift alarms."""
    env = context.env
    baseline: Baseline = {}
    if version.baseline:
        baseline["constraints_uri"] = version.baseline.constraints_uri
        baseline["statistics_uri"] = version.baseline.statistics_uri
    return env.component(DataQualityMonitor)(
        env.names(model.name, "monitor", limit=NAME_LIMIT),
        {
            **reading(model, version, context),
            "endpoint": endpoint.name,
            "endpoint_name": env.names(model.name),
            "schedule_name": env.names(model.name, "data"),
            "frequency": Frequency(model.monitor.data),
            "baseline": baseline,
            "features": features,
            "drift_threshold": model.monitor.drift_threshold,
            "analyzer_image_uri": context.analyzer_image,
            "instance_type": model.processing.instance,
        },
        opts,
    )
