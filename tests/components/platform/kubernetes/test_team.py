"""A team's namespace: its share, its rules and its people."""

from components.platform.kubernetes.team import KubernetesTeam
from components.platform.kubernetes.team_rules import PodSecurity
from infra.graph import record

QUOTA = {"vcpus": 64, "memory_gib": 256, "gpus": 4, "neuron": 0, "storage_gib": 500}


def graph_of(**changes):
    args = {
        "team": "oncology",
        "quota": QUOTA,
        "security": PodSecurity.BASELINE,
        "personas": ["data-scientist"],
        **changes,
    }
    return record(lambda: KubernetesTeam("maslow-dev-team-oncology", args))


def objects(graph, kind):
    return {r.inputs["metadata"]["name"]: r for r in graph.objects if r.type.endswith(f":{kind}")}


def test_all_that_is_a_teams_is_in_the_namespace_of_its_name():
    graph = graph_of()
    spaces = {r.inputs["metadata"].get("namespace") for r in graph.objects}
    assert spaces == {None, "oncology"}
    assert objects(graph, "Namespace").keys() == {"oncology"}


def test_a_team_cannot_ask_for_what_it_has_no_share_of():
    (quota,) = objects(graph_of(), "ResourceQuota").values()
    hard = quota.inputs["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "4"
    assert hard["requests.aws.amazon.com/neuron"] == "0"
    assert hard["services.loadbalancers"] == "0"


def test_a_container_that_asks_for_nothing_gets_what_the_quota_counts():
    (limits,) = objects(graph_of(), "LimitRange").values()
    (container,) = limits.inputs["spec"]["limits"]
    assert container["defaultRequest"].keys() == {"cpu", "memory"}
    assert container["default"].keys() == {"memory"}


def test_nothing_comes_in_or_goes_out_but_what_a_policy_lets():
    policies = {
        name: each.inputs["spec"] for name, each in objects(graph_of(), "NetworkPolicy").items()
    }
    assert policies["deny-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    comes_in = [peer for each in policies["among-itself"]["ingress"] for peer in each["from"]]
    assert {"podSelector": {}} in comes_in
    assert all("ipBlock" not in peer for peer in comes_in)
    blocks = [
        peer["ipBlock"] for each in policies["egress"]["egress"] for peer in each.get("to", [])
    ]
    assert {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]} in blocks


def test_the_standard_of_pods_is_enforced_and_the_stricter_one_warns():
    (space,) = objects(graph_of(), "Namespace").values()
    labels = space.inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"
    (strict,) = objects(graph_of(security=PodSecurity.RESTRICTED), "Namespace").values()
    assert strict.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_people_of_a_persona_work_in_the_namespace_and_change_none_of_its_rules():
    (binding,) = objects(graph_of(), "RoleBinding").values()
    assert binding.inputs["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "maslow:data-scientist"}
    ]
    assert binding.inputs["roleRef"]["name"] == "edit"
    assert objects(graph_of(personas=[]), "RoleBinding") == {}
