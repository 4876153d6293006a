"""A training as objects of a cluster, by its schemas."""

import json

import pytest

from components.platform.pod_training.runtime.jobs import objects, places
from embedded.kubernetes.errors import NotTaken
from tests.components.platform.pod_training.some_cluster import REQUEST, TOLD, cluster

RAY = {**TOLD, "by": "ray", "pods": {**TOLD["pods"], "nodes": 3}}


def pods_of(manifest):
    """The templates of pods in an object, by the name of their first container."""
    found = {}

    def walk(value):
        if isinstance(value, dict):
            if "containers" in value.get("spec", {}):
                found[value["spec"]["containers"][0]["name"]] = value
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(manifest)
    return found


@pytest.mark.parametrize(
    ("told", "kinds"), [(TOLD, ["TrainingRuntime", "TrainJob"]), (RAY, ["RayJob"])]
)
def test_the_cluster_takes_every_object_and_finds_it_where_it_is_looked_for(tmp_path, told, kinds):
    made = cluster(tmp_path)
    created = [made.create(each.manifest)[0] for each in objects(told, REQUEST)]
    assert [key.kind for key in created] == kinds
    assert {place.rpartition("/")[0] for place in places(told, "x")} == {
        each.path for each in objects(told, REQUEST)
    }
    assert places(told, "x")[0].split("/")[-2] == f"{kinds[-1].lower()}s"


def test_without_the_add_on_the_cluster_knows_no_such_job(tmp_path):
    made = cluster(tmp_path, "kueue")
    with pytest.raises(NotTaken, match="brings it"):
        made.create(objects(TOLD, REQUEST)[1].manifest)


def test_a_pod_fetches_trains_as_sagemaker_would_and_keeps():
    runtime, job = (each.manifest for each in objects(TOLD, REQUEST))
    assert job["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "default"
    assert "kueue.x-k8s.io/queue-name" not in runtime["metadata"]["labels"]
    (pod,) = pods_of(runtime).values()
    spec = pod["spec"]
    fetching, training = spec["initContainers"]
    (keeping,) = spec["containers"]
    assert training["image"] == REQUEST["AlgorithmSpecification"]["TrainingImage"]
    assert training["command"] == ["python3", "/opt/ml/input/data/code/train.py"]
    assert "args" not in training
    assert training["terminationMessagePath"] == "/opt/ml/output/failure"
    assert training["resources"]["limits"] == {"memory": "16Gi", "nvidia.com/gpu": "1"}
    assert training["resources"]["requests"]["cpu"] == "4000m"
    variables = {each["name"]: each["value"] for each in training["env"]}
    assert variables == {
        "AWS_REGION": "eu-west-1",
        "TRAINING_JOB_NAME": "train-abc-def",
        "MLFLOW_EXPERIMENT_NAME": "readmission",
    }
    assert {fetching["image"], keeping["image"]} == {TOLD["runtime_image"]}
    told = {each["name"]: each["value"] for each in fetching["env"]}
    assert json.loads(told["REQUEST"]) == REQUEST
    assert (spec["restartPolicy"], spec["activeDeadlineSeconds"]) == ("Never", 3600)
    assert spec["serviceAccountName"] == "readmission-train-pods"
    assert pod["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"] == "true"


def test_an_image_without_an_entry_point_is_started_with_train():
    algorithm = {"TrainingImage": "image"}
    runtime, _ = objects(TOLD, {**REQUEST, "AlgorithmSpecification": algorithm})
    (pod,) = pods_of(runtime.manifest).values()
    training = pod["spec"]["initContainers"][1]
    assert training["args"] == ["train"]
    assert "command" not in training


def test_ray_has_a_head_with_the_channels_and_workers_beside_it():
    (job,) = (each.manifest for each in objects(RAY, REQUEST))
    pods, cluster_spec = pods_of(job), job["spec"]["rayClusterSpec"]
    assert pods.keys() == {"ray-head", "ray-worker", "ray-job-submitter"}
    assert [each["name"] for each in pods["ray-head"]["spec"]["initContainers"]] == [
        "fetch-channels"
    ]
    assert cluster_spec["workerGroupSpecs"][0]["replicas"] == 2
    assert job["spec"]["entrypoint"].endswith("python3 -m runtime.under_ray")
    labels = [pod["metadata"]["labels"]["maslow.dev/training"] for pod in pods.values()]
    assert set(labels) == {"train-abc-def"}
    alone = objects({**RAY, "queue": "", "pods": {**TOLD["pods"]}}, REQUEST)[0].manifest
    assert "workerGroupSpecs" not in alone["spec"]["rayClusterSpec"]
    assert "kueue.x-k8s.io/queue-name" not in alone["metadata"]["labels"]
