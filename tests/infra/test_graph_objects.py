"""What a plan is answered of Kubernetes, and what counts as standing where."""

import json
import re

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
import pytest

from catalog.answers import Unanswerable
from infra.cost import costs
from infra.graph import Graph, record
from infra.plan import totals


def program() -> None:
    key = aws.kms.Key("key")
    provider = k8s.Provider("cluster", kubeconfig="{}", namespace="home")
    within = pulumi.ResourceOptions(provider=provider)
    namespace = k8s.core.v1.Namespace(
        "team", metadata={"name": "oncology", "labels": {"a": "b"}}, opts=within
    )
    name = namespace.metadata.name
    k8s.core.v1.ConfigMap("there", metadata={"namespace": name}, data={"key": key.arn}, opts=within)
    k8s.core.v1.ConfigMap("here", opts=within)
    k8s.apiextensions.CustomResource(
        "queue", "example.com/v1", "Queue", metadata={"namespace": name, "name": "q"}, opts=within
    )
    release = k8s.helm.v3.Release("kueue", chart="kueue", version="0.19.2", opts=within)
    aws.sns.Topic("told", display_name=release.status.namespace)
    k8s.rbac.v1.ClusterRole("reader", rules=[], opts=within)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(program)


def test_objects_are_told_apart_from_what_stands_in_aws(graph):
    assert {each.name for each in graph.managed} == {"key", "told"}
    assert {each.name for each in graph.objects} == {
        "team",
        "there",
        "here",
        "queue",
        "kueue",
        "reader",
    }
    assert graph.counted == "2 resources and 6 Kubernetes objects"
    assert graph.unknown == {}


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("team", r"oncology"),
        ("there", r"oncology/there-[0-9a-f]{8}"),
        ("here", r"home/here-[0-9a-f]{8}"),
        ("queue", r"oncology/q"),
        ("kueue", r"home/kueue-[0-9a-f]{8}"),
        ("reader", r"reader-[0-9a-f]{8}"),
    ],
)
def test_an_id_has_the_providers_form(graph, name, id_):
    (found,) = [each for each in graph.objects if each.name == name]
    assert re.fullmatch(id_, found.id)


def test_what_is_answered_reaches_who_asks(graph):
    team, told = (next(r for r in graph.resources if r.name == name) for name in ("team", "told"))
    assert team.outputs["metadata"]["labels"] == {"a": "b"}
    assert told.inputs["displayName"] == "home"
    there = next(r for r in graph.resources if r.name == "there")
    assert there.inputs["metadata"] == {"namespace": "oncology"}
    assert team.urn in there.dependencies


def test_one_program_is_answered_alike_each_time(graph):
    assert record(program).to_json() == graph.to_json()


def test_objects_are_counted_in_the_plan_and_cost_nothing_of_their_own(graph):
    assert totals(graph).startswith("2 resources and 6 Kubernetes objects in 0 components")
    assert not costs(graph, "eu-west-1").not_priced


def test_a_secret_stays_one():
    def hush() -> None:
        k8s.core.v1.Secret("pass", string_data={"word": pulumi.Output.secret("open sesame")})

    recorded = record(hush)
    assert "open sesame" not in json.dumps(recorded.as_dict())
    assert recorded.objects[0].outputs["metadata"]["namespace"] == "default"


def test_a_component_that_a_provider_takes_apart_is_refused_by_name():
    with pytest.raises(Unanswerable, match="ConfigGroup stack: its provider"):
        record(lambda: k8s.yaml.v2.ConfigGroup("stack", objs=[]) and None)
