"""Models on Kubernetes: what is taken, and what is refused of them."""

import pytest

CLUSTER = {
    "add_ons": ["cert-manager", "kserve"],
    "administrators": ["arn:aws:iam::111111111111:role/admin"],
    "pools": {
        "general": {"instances": ["m7i.xlarge"]},
        "gpu": {"instances": ["g6.2xlarge"]},
    },
    "teams": {
        "oncology": {"vcpus": 16, "memory_gib": 64},
        "radiology": {"vcpus": 16, "memory_gib": 64, "gpus": 4},
        "strict": {"vcpus": 16, "memory_gib": 64, "pod_security": "restricted"},
    },
}
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gpu:1.0"


def model(serving=(), **more):
    return {
        "name": "readmission",
        "project": "templates/tabular",
        "serving": {"on": "kubernetes", "pods": {"team": "oncology"}, **dict(serving)},
        **more,
    }


def test_a_sound_model_is_taken(found):
    assert found(kubernetes=CLUSTER, models=[model()]) == []
    gpus = {
        "pods": {"team": "radiology", "vcpus": 4, "memory_gib": 16, "gpus": 1},
        "scale": {"min": 1, "max": 2},
    }
    assert found(kubernetes=CLUSTER, models=[model(gpus, image=IMAGE)]) == []


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        ({"pods": None}, "serving.pods: it is in no team's namespace."),
        ({"pods": {"team": "surgery"}}, '"surgery" is no team of kubernetes.teams.'),
        ({"pods": {"team": "strict"}}, "strict lets no pod be root"),
        ({"pods": {"team": "oncology", "gpus": 1}}, "serving.pods.gpus: SageMaker's scikit-learn"),
        ({"pods": {"team": "oncology", "vcpus": 4}}, "20.6 vCPUs; oncology has 16."),
        ({"pods": {"team": "oncology", "memory_gib": 12}}, "65.25 GiB; oncology has 64."),
        ({"instance": "ml.c6i.large"}, "serving.instance: is SageMaker's"),
        ({"framework": {"sklearn": "1.4-2"}}, "serving.framework: is SageMaker's"),
        ({"always_on": True}, "serving.always_on: is SageMaker's"),
        ({"scale": {"invocations_per_minute": 60}}, "pods come by how busy their processors are"),
        ({"scale": {"min": 0}}, "scale.min: without Knative, which is off"),
        ({"rollout": {"canary": "5%", "stable": 1}}, "canary: without Knative, which is off"),
        ({"rollout": {"canary": "off", "stable": 1}}, "stable: there is no canary"),
    ],
)
def test_what_kubernetes_cannot_do_is_refused(found, serving, said):
    told = found(kubernetes=CLUSTER, models=[model(serving)])
    assert any(said in each for each in told), told


ASLEEP = {"scale": {"min": 0, "max": 3, "invocations_per_minute": 60}}


def by_knative(found, serving):
    cluster = {**CLUSTER, "add_ons": [*CLUSTER["add_ons"], "knative"]}
    return found(kubernetes=cluster, models=[model(serving)])


def test_knative_scales_to_none_and_gives_a_new_version_its_share(found):
    assert by_knative(found, ASLEEP) == []
    assert by_knative(found, {"rollout": {"canary": "5%", "stable": 0}}) == []
    assert by_knative(found, {}) == []


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        ({"rollout": {"canary": "5%"}}, "rollout.stable: it says which version has the other"),
        ({"rollout": {"stable": 1, "bake_minutes": 5}}, "bake_minutes: is SageMaker's"),
        # Each of two versions with three pods, and Knative's container in each of them.
        ({**ASLEEP, "pods": {"team": "oncology", "vcpus": 3}}, "18.85 vCPUs; oncology has 16."),
        ({**ASLEEP, "pods": {"team": "oncology", "memory_gib": 10}}, "67.75 GiB; oncology has 64."),
    ],
)
def test_what_knative_cannot_do_is_refused(found, serving, said):
    told = by_knative(found, serving)
    assert any(said in each for each in told), told


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        ({"scale": {"min": 0}}, "scale.min: an endpoint of SageMaker's has an instance at least."),
        ({"rollout": {"stable": 3}}, "rollout.stable: SageMaker gives a new version all requests"),
    ],
)
def test_sagemaker_does_not_do_what_knative_does(found, serving, said):
    told = found(
        models=[{"name": "readmission", "project": "templates/tabular", "serving": serving}]
    )
    assert any(said in each for each in told), told


def test_pods_ask_for_what_their_team_has_gpus_of(found):
    asked = {"pods": {"team": "radiology", "gpus": 1}, "scale": {"max": 4}}
    (said,) = found(kubernetes=CLUSTER, models=[model(asked, image=IMAGE)])
    assert "5 GPUs; radiology has 4." in said


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({}, "serving.on: there is no cluster."),
        ({"kubernetes": {**CLUSTER, "add_ons": []}}, "serving.on: KServe serves it, which is off."),
        (
            {
                "kubernetes": CLUSTER,
                "hours": {
                    "timezone": "Europe/Zurich",
                    "on": "mon-fri 07:00-19:00",
                },
            },
            "the environment's hours turn off endpoints of SageMaker's",
        ),
    ],
)
def test_a_model_needs_the_cluster_and_kserve(found, groups, said):
    told = found(models=[model()], **groups)
    assert any(said in each for each in told), told


@pytest.mark.parametrize("start", ["push", "hand"])
def test_a_delivery_would_look_for_an_endpoint(found, start):
    told = found(kubernetes=CLUSTER, models=[model(delivery={"start": start})])
    assert any("looks whether SageMaker serves" in each for each in told), told


def test_what_sagemaker_serves_is_in_no_namespace(found):
    told = found(
        kubernetes=CLUSTER,
        models=[model({"on": "sagemaker"})],
    )
    assert any("serving.pods: SageMaker serves it." in each for each in told), told
