"""The dashboards of an environment that has more models than one of them holds."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pulumi_aws as aws

from components.mlops.dashboards.body import MOST_MODELS
from infra.graph import Graph, record
from infra.needs.mlops.dashboards import declare_dashboards
from infra.needs.model_context import ModelContext
from infra.needs.need import Need

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:given-up"


def declared(number: int) -> Graph:
    """What is declared for so many models."""
    env = SimpleNamespace(
        component=lambda class_: class_,
        names=lambda *parts: "-".join(("maslow", "dev", *parts)),
        region="eu-west-1",
    )
    guards = SimpleNamespace(dead_letter_arn=QUEUE)
    foundation = SimpleNamespace(need=SimpleNamespace(guards=guards))
    models: list[dict[str, Any]] = [
        {
            "name": f"model-{n}",
            "endpoint": f"maslow-dev-model-{n}",
            "variant": "all",
            "monitors": [],
            "alarm_arns": [],
        }
        for n in range(number)
    ]

    def program() -> None:
        need = Need("mlops", aws.Provider("aws", region="eu-west-1"))
        context = cast("ModelContext", SimpleNamespace(env=env, foundation=foundation))
        declare_dashboards(models, context, need)

    return record(program)


def of_all(graph: Graph) -> dict[str, list[str]]:
    """The titles on the dashboards of all models, by their names."""
    return {
        one.inputs["dashboardName"]: [
            widget["properties"]["title"]
            for widget in json.loads(one.inputs["dashboardBody"])["widgets"]
        ]
        for one in graph.of_type("aws:cloudwatch/dashboard:Dashboard")
        if "all_models" in one.inputs["dashboardName"]
    }


def test_one_shows_as_many_models_as_it_holds() -> None:
    (titles,) = of_all(declared(MOST_MODELS)).values()
    assert f"model-{MOST_MODELS - 1}: requests" in titles


def test_another_goes_on_with_the_models_beyond() -> None:
    shown = of_all(declared(MOST_MODELS + 2))
    assert list(shown) == ["maslow-dev-all_models", "maslow-dev-all_models_2"]
    rows = [title for titles in shown.values() for title in titles if "requests" in title]
    assert rows == [f"model-{n}: requests" for n in range(MOST_MODELS + 2)]


def test_without_models_there_is_none() -> None:
    assert of_all(declared(0)) == {}
