"""Shares of teams as Kueue's queues, which the embedded Kubernetes takes by Kueue's own schemas."""

import pytest

from components.platform.kubernetes.fair_share import (
    FairShare,
    cluster_queue,
    counted,
    most_with_borrowing,
    resource_flavor,
)
from components.platform.kubernetes.nodes import Accelerator, node_pool_spec
from embedded import workplace
from embedded.lifecycle import Refused
from infra.graph import record
from tests.embedded.kubernetes.conftest import Eks, Hand
from tests.embedded.kubernetes.manifests import namespace

ONCOLOGY = {"vcpus": 64, "memory_gib": 256, "gpus": 4, "neuron": 0, "storage_gib": 500}
GPU = {"vcpus": 16, "memory_gib": 64, "gpus": 0, "neuron": 2, "storage_gib": 100}
ARGS = {
    # A team may be called as a flavor is.
    "shares": {"oncology": ONCOLOGY, "gpu": GPU},
    "namespaces": {"oncology": "oncology", "gpu": "gpu"},
    "accelerators": [Accelerator.NEURON, Accelerator.GPU, Accelerator.GPU],
}


def objects(**changes):
    return record(lambda: FairShare("sharing", {**ARGS, **changes})).objects


def nominal(queue):
    return {
        (flavor["name"], each["name"]): each["nominalQuota"]
        for group in queue["resourceGroups"]
        for flavor in group["flavors"]
        for each in flavor["resources"]
    }


@pytest.fixture
def hand():
    yield Hand(Eks())
    workplace.remove()


def test_kueue_takes_every_object_in_the_order_of_what_each_depends_on(hand):
    with pytest.raises(Refused, match="the chart kueue brings it"):
        hand.create(dict(objects()[0].inputs))
    hand.release("kueue", name="kueue")
    for team in ARGS["shares"]:
        hand.create(namespace(team))
    made = [hand.create(dict(each.inputs), each.name)[0] for each in objects()]
    flavors, queues = ["processors", "gpu", "neuron"], ["oncology", "oncology/default"]
    assert sorted(made) == sorted([*flavors, "teams", *queues, "gpu", "gpu/default"])


def test_a_teams_share_is_what_is_its_own_of_each_resource():
    queue = cluster_queue("oncology", ONCOLOGY, [Accelerator.GPU, Accelerator.NEURON])
    assert nominal(queue) == {
        ("processors", "cpu"): 64,
        ("processors", "memory"): "256Gi",
        ("gpu", "nvidia.com/gpu"): 4,
        ("neuron", "aws.amazon.com/neuron"): 0,
    }
    assert queue["namespaceSelector"] == {"matchLabels": {"maslow.dev/team": "oncology"}}


def test_what_is_lent_comes_back_and_no_limit_is_set_to_what_is_borrowed():
    queue = cluster_queue("oncology", ONCOLOGY, [])
    assert queue["cohortName"] == "teams"
    assert queue["preemption"]["reclaimWithinCohort"] == "Any"
    (group,) = queue["resourceGroups"]
    assert all(each.keys() == {"name", "nominalQuota"} for each in group["flavors"][0]["resources"])


def test_accelerators_are_counted_where_a_pool_has_them():
    assert counted([]) == [Accelerator.NONE]
    assert counted([Accelerator.NEURON]) == [Accelerator.NONE, Accelerator.NEURON]
    flavors = {r.inputs["metadata"]["name"] for r in objects(accelerators=[]) if "Flavor" in r.type}
    assert flavors == {"processors"}


@pytest.mark.parametrize("accelerator", [Accelerator.GPU, Accelerator.NEURON])
def test_a_job_with_an_accelerator_passes_the_taint_of_its_nodes(accelerator):
    pool = {
        "pool": "fast",
        "instances": ["g5.2xlarge"],
        "accelerator": accelerator,
        "arm": False,
        "spot": False,
        "limits": {"vcpus": 8, "memory_gib": 32, "accelerators": 1},
        "expire_hours": 24,
        "drain_hours": 1,
        "node_class": "maslow",
    }
    (taint,) = node_pool_spec(pool, "maslow")["template"]["spec"]["taints"]
    (passes,) = resource_flavor(accelerator)["tolerations"]
    assert (passes["key"], passes["effect"]) == (taint["key"], taint["effect"])
    assert passes["operator"] == "Exists"


def test_a_namespace_has_room_for_all_that_can_be_borrowed_but_for_volumes():
    assert most_with_borrowing(GPU, [ONCOLOGY, GPU]) == {
        "vcpus": 80,
        "memory_gib": 320,
        "gpus": 4,
        "neuron": 2,
        "storage_gib": 100,
    }
