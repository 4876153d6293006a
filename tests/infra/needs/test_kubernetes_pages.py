"""Who opens pages of add-ons: personas by a role in the namespace, with what forwarding takes."""

from typing import get_args

from catalog.add_ons import add_ons
from infra.settings.kubernetes.teams import Worker

STACK = "kubernetes"
LEAST = {("services", "get"), ("pods", "get"), ("pods", "list"), ("pods/portforward", "create")}


def by_add_on(graph, kind):
    """Objects of a kind that let people open a page, by their namespace and their add-on."""
    found = {}
    for each in graph.of_type(f"kubernetes:rbac.authorization.k8s.io/v1:{kind}"):
        meta = each.inputs["metadata"]
        if meta["name"].startswith("open-"):
            found[meta["namespace"], meta["name"].removeprefix("open-")] = each.inputs
    return found


def test_a_page_is_opened_by_its_personas_with_the_least_that_forwarding_takes(recording):
    graph = recording(STACK, "second")
    roles, bindings = by_add_on(graph, "Role"), by_add_on(graph, "RoleBinding")
    signed_in = {"data-scientist", "ml-engineer"}
    assert bindings.keys() == roles.keys()
    assert roles.keys() == {
        (each.namespace, key) for key, each in add_ons().items() if each.page and each.page.personas
    }
    for (space, key), role in roles.items():
        assert {
            (resource, verb)
            for rule in role["rules"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
        } == LEAST
        binding, page = bindings[space, key], add_ons()[key].page
        assert binding["roleRef"]["kind"] == "Role"
        assert binding["roleRef"]["name"] == f"open-{key}"
        assert {subject["name"] for subject in binding["subjects"]} == {
            f"maslow:{persona}" for persona in signed_in & {*page.personas}
        }
    assert ("jenkins", "jenkins") not in roles


def test_the_groups_are_those_of_access_entries_and_who_looks_is_in_none(recording):
    graph = recording(STACK, "second")
    bound = {
        subject["name"]
        for each in by_add_on(graph, "RoleBinding").values()
        for subject in each["subjects"]
    }
    groups = {
        group
        for each in graph.of_type("aws:eks/accessEntry:AccessEntry")
        for group in each.inputs.get("kubernetesGroups") or []
    }
    assert bound
    assert bound <= groups
    assert groups <= {f"maslow:{persona}" for persona in get_args(Worker)}
