"""Pools of nodes: what they are made of, and what is kept off them."""

import pytest

from components.platform.kubernetes.nodes import (
    Accelerator,
    NodePool,
    node_class_spec,
    node_pool_spec,
)
from infra.graph import record

CPU = {
    "pool": "general",
    "instances": ["m7i.xlarge"],
    "accelerator": Accelerator.NONE,
    "arm": False,
    "spot": False,
    "limits": {"vcpus": 40, "memory_gib": 160, "accelerators": 0},
    "expire_hours": 336,
    "drain_hours": 24,
    "node_class": "maslow",
}
GPU = {
    **CPU,
    "pool": "gpu",
    "instances": ["g6.2xlarge"],
    "accelerator": Accelerator.GPU,
    "spot": True,
    "limits": {"vcpus": 64, "memory_gib": 256, "accelerators": 8},
}


def requirements(args):
    spec = node_pool_spec(args, "maslow")["template"]["spec"]
    return {each["key"]: each["values"] for each in spec["requirements"]}


def test_nodes_with_gpus_are_kept_for_what_asks_for_one():
    gpu, cpu = node_pool_spec(GPU, "maslow"), node_pool_spec(CPU, "maslow")
    assert gpu["template"]["spec"]["taints"] == [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]
    assert gpu["limits"] == {"cpu": "64", "memory": "256Gi", "nvidia.com/gpu": "8"}
    assert "taints" not in cpu["template"]["spec"]
    assert cpu["limits"] == {"cpu": "40", "memory": "160Gi"}


def test_spot_is_taken_where_it_is_asked_for_with_nodes_on_demand_beside():
    assert requirements(GPU)["karpenter.sh/capacity-type"] == ["on-demand", "spot"]
    assert requirements(CPU)["karpenter.sh/capacity-type"] == ["on-demand"]


def test_a_pool_is_in_the_zones_that_it_names():
    key = "topology.kubernetes.io/zone"
    assert key not in requirements(CPU)
    assert requirements({**CPU, "zones": ["eu-west-1a"]})[key] == ["eu-west-1a"]


def test_arms_processors_are_taken_where_a_type_has_them():
    assert requirements(CPU)["kubernetes.io/arch"] == ["amd64"]
    assert requirements({**CPU, "arm": True})["kubernetes.io/arch"] == ["amd64", "arm64"]


def test_work_is_not_moved_off_nodes_with_accelerators_that_have_some():
    gpu, cpu = node_pool_spec(GPU, "maslow"), node_pool_spec(CPU, "maslow")
    assert gpu["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert cpu["disruption"]["consolidationPolicy"] == "WhenEmptyOrUnderutilized"


def test_disks_of_nodes_are_encrypted_and_in_private_subnets():
    spec = node_class_spec(
        role="nodes",
        subnet_ids=["subnet-1", "subnet-2"],
        security_group_id="sg-1",
        key_arn="arn:key",
        disk_gb=100,
        tags={"maslow:environment": "dev"},
    )
    assert spec["ephemeralStorage"] == {"size": "100Gi", "kmsKeyID": "arn:key"}
    assert spec["subnetSelectorTerms"] == [{"id": "subnet-1"}, {"id": "subnet-2"}]
    assert spec["tags"] == {"maslow:environment": "dev"}


def test_a_pool_waits_for_its_class_of_nodes():
    graph = record(lambda: NodePool("maslow-dev-pool-general", CPU))
    (pool,) = graph.objects
    assert pool.inputs["spec"]["template"]["spec"]["nodeClassRef"]["name"] == "maslow"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instances": []}, "needs an instance type"),
        ({"expire_hours": 500}, "lives for at most 504 hours"),
        ({"expire_hours": 0}, "lives for at most 504 hours"),
    ],
)
def test_what_aws_refuses_of_a_pool_is_refused_here(changes, message):
    with pytest.raises(ValueError, match=message):
        record(lambda: NodePool("pool", {**CPU, **changes}))
