import json

import jsonschema
import pytest

from components.mlops.dashboards.body import (
    COLUMNS,
    MOST_ALARMS,
    MOST_MODELS,
    MOST_WIDGETS,
    environment_body,
    model_body,
)
from components.mlops.monitoring.job_request import MonitorKind
from infra.graph import Graph

REGION = "eu-west-1"
MOST_METRICS = 2500
"""On one dashboard, as AWS counts them."""
LOOP = "arn:aws:states:eu-west-1:123456789012:stateMachine:loop"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
METRIC = {
    "type": "array",
    "minItems": 2,
    "prefixItems": [
        {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9/]*$"},
        {"type": "string", "pattern": "^[A-Za-z0-9]+$"},
    ],
    "items": {
        "anyOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {"label": {"type": "string"}, "stat": {"type": "string"}},
            },
        ]
    },
}
SCHEMA = {
    "type": "object",
    "required": ["widgets"],
    "additionalProperties": False,
    "properties": {
        "widgets": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_WIDGETS,
            "items": {
                "type": "object",
                "required": ["type", "properties"],
                "additionalProperties": False,
                "properties": {
                    "type": {"enum": ["metric", "alarm"]},
                    "x": {"type": "integer", "minimum": 0, "maximum": COLUMNS - 1},
                    "y": {"type": "integer", "minimum": 0},
                    "width": {"type": "integer", "minimum": 1, "maximum": COLUMNS},
                    "height": {"type": "integer", "minimum": 1, "maximum": 1000},
                    "properties": {"type": "object"},
                },
                "oneOf": [
                    {
                        "properties": {
                            "type": {"const": "alarm"},
                            "properties": {
                                "required": ["alarms"],
                                "additionalProperties": False,
                                "properties": {
                                    "title": {"type": "string"},
                                    "alarms": {
                                        "type": "array",
                                        "minItems": 1,
                                        "maxItems": MOST_ALARMS,
                                        "items": {
                                            "type": "string",
                                            "pattern": "^arn:aws:cloudwatch:.+:[0-9]{12}:alarm:.+",
                                        },
                                    },
                                },
                            },
                        }
                    },
                    {
                        "properties": {
                            "type": {"const": "metric"},
                            "properties": {
                                "required": ["metrics", "region"],
                                "additionalProperties": False,
                                "properties": {
                                    "title": {"type": "string"},
                                    "view": {"enum": ["timeSeries", "singleValue"]},
                                    "region": {"type": "string"},
                                    "metrics": {"type": "array", "minItems": 1, "items": METRIC},
                                    "stat": {"type": "string"},
                                    "period": {"type": "integer", "multipleOf": 60},
                                    "yAxis": {
                                        "additionalProperties": False,
                                        "properties": {
                                            "left": {
                                                "additionalProperties": False,
                                                "properties": {"min": {"type": "number"}},
                                            }
                                        },
                                    },
                                    "annotations": {
                                        "additionalProperties": False,
                                        "properties": {
                                            "horizontal": {
                                                "type": "array",
                                                "items": {
                                                    "required": ["value"],
                                                    "additionalProperties": False,
                                                    "properties": {
                                                        "label": {"type": "string"},
                                                        "value": {"type": "number"},
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        }
                    },
                ],
            },
        }
    },
}
"""The part of CloudWatch's structure that is used here.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""


def served(name="readmission", **changes):
    alarms = [f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{name}-{n}" for n in range(3)]
    return {
        "name": name,
        "endpoint": f"maslow-dev-{name}",
        "variant": "AllTraffic",
        "monitors": [MonitorKind.DATA, MonitorKind.QUALITY],
        "alarm_arns": alarms,
        "loop_arn": LOOP,
    } | changes


def sound(body):
    jsonschema.validate(body, SCHEMA, jsonschema.Draft202012Validator)
    return {widget["properties"]["title"]: widget for widget in body["widgets"]}


def overlaps(body):
    places = [
        {
            (x, y)
            for x in range(one["x"], one["x"] + one["width"])
            for y in range(one["y"], one["y"] + one["height"])
        }
        for one in body["widgets"]
    ]
    return sum(map(len, places)) != len(set().union(*places))


def test_a_models_dashboard_shows_its_alarms_requests_monitors_and_loop():
    widgets = sound(model_body(served(), REGION))
    assert list(widgets) == [
        "Alarms of readmission",
        "Requests",
        "Model latency, in microseconds",
        "Worst finding of each monitor",
        "Rows that they looked at",
        "Turns of its loop",
    ]
    worst = widgets["Worst finding of each monitor"]["properties"]
    assert worst["metrics"] == [
        ["maslow/Monitors", "Worst", "Model", "readmission", "Monitor", kind, {"label": kind}]
        for kind in ("data", "quality")
    ]
    assert worst["annotations"] == {"horizontal": [{"label": "the limit", "value": 1}]}
    assert {one["properties"].get("region", REGION) for one in widgets.values()} == {REGION}


def test_what_is_not_there_is_not_shown():
    model = served(monitors=[])
    del model["loop_arn"]
    assert list(sound(model_body(model, REGION))) == [
        "Alarms of readmission",
        "Requests",
        "Model latency, in microseconds",
    ]


def test_an_environments_dashboard_has_a_row_for_each_model():
    body = environment_body([served(), served("stay", monitors=[])], "given-up", REGION)
    widgets = sound(body)
    assert list(widgets) == [
        "Alarms of the models",
        "Events that were given up",
        "readmission: requests",
        "readmission: worst findings",
        "stay: requests",
    ]
    assert len(widgets["Alarms of the models"]["properties"]["alarms"]) == 6
    (metric,) = widgets["Events that were given up"]["properties"]["metrics"]
    assert metric[2:] == ["QueueName", "given-up"]


def test_widgets_stand_beside_and_below_each_other():
    body = environment_body([served(), served("stay")], "given-up", REGION)
    assert not overlaps(body)
    assert max(one["x"] + one["width"] for one in body["widgets"]) == COLUMNS


def test_many_alarms_are_shown_in_several_widgets():
    arns = [f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{n}" for n in range(150)]
    body = environment_body([served(alarm_arns=arns)], "given-up", REGION)
    jsonschema.validate(body, SCHEMA, jsonschema.Draft202012Validator)
    shown = [one["properties"]["alarms"] for one in body["widgets"] if one["type"] == "alarm"]
    assert [len(some) for some in shown] == [100, 50]
    assert not overlaps(body)


def test_as_many_models_as_one_shows_fit_with_all_monitors_and_49_alarms_each():
    arns = [f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:{n}" for n in range(49)]
    many = [
        served(f"model-{number}", monitors=[*MonitorKind], alarm_arns=arns)
        for number in range(MOST_MODELS)
    ]
    widgets = environment_body(many, "given-up", REGION)["widgets"]
    assert len(widgets) <= MOST_WIDGETS
    metrics = [one for each in widgets for one in each["properties"].get("metrics", [])]
    assert len(metrics) <= MOST_METRICS


def test_more_widgets_than_a_dashboard_has_are_refused():
    many = [served(f"model-{number}") for number in range(300)]
    with pytest.raises(ValueError, match="at most 500 widgets, not"):
        environment_body(many, "given-up", REGION)


def test_every_dashboard_of_a_stack_is_one_that_cloudwatch_takes(graph: Graph) -> None:
    dashboards = graph.of_type(DASHBOARD)
    endpoints = graph.of_type("aws:sagemaker/endpoint:Endpoint")
    pods = [one for one in graph.objects if one.type.endswith(":InferenceService")]
    assert len(dashboards) == 1 + len(endpoints) + len(pods)
    for dashboard in dashboards:
        body = json.loads(dashboard.inputs["dashboardBody"])
        sound(body)
        assert not overlaps(body)


def test_before_a_model_is_deployed_there_is_no_dashboard(first_pass: Graph) -> None:
    assert first_pass.of_type(DASHBOARD) == []
