"""A stack with Kueue shares its cluster out; one without has each team keep to its own share."""

from dataclasses import replace

from infra.graph import Graph
from infra.needs.kubernetes_sharing import KUEUE, quotas, shares

STACK = "kubernetes"
QUEUES = ("ClusterQueue", "LocalQueue")


def without_kueue(project):
    stack = project.stack(STACK)
    wanted = stack.platform.kubernetes
    add_ons = tuple(each for each in wanted.add_ons if each != KUEUE)
    changed = stack.platform.model_copy(
        update={"kubernetes": wanted.model_copy(update={"add_ons": add_ons})}
    )
    return replace(stack, platform=changed)


def named(graph: Graph, kind: str) -> dict:
    return {r.inputs["metadata"]["name"]: r for r in graph.objects if r.type.endswith(f":{kind}")}


def test_each_team_has_a_queue_that_its_namespaces_queue_leads_to(project, recording):
    graph = recording(STACK, "second")
    teams = project.stack(STACK).platform.kubernetes.teams
    assert named(graph, "ClusterQueue").keys() == teams.keys()
    local = [r.inputs for r in graph.objects if r.type.endswith(":LocalQueue")]
    assert {each["metadata"]["namespace"]: each["spec"] for each in local} == {
        team: {"clusterQueue": team} for team in teams
    }
    assert {each["metadata"]["name"] for each in local} == {"default"}


def test_flavors_are_those_that_the_pools_have(recording):
    assert named(recording(STACK, "second"), "ResourceFlavor").keys() == {
        "processors",
        "gpu",
        "neuron",
    }


def test_a_namespaces_own_quota_leaves_room_for_what_is_borrowed(project, recording):
    wanted = project.stack(STACK).platform.kubernetes
    everyone = sum(each["vcpus"] for each in shares(wanted).values())
    assert {each["vcpus"] for each in quotas(wanted).values()} == {everyone}
    hard = [
        r.inputs["spec"]["hard"]["requests.cpu"]
        for r in recording(STACK, "second").objects
        if r.type.endswith(":ResourceQuota")
    ]
    assert hard == [str(everyone)] * len(wanted.teams)


def test_without_kueue_nothing_is_queued_and_nothing_lent(project, record_like):
    stack = without_kueue(project)
    graph = record_like(stack)
    assert not [r for r in graph.objects if r.type.endswith(QUEUES)]
    wanted = stack.platform.kubernetes
    assert quotas(wanted) == shares(wanted)
    hard = [
        r.inputs["spec"]["hard"]["requests.cpu"]
        for r in graph.objects
        if r.type.endswith(":ResourceQuota")
    ]
    assert sorted(hard) == sorted(str(team.vcpus) for team in wanted.teams.values())
