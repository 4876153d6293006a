import json

import pytest

from components.foundation.cost.cost_anomalies import CostAnomalies, monitored
from components.foundation.cost.cost_tags import CostTags
from infra.graph import record

TOPIC = "arn:aws:sns:eu-west-1:123456789012:warning"
TAG = {"key": "maslow:environment", "value": "prod"}
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription"


def anomalies(**more):
    def program():
        args = {"least_usd": 500.0, "topic_arn": TOPIC, "tag": TAG}
        CostAnomalies("anomalies", {**args, **more})

    return record(program)


def test_a_monitor_watches_what_bears_the_tag():
    made = anomalies().one(MONITOR).inputs
    assert made["monitorType"] == "CUSTOM"
    assert json.loads(made["monitorSpecification"])["Tags"] == {
        "Key": "maslow:environment",
        "MatchOptions": None,
        "Values": ["prod"],
    }


def test_a_specification_names_every_key_that_aws_answers_with():
    assert set(json.loads(monitored(TAG))) == {
        *("And", "CostCategories", "Dimensions", "Not", "Or", "Tags")
    }


def test_the_topic_is_told_at_once_of_what_costs_enough():
    graph = anomalies()
    made = graph.one(SUBSCRIPTION).inputs
    assert made["frequency"] == "IMMEDIATE"
    assert made["subscribers"] == [{"type": "SNS", "address": TOPIC}]
    assert made["thresholdExpression"] == {
        "dimension": {
            "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "matchOptions": ["GREATER_THAN_OR_EQUAL"],
            "values": ["500"],
        }
    }
    assert graph.one(MONITOR).urn in graph.one(SUBSCRIPTION).dependencies


def test_a_monitor_that_is_there_is_heard_instead():
    arn = "arn:aws:ce::123456789012:anomalymonitor/default"
    graph = anomalies(monitor_arn=arn)
    assert graph.of_type(MONITOR) == []
    assert graph.one(SUBSCRIPTION).inputs["monitorArnLists"] == [arn]


def test_an_anomaly_of_no_dollars_is_refused():
    with pytest.raises(ValueError, match="anomalies: an anomaly has an impact above 0 dollars"):
        anomalies(least_usd=0.0)


def test_tags_are_activated_one_by_one():
    graph = record(lambda: CostTags("tags", {"keys": ["maslow:model", "team"]}))
    made = graph.of_type("aws:costexplorer/costAllocationTag:CostAllocationTag")
    assert [tag.inputs for tag in made] == [
        {"tagKey": "maslow:model", "status": "Active"},
        {"tagKey": "team", "status": "Active"},
    ]


def test_a_teams_own_tag_may_end_as_one_of_the_platforms():
    def program():
        CostTags("cost-tags", {"keys": ["maslow:owner", "owner", "team:owner"]})

    made = record(program).of_type("aws:costexplorer/costAllocationTag:CostAllocationTag")
    assert len({tag.urn for tag in made}) == len(made) == 3
