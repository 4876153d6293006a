"""What a model on Kubernetes must fit: itself, the cluster, and its team's share."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.settings.cross_stack import mapping
from infra.settings.devops.model_delivery import ModelDelivery
from infra.settings.mistakes import Mistake, Path, shown
from infra.settings.mlops.pods import Pods
from infra.settings.mlops.serving import Serving

Values = Mapping[str, Any]
AGENT_VCPUS, AGENT_GIB = 0.1, 1
"""What KServe's own container has in each pod, which captures."""
RECEIVER_VCPUS, RECEIVER_GIB = 0.1, 0.25
"""What the receiver of the captures has."""
WORDS = {"vcpus": "vCPUs", "memory_gib": "GiB", "gpus": "GPUs"}
OF_SAGEMAKER = {
    "instance": "Kubernetes gives each pod what serving.pods says, on whichever node has it.",
    "framework": "AWS chooses these images by the instance type, which pods do not have.",
    "rollout": "KServe shifts no share of the traffic without a gateway, which no add-on brings: a "
    "new version's pods come one after the other, each once the one before is well.",
    "always_on": "the environment's hours turn no pods off.",
}
"""Why what only an endpoint of SageMaker's has is refused."""


def check_pods(serving: Serving, delivery: ModelDelivery, image: str | None) -> Iterator[Mistake]:
    """Yield what of a model's settings does not go with where it is served."""
    at: Path = ("serving",)
    if serving.on == "sagemaker":
        if serving.pods:
            yield Mistake((*at, "pods"), "SageMaker serves it.", "Leave it out, or on: kubernetes.")
        return
    if serving.pods is None:
        yield Mistake(
            (*at, "pods"), "it is in no team's namespace.", "Example: pods: {team: oncology}."
        )
    for key, why in OF_SAGEMAKER.items():
        if key in serving.model_fields_set:
            yield Mistake((*at, key), f"is SageMaker's: {why}", "Leave it out.")
    if "invocations_per_minute" in serving.scale.model_fields_set:
        yield Mistake(
            (*at, "scale", "invocations_per_minute"),
            "is SageMaker's: on Kubernetes, pods come by how busy their processors are.",
            "Leave it out.",
        )
    if serving.pods and serving.pods.gpus and image is None:
        yield Mistake(
            (*at, "pods", "gpus"),
            "SageMaker's scikit-learn image makes no use of GPUs.",
            "Give the model an image that does, or leave them out.",
        )
    if delivery.start in ("push", "hand"):
        yield Mistake(
            ("delivery", "start"),
            "the delivery of a model looks whether SageMaker serves its new version.",
            "Set it to off: an approved version is deployed by the platform's own delivery.",
        )


def check_served_on_kubernetes(values: Values) -> Iterator[Mistake]:
    """Yield models on a cluster that is not there, lacks KServe, or has no room for them."""
    models = values.get("models")
    for place, model in enumerate(models if isinstance(models, list) else []):
        if "on" in mapping(mapping(model).get("training")):
            yield Mistake(
                ("models", place, "training", "on"),
                "nothing trains on Kubernetes: SageMaker's pipeline registers a version with the "
                "metrics and the baseline that approval and monitors go by.",
                "Leave it out. What serves on Kubernetes is trained by that pipeline, too.",
            )
        serving = mapping(mapping(model).get("serving"))
        if serving.get("on") == "kubernetes":
            yield from _on_cluster(serving, ("models", place, "serving"), values)


def _on_cluster(serving: Values, at: Path, values: Values) -> Iterator[Mistake]:
    kubernetes = mapping(values.get("kubernetes"))
    if "kubernetes" not in values:
        yield Mistake(
            (*at, "on"),
            "there is no cluster.",
            "Add one: kubernetes: {add_ons: [cert-manager, kserve], teams: {…}}.",
        )
        return
    add_ons = kubernetes.get("add_ons")
    if "kserve" not in (add_ons if isinstance(add_ons, list) else []):
        yield Mistake(
            (*at, "on"),
            "KServe serves it, which is off.",
            "Add it: kubernetes: {add_ons: [cert-manager, kserve]}.",
        )
    if mapping(values.get("hours")):
        yield Mistake(
            (*at, "on"),
            "the environment's hours turn off endpoints of SageMaker's, and no pods.",
            "Leave hours out, or let SageMaker serve it.",
        )
    if mapping(serving.get("scale")).get("min") == 0:
        yield Mistake(
            (*at, "scale", "min"),
            "KServe scales to none by Knative or KEDA, and no add-on is one of them.",
            "Keep one pod at least: min: 1.",
        )
    yield from _share(serving, at, mapping(kubernetes.get("teams")))


def _share(serving: Values, at: Path, teams: Values) -> Iterator[Mistake]:
    """A team that is not there, or whose share the most pods exceed."""
    pods = mapping(serving.get("pods"))
    name = pods.get("team")
    if not isinstance(name, str):
        return
    if name not in teams:
        known = f"There are {', '.join(map(str, teams))}." if teams else "There is none."
        yield Mistake(
            (*at, "pods", "team"), f"{shown(name)} is no team of kubernetes.teams.", known
        )
        return
    team, most = mapping(teams[name]), mapping(serving.get("scale")).get("max", 4)
    if team.get("pod_security") == "restricted":
        yield Mistake(
            (*at, "pods", "team"),
            f"{name} lets no pod be root, and SageMaker's images are.",
            "Choose another team, or pod_security: baseline.",
        )
    asked = Pods.model_construct(**{key: value for key, value in pods.items() if key != "team"})
    try:
        pods_at_once = most + 1  # another one comes before an old one goes
        needs = {
            "vcpus": (asked.vcpus + AGENT_VCPUS) * pods_at_once + RECEIVER_VCPUS,
            "memory_gib": (asked.memory_gib + AGENT_GIB) * pods_at_once + RECEIVER_GIB,
            "gpus": asked.gpus * pods_at_once,
        }
        lacking = {key: need for key, need in needs.items() if need > team.get(key, 0)}
    except TypeError:
        return  # malformed, which is told where it is
    for key, need in lacking.items():
        yield Mistake(
            (*at, "scale", "max"),
            f"{most} pods, one more while a new version takes over, KServe's container in each and "
            f"what captures beside them take {need:g} {WORDS[key]}; {name} has {team.get(key, 0)}.",
            f"Lower max, or raise kubernetes.teams.{name}.{key}.",
        )
