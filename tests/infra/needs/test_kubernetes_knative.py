"""A model that Knative runs: what its operator is told, and which version is a canary."""

import pytest

from components.mlops.kubernetes_serving.deployed import Deployed
from infra.needs.mlops.kubernetes_serving import canary_of
from infra.settings.mlops.serving import Serving
from infra.versions import ModelVersion

STACK = "kubernetes"
GROUP = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/maslow-dev-readmission"


def canary(number, before=None, **rollout):
    told = {"on": "kubernetes", "pods": {"team": "oncology"}, **rollout}
    return canary_of(Serving.model_validate(told), ModelVersion(f"{GROUP}/{number}"), before)


def test_a_version_is_a_canary_until_it_is_the_stable_one():
    assert canary(4, rollout={"canary": "10%", "stable": 3}) == 10
    assert canary(4, rollout={"canary": "10%", "stable": 4}) == 0
    assert canary(1, rollout={"canary": "10%", "stable": 0}) == 10


@pytest.mark.parametrize(
    ("before", "share"),
    [
        # A canary was rejected, and keeps its share until the version before is ready again.
        (Deployed(4, is_canary=True), 10),
        (Deployed(3, is_canary=True), 0),
        # A version was rejected that had all requests.
        (Deployed(4, is_canary=False), 0),
        (Deployed(2, is_canary=True), 0),
        (None, 0),
    ],
)
def test_going_back_gives_a_rejected_canary_no_more_than_it_had(before, share):
    assert canary(3, before, rollout={"canary": "10%", "stable": 3}) == share


@pytest.mark.parametrize("rollout", [{}, {"rollout": {"canary": "off"}}], ids=str)
def test_nothing_is_a_canary_where_none_is_asked_for(rollout):
    assert canary(4, **rollout) == 0


def of_kind(graph, kind):
    return [each for each in graph.objects if each.type.endswith(f":{kind}")]


def test_knative_looks_up_no_image_in_registries_that_it_has_no_right_to(recording):
    graph = recording(STACK, "second")
    (operand,) = of_kind(graph, "KnativeServing")
    told = operand.inputs["spec"]["config"]["deployment"]["registries-skipping-tag-resolving"]
    images = {
        container["image"].partition("/")[0]
        for model in of_kind(graph, "InferenceService")
        for part in ("containers", "initContainers")
        for container in model.inputs["spec"]["predictor"][part]
    }
    assert images <= {*told.split(",")}


def test_a_model_comes_after_what_runs_it(recording):
    graph = recording(STACK, "second")
    (operand,) = of_kind(graph, "KnativeServing")
    modes = {
        each.inputs["metadata"]["annotations"]["serving.kserve.io/deploymentMode"]: each
        for each in of_kind(graph, "InferenceService")
    }
    assert modes.keys() == {"Knative", "Standard"}
    served = {each.urn: each.dependencies for each in graph.resources}
    assert operand.urn in served[modes["Knative"].parent]
    assert operand.urn not in served[modes["Standard"].parent]
    assert operand.inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Ready"


def test_what_routes_requests_reaches_the_pods_of_teams(recording):
    spaces = {
        each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"]
        for each in of_kind(recording(STACK, "second"), "Namespace")
    }
    assert spaces["knative-serving"]["maslow.dev/platform"] == "true"
