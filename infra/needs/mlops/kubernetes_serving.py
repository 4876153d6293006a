"""What serves the approved versions of models on the cluster."""

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.errors import InputError
from infra.needs.mlops.serving import reading
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.need import Need
from infra.needs.outputs import Cluster
from infra.settings.mlops.model import ModelSettings
from infra.versions import ModelVersion

if TYPE_CHECKING:
    from components.mlops.kubernetes_serving.serving import KubernetesServing

METRICS = "metrics-server"


class OnKubernetes:
    """What the models on the cluster share: what measures how busy their pods are."""

    def __init__(self, context: ModelContext, need: Need) -> None:
        self._context, self._need = context, need
        self._measured: list[pulumi.Resource] | None = None
        self.urls: dict[str, pulumi.Output[str]] = {}
        """Where each is asked, by the model's name."""

    def serve(self, model: ModelSettings, version: ModelVersion) -> "KubernetesServing":
        """Declare what serves a version. Raises InputError for one without an artefact."""
        from components.mlops.kubernetes_serving.serving import (
            KubernetesServing,
            KubernetesServingArgs,
        )

        context, serving = self._context, model.serving
        env, cluster, pods = context.env, context.cluster, serving.pods
        if cluster is None or pods is None:
            raise InputError(f"models[{model.name}].serving.on: there is no cluster for it")
        if version.model_data is None:
            raise InputError(
                f"models[{model.name}].serving.on: version {version.number} is registered without "
                "model data, which Kubernetes would serve. Approve another one."
            )
        args: KubernetesServingArgs = {
            **reading(model, version, context),
            "endpoint_name": env.names(model.name),
            "object_name": env.names(model.name, limit=NAME_LIMIT),
            "namespace": cluster.namespaces[pods.team],
            "cluster": cluster.name,
            "cluster_arn": cluster.arn,
            "image_uri": context.serving_image_of(model, version),
            "runtime_image": context.training_image,
            "environment": dict(version.environment),
            "model_data": version.model_data,
            "pods": {
                "vcpus": pods.vcpus,
                "memory_gib": pods.memory_gib,
                "gpus": pods.gpus,
                "min": serving.scale.min,
                "max": serving.scale.max,
            },
            "latency_ms": serving.alarms.latency_ms,
            "error_percent": serving.alarms.errors_percent,
            "capture_percent": model.monitor.capture,
        }
        options = pulumi.ResourceOptions.merge(
            self._need.child_options(model.name),
            pulumi.ResourceOptions(
                providers=[cluster.provider], depends_on=self._add_ons(cluster, model)
            ),
        )
        name = env.names(model.name, "pods", limit=NAME_LIMIT)
        served = env.component(KubernetesServing)(name, args, options)
        self.urls[model.name] = served.url
        return served

    def _add_ons(self, cluster: Cluster, model: ModelSettings) -> list[pulumi.Resource]:
        """What comes before a model: KServe, and where it scales what measures its pods."""
        first = [*cluster.add_ons.get("kserve", [])]
        if model.serving.scale.min == model.serving.scale.max or not cluster.owned:
            return first
        if self._measured is None:
            # Its pods need nodes, which are there once KServe's are.
            self._measured = [
                aws.eks.Addon(
                    self._context.env.names("kubernetes", METRICS),
                    cluster_name=cluster.name,
                    addon_name=METRICS,
                    opts=pulumi.ResourceOptions.merge(
                        self._need.child_options(), pulumi.ResourceOptions(depends_on=first)
                    ),
                )
            ]
        return [*first, *self._measured]
