"""What a model on Kubernetes must fit: itself, the cluster, and its team's share."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from infra.settings.cross_stack import mapping
from infra.settings.devops.model_delivery import ModelDelivery
from infra.settings.mistakes import Mistake, Path
from infra.settings.mlops.pods import Pods
from infra.settings.mlops.serving import Serving
from infra.settings.mlops.team_share import (
    check_add_on,
    check_team,
    chosen_add_ons,
    lacking,
    on_kubernetes,
    teams_of,
)

Values = Mapping[str, Any]
AGENT_VCPUS, AGENT_GIB = 0.1, 1
"""What KServe's own container has in each pod, which captures."""
RECEIVER_VCPUS, RECEIVER_GIB = 0.1, 0.25
"""What the receiver of the captures has."""
QUEUE_VCPUS, QUEUE_GIB = 0.025, 0.25
"""What Knative's own container has in each pod, as the add-on's operator is told."""
OF_SAGEMAKER = {
    "instance": "Kubernetes gives each pod what serving.pods says, on whichever node has it.",
    "framework": "AWS chooses these images by the instance type, which pods do not have.",
    "always_on": "the environment's hours turn no pods off.",
}
"""Why what only an endpoint of SageMaker's has is refused."""


def check_pods(serving: Serving, delivery: ModelDelivery, image: str | None) -> Iterator[Mistake]:
    """Yield what of a model's settings does not go with where it is served."""
    at: Path = ("serving",)
    if serving.on == "sagemaker":
        yield from _of_kubernetes(serving, at)
        return
    if serving.pods is None:
        yield Mistake(
            (*at, "pods"), "it is in no team's namespace.", "Example: pods: {team: oncology}."
        )
    for key, why in OF_SAGEMAKER.items():
        if key in serving.model_fields_set:
            yield Mistake((*at, key), f"is SageMaker's: {why}", "Leave it out.")
    yield from _rollout(serving, at)
    if "invocations_per_minute" in serving.scale.model_fields_set and not serving.by_knative:
        yield Mistake(
            (*at, "scale", "invocations_per_minute"),
            "without Knative, pods come by how busy their processors are.",
            "Leave it out, or have Knative scale it: scale: {min: 0}, or a canary.",
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


def _of_kubernetes(serving: Serving, at: Path) -> Iterator[Mistake]:
    """What an endpoint of SageMaker's does not have."""
    if serving.pods:
        yield Mistake((*at, "pods"), "SageMaker serves it.", "Leave it out, or on: kubernetes.")
    if serving.scale.min == 0:
        yield Mistake(
            (*at, "scale", "min"),
            "an endpoint of SageMaker's has an instance at least.",
            "Set it to 1, or let Knative serve it: on: kubernetes.",
        )
    if serving.rollout.stable is not None:
        yield Mistake(
            (*at, "rollout", "stable"),
            "SageMaker gives a new version all requests by itself, once bake_minutes are over.",
            "Leave it out.",
        )


def _rollout(serving: Serving, at: Path) -> Iterator[Mistake]:
    """A canary whose end nobody could tell, and what there is of a rollout without one."""
    at, rollout = (*at, "rollout"), serving.rollout
    if "bake_minutes" in rollout.model_fields_set:
        yield Mistake(
            (*at, "bake_minutes"),
            "is SageMaker's: on Kubernetes a canary lasts until stable says its number.",
            "Leave it out.",
        )
    if serving.canary and rollout.stable is None:
        yield Mistake(
            (*at, "stable"),
            "it says which version has the other requests, and which newer one is the canary.",
            "Give the number of the version that serves now, or 0 before the first: stable: 0.",
        )
    if not serving.canary and rollout.stable is not None:
        yield Mistake(
            (*at, "stable"), "there is no canary that it could end.", "Leave it out, or set one."
        )


def check_served_on_kubernetes(values: Values) -> Iterator[Mistake]:
    """Yield models on a cluster that is not there, lacks KServe, or has no room for them."""
    for serving, at in on_kubernetes(values, "serving"):
        yield from _on_cluster(serving, at, values)


def _on_cluster(serving: Values, at: Path, values: Values) -> Iterator[Mistake]:
    yield from check_add_on(values, (*at, "on"), "KServe serves it", ["cert-manager", "kserve"])
    if "kubernetes" not in values:
        return
    chosen = chosen_add_ons(values)
    if mapping(values.get("hours")):
        yield Mistake(
            (*at, "on"),
            "the environment's hours turn off endpoints of SageMaker's, and no pods.",
            "Leave hours out, or let SageMaker serve it.",
        )
    try:
        wanted = Serving.model_validate(dict(serving))
    except ValidationError:
        return  # which is told where it is
    if wanted.by_knative and "knative" not in chosen:
        asked = ("scale", "min") if wanted.scale.min == 0 else ("rollout", "canary")
        yield Mistake(
            (*at, *asked),
            "without Knative, which is off, KServe neither scales to none nor shifts requests.",
            f"Add it: kubernetes: {{add_ons: [{', '.join([*map(str, chosen), 'knative'])}]}}.",
        )
    if wanted.pods:
        yield from _share(wanted, wanted.pods, at, teams_of(values))


def _share(serving: Serving, pods: Pods, at: Path, teams: Values) -> Iterator[Mistake]:
    """A team that is not there, or whose share the most pods exceed."""
    name, most = pods.team, serving.scale.max
    yield from check_team(name, (*at, "pods", "team"), teams)
    # Of two versions, each may have the most; otherwise one more comes before an old one goes.
    at_once = 2 * most if serving.by_knative else most + 1
    queue_vcpus, queue_gib = (QUEUE_VCPUS, QUEUE_GIB) if serving.by_knative else (0, 0)
    needs = {
        "vcpus": (pods.vcpus + AGENT_VCPUS + queue_vcpus) * at_once + RECEIVER_VCPUS,
        "memory_gib": (pods.memory_gib + AGENT_GIB + queue_gib) * at_once + RECEIVER_GIB,
        "gpus": pods.gpus * at_once,
    }
    more, whose = "one more", "KServe's container"
    if serving.by_knative:
        more, whose = "as many", "KServe's and Knative's containers"
    for key, need, share in lacking(needs, name, teams):
        yield Mistake(
            (*at, "scale", "max"),
            f"{most} pods, {more} while a new version takes over, {whose} in each and "
            f"what captures beside them take {need}; {name} has {share}.",
            f"Lower max, or raise kubernetes.teams.{name}.{key}.",
        )
