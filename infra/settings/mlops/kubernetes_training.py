"""What a training on Kubernetes must fit: itself, the cluster, and its team's share."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from infra.settings.mistakes import Mistake, Path
from infra.settings.mlops.team_share import (
    check_add_on,
    check_team,
    lacking,
    on_kubernetes,
    teams_of,
)
from infra.settings.training_pods import TrainingPods

if TYPE_CHECKING:
    from infra.settings.platform import Training

Values = Mapping[str, Any]
DAY_HOURS = 24
MOST_HOURS = 13 * DAY_HOURS
"""The queue by which trainings are asked for keeps a message for 14 days, with a day to wait in."""
ADD_ONS = {"trainer": "kubeflow-trainer", "ray": "kuberay"}
TITLES = {"trainer": "Kubeflow Trainer", "ray": "KubeRay"}
BESIDE = {
    "trainer": {"vcpus": 0.05, "memory_gib": 0.25},
    "ray": {"vcpus": 0.05 + 0.25, "memory_gib": 0.25 + 0.5},
}
"""What is in the namespace beside the pods that train: what asks for them, and submits to Ray."""
OF_SAGEMAKER = {
    "instance": "Kubernetes gives each pod what training.pods says, on whichever node has it.",
    "count": "training.pods.nodes says how many pods there are.",
    "volume_gb": "pods write to the disk of their node, which kubernetes.disk_gb is the size of.",
    "tune": "SageMaker's tuning starts training jobs of its own.",
    "files": "SageMaker mounts them for its jobs; pods have what is in S3.",
    "framework": "AWS chooses these images by the instance type, which pods do not have.",
    "checkpoints": "SageMaker keeps them in S3; nothing does it for pods.",
    "spot": "kubernetes.pools say which nodes are spot instances.",
    "keep_warm_minutes": "nodes of a pool stay as long as something runs on them.",
    "isolated": "a pod fetches its data by its own network.",
    "distributed": "SageMaker numbers its hosts for it; Ray tells its own workers apart.",
    "instance_groups": "training.pods are all alike.",
    "reserved": "a training plan's capacity is of SageMaker's instances.",
    "budget_usd": "what a pod costs, its node and whatever else runs there decide.",
}
"""Why what only a training job of SageMaker's has is refused."""


def check_training_pods(
    training: "Training", retrain_budget: float | None, *, image: str | None
) -> Iterator[Mistake]:
    """Yield what of a model's settings does not go with where it is trained."""
    at: Path = ("training",)
    if training.on == "sagemaker":
        for key, said in {"pods": training.pods, "by": training.by == "ray"}.items():
            if said:
                yield Mistake(
                    (*at, key), "SageMaker trains it.", "Leave it out, or on: kubernetes."
                )
        return
    yield from _pods(training, image, at)
    for key, why in OF_SAGEMAKER.items():
        if key in training.model_fields_set:
            yield Mistake((*at, key), f"is SageMaker's: {why}", "Leave it out.")
    if retrain_budget is not None:
        yield Mistake(
            ("retrain", "budget_usd"),
            "what trainings of pods have cost is not counted.",
            "Leave it out, or let SageMaker train the model.",
        )
    if training.max_hours > MOST_HOURS:
        yield Mistake(
            (*at, "max_hours"),
            f"{training.max_hours} hours are more than the {MOST_HOURS} for which the cluster is "
            "asked for a training.",
            f"Say at most {MOST_HOURS}, or let SageMaker train the model.",
        )


def _pods(training: "Training", image: str | None, at: Path) -> Iterator[Mistake]:
    pods = training.pods
    if training.by == "ray" and image is None:
        yield Mistake(
            (*at, "by"),
            "SageMaker's images have no Ray.",
            "Give the model an image that has it, with Python 3.10 and boto3, or by: trainer.",
        )
    if pods is None:
        yield Mistake(
            (*at, "pods"), "it is in no team's namespace.", "Example: pods: {team: oncology}."
        )
        return
    if pods.nodes > 1 and training.by != "ray":
        yield Mistake(
            (*at, "pods", "nodes"),
            "Kubeflow Trainer trains on one pod here: a project's training knows no other pods.",
            "Leave it out, train by: ray, or let SageMaker train it.",
        )
    if pods.gpus and image is None:
        yield Mistake(
            (*at, "pods", "gpus"),
            "SageMaker's scikit-learn image makes no use of GPUs.",
            "Give the model an image that does, or leave them out.",
        )


def check_trained_on_kubernetes(values: Values) -> Iterator[Mistake]:
    """Yield trainings on a cluster that is not there, lacks what runs them, or has no room."""
    for training, at in on_kubernetes(values, "training"):
        yield from _on_cluster(training, at, values)


def _on_cluster(training: Values, at: Path, values: Values) -> Iterator[Mistake]:
    by = training.get("by", "trainer")
    if by not in ADD_ONS:
        return  # malformed, which is told where it is
    yield from check_add_on(values, (*at, "on"), f"{TITLES[by]} runs it", [ADD_ONS[by]])
    if "kubernetes" in values:
        yield from _share(training, by, at, teams_of(values))


def _share(training: Values, by: str, at: Path, teams: Values) -> Iterator[Mistake]:
    """A team that is not there, or whose share one training exceeds."""
    try:
        pods = TrainingPods.model_validate(training.get("pods"))
    except ValidationError:
        return  # which is told where it is
    yield from check_team(pods.team, (*at, "pods", "team"), teams)
    needs = {
        key: getattr(pods, key) * pods.nodes + BESIDE[by].get(key, 0)
        for key in ("vcpus", "memory_gib", "gpus")
    }
    for key, need, share in lacking(needs, pods.team, teams):
        yield Mistake(
            (*at, "pods", key),
            f"one training and what asks for it take {need}; {pods.team} has {share}.",
            f"Lower it, or raise kubernetes.teams.{pods.team}.{key}.",
        )
