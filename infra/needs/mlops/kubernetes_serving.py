"""What serves the approved versions of models on the cluster."""

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.mlops.kubernetes_serving.deployed import Deployed, deployed, inference_name
from infra.errors import InputError
from infra.needs.mlops.serving import reading
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.need import Need
from infra.needs.outputs import Cluster
from infra.settings.mlops.model import ModelSettings
from infra.settings.mlops.serving import Serving
from infra.versions import ModelVersion

if TYPE_CHECKING:
    from components.mlops.kubernetes_serving.objects import KnativeArgs
    from components.mlops.kubernetes_serving.serving import KubernetesServing

METRICS = "metrics-server"
OF_KNATIVE = {"K_CONFIGURATION", "K_REVISION", "K_SERVICE", "PORT"}
"""Variables of a container that Knative sets, and lets nobody else.

https://github.com/knative/serving/blob/main/docs/runtime-contract.md
"""


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
        name = env.names(model.name, "pods", limit=NAME_LIMIT)
        args: KubernetesServingArgs = {
            **reading(model, version, context),
            "version": version.number,
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
            "knative": self._knative(model, version, name) if serving.by_knative else None,
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
        served = env.component(KubernetesServing)(name, args, options)
        self.urls[model.name] = served.url
        return served

    def _knative(self, model: ModelSettings, version: ModelVersion, name: str) -> "KnativeArgs":
        """How Knative runs a version; `name` is that of the component that serves it."""
        if theirs := sorted(OF_KNATIVE & version.environment.keys()):
            raise InputError(
                f"models[{model.name}].serving: version {version.number} is registered with "
                f"{', '.join(theirs)} in its environment, which Knative sets itself. Approve "
                "another one, or do without min: 0 and a canary."
            )
        before = deployed(self._context.env.live.outputs(inference_name(name)))
        return {
            "requests_per_minute": model.serving.scale.invocations_per_minute,
            "canary_percent": canary_of(model.serving, version, before),
        }

    def _add_ons(self, cluster: Cluster, model: ModelSettings) -> list[pulumi.Resource]:
        """What comes before a model: KServe, and Knative or what measures its pods."""
        first = [*cluster.add_ons.get("kserve", [])]
        if model.serving.by_knative:
            return [*first, *cluster.add_ons.get("knative", [])]
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


def canary_of(serving: Serving, version: ModelVersion, before: Deployed | None) -> int:
    """The share of the requests that a version gets, in percent; 0 for all of them.

    A version up to the stable one has all. Where it takes the place of a newer one that was a
    canary, which was rejected, it begins with the canary's share as well: until its pods are ready,
    Knative gives the share of the newest version to the one before, and all would be too much. The
    next deployment gives it all.
    """
    number, stable = int(version.number), serving.rollout.stable or 0
    goes_back = before is not None and before.is_canary and before.version > number
    return serving.canary if number > stable or goes_back else 0
