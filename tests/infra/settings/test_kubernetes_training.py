"""Trainings on Kubernetes: what is taken, and what is refused of them."""

import pytest

CLUSTER = {
    "add_ons": ["kubeflow-trainer", "kuberay"],
    "administrators": ["arn:aws:iam::111111111111:role/admin"],
    "pools": {"gpu": {"instances": ["g6.2xlarge"]}},
    "teams": {
        "oncology": {"vcpus": 16, "memory_gib": 64},
        "radiology": {"vcpus": 16, "memory_gib": 64, "gpus": 4},
        "strict": {"vcpus": 16, "memory_gib": 64, "pod_security": "restricted"},
    },
}
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gpu:1.0"
RAY = {"by": "ray", "pods": {"team": "radiology", "nodes": 3, "gpus": 1}}


def model(training=(), **more):
    return {
        "name": "readmission",
        "project": "templates/tabular",
        "training": {"on": "kubernetes", "pods": {"team": "oncology"}, **dict(training)},
        **more,
    }


def test_sound_trainings_are_taken(found):
    assert found(kubernetes=CLUSTER, models=[model()]) == []
    assert found(kubernetes=CLUSTER, models=[model(RAY, image=IMAGE)]) == []


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({"pods": None}, "training.pods: it is in no team's namespace."),
        ({"pods": {"team": "surgery"}}, '"surgery" is no team of kubernetes.teams.'),
        ({"pods": {"team": "strict"}}, "strict lets no pod be root"),
        ({"pods": {"team": "oncology", "gpus": 1}}, "pods.gpus: SageMaker's scikit-learn"),
        ({"pods": {"team": "oncology", "nodes": 2}}, "pods.nodes: Kubeflow Trainer trains on one"),
        ({"pods": {"team": "oncology", "vcpus": 16}}, "take 16.05 vCPUs; oncology has 16."),
        ({"pods": {"team": "oncology", "memory_gib": 64}}, "take 64.25 GiB; oncology has 64."),
        ({"by": "ray"}, "training.by: SageMaker's images have no Ray."),
        ({"max_hours": 400}, "400 hours are more than the 312"),
        ({"instance": "ml.m5.large"}, "training.instance: is SageMaker's"),
        ({"count": 2}, "training.count: is SageMaker's"),
        ({"volume_gb": 50}, "training.volume_gb: is SageMaker's"),
        ({"tune": {"objective": "auc"}}, "training.tune: is SageMaker's"),
        ({"files": {"images": "fast/images"}}, "training.files: is SageMaker's"),
        ({"framework": {"sklearn": "1.4-2"}}, "training.framework: is SageMaker's"),
        ({"checkpoints": True}, "training.checkpoints: is SageMaker's"),
        (
            {"checkpoints": True, "spot": {"max_wait_hours": 48}},
            "training.spot: is SageMaker's",
        ),
        ({"keep_warm_minutes": 30}, "training.keep_warm_minutes: is SageMaker's"),
        ({"isolated": True}, "training.isolated: is SageMaker's"),
        (
            {"instance_groups": {"a": {"instance": "ml.m5.large"}}},
            "instance_groups: is SageMaker's",
        ),
        ({"budget_usd": 5}, "training.budget_usd: is SageMaker's"),
    ],
    ids=str,
)
def test_what_pods_cannot_do_is_refused(found, training, said):
    told = found(kubernetes=CLUSTER, models=[model(training)])
    assert any(said in each for each in told), told


def test_a_team_needs_a_share_for_all_pods_of_a_training(found):
    asked = {**RAY, "pods": {**RAY["pods"], "nodes": 5}}
    (said,) = found(kubernetes=CLUSTER, models=[model(asked, image=IMAGE)])
    assert "5 GPUs; radiology has 4." in said


@pytest.mark.parametrize(
    ("groups", "training", "said"),
    [
        ({}, {}, "training.on: there is no cluster."),
        ({"kubernetes": {**CLUSTER, "add_ons": []}}, {}, "Kubeflow Trainer runs it, which is off."),
        (
            {"kubernetes": {**CLUSTER, "add_ons": ["kubeflow-trainer"]}},
            RAY,
            "KubeRay runs it, which is off.",
        ),
    ],
)
def test_a_training_needs_the_cluster_and_what_runs_it(found, groups, training, said):
    told = found(models=[model(training, image=IMAGE)], **groups)
    assert any(said in each for each in told), told


def test_what_a_retraining_of_pods_costs_is_not_counted(found):
    told = found(kubernetes=CLUSTER, models=[model(retrain={"budget_usd": 100})])
    assert any("what trainings of pods have cost is not counted" in each for each in told), told


@pytest.mark.parametrize("key", ["pods", "by"])
def test_what_sagemaker_trains_is_in_no_namespace(found, key):
    training = {"on": "sagemaker", "by": "ray"}
    told = found(kubernetes=CLUSTER, models=[model(training)])
    assert any(f"training.{key}: SageMaker trains it." in each for each in told), told
