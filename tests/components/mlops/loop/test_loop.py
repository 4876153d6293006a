import json

import pytest

from components.mlops.loop.loop import Loop
from infra.graph import record

HERE = "eu-west-1:123456789012"
SET = f"arn:aws:states:{HERE}:stateMachine:maslow-dev-tumour-set"
PIPELINE = f"arn:aws:sagemaker:{HERE}:pipeline/maslow-dev-tumour"
ROLE = "arn:aws:iam::123456789012:role/training"
TOPICS = {kind: f"arn:aws:sns:{HERE}:{kind}" for kind in ("critical", "warning", "info")}
KEY = f"arn:aws:kms:{HERE}:key"
NAME = "maslow-dev-tumour-loop"
RULE, TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"
STARTERS = {
    "alarms": {"drift": ["data-worst", "explain-worst"], "quality": ["quality-worst"]},
    "elsewhere": [
        {
            "environment": "prod",
            "alarm_prefixes": {"drift": ["maslow-prod-"], "quality": ["maslow-prod-quality-"]},
            "account_id": "1" * 12,
            "event_bus": "promotion",
        }
    ],
    "new_data": {"bucket": "curated", "prefix": "visits"},
    "schedule": "cron(0 3 ? * SUN *)",
}


def graph_of(**changes):
    args = {
        "model": "tumour",
        "artifacts_bucket": "artifacts",
        "artifacts_key_arn": f"{KEY}/artifacts",
        "subnet_ids": ["subnet-1"],
        "security_group_id": "sg-1",
        "account_id": "123456789012",
        "region": "eu-west-1",
        "starters": STARTERS,
        "pipeline_name": "maslow-dev-tumour",
        "pipeline_arn": PIPELINE,
        "training_set_arn": SET,
        "pipeline_role_arn": ROLE,
        "group_name": "maslow-dev-tumour",
        "code_hash": "0123456789abcdef",
        "cooldown_hours": 24,
        "hours": None,
        "training_hours": 28,
        "approve_when": None,
        "approve_because": "",
        "metric": "auc",
        "job_name": "maslow-dev-tumour-compare",
        "job_tags": {"maslow:model": "tumour"},
        "instance_type": "ml.m5.large",
        "budget": {"usd": 400.0, "prices": {"ml.m5.large": 0.1}, "tags": {"maslow:model": "x"}},
        "alert_topics": TOPICS,
        "messages_key_arn": f"{KEY}/messages",
        "log_key_arn": f"{KEY}/logs",
        "log_retention_days": 90,
        **changes,
    }
    return record(lambda: Loop(NAME, args))


@pytest.fixture(scope="module")
def graph():
    return graph_of()


def allowed(graph, name):
    document = graph.one("aws:iam/rolePolicy:RolePolicy", f"{NAME}-{name}").inputs["policy"]
    return {
        (action, resource)
        for statement in json.loads(document)["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def definition(graph):
    return json.loads(graph.one("aws:sfn/stateMachine:StateMachine").inputs["definition"])


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        (
            "drift",
            {
                "cause": "drift",
                "reason": "its data drifted: <alarm> went off",
                "alarm": "<alarm>",
            },
        ),
        (
            "quality",
            {
                "cause": "quality",
                "reason": "its answers got worse: <alarm> went off",
                "alarm": "<alarm>",
            },
        ),
        (
            "prod",
            {
                "cause": "drift",
                "reason": "its data drifted: <alarm> went off",
                "alarm": "<alarm>",
            },
        ),
    ],
)
def test_an_alarm_starts_it_and_is_named(graph, rule, given):
    target = graph.one(TARGET, f"{NAME}-{rule}-target").inputs["inputTransformer"]
    assert json.loads(target["inputTemplate"]) == given
    assert target["inputPaths"] == {"alarm": "$.detail.alarmName"}


def test_rules_hear_of_what_they_are_for(graph):
    patterns = {
        rule.name.removeprefix(f"{NAME}-"): json.loads(rule.inputs["eventPattern"])
        for rule in graph.of_type(RULE)
        if "eventPattern" in rule.inputs
    }
    assert patterns["drift-rule"]["detail"]["alarmName"] == ["data-worst", "explain-worst"]
    assert patterns["quality-rule"]["detail"]["alarmName"] == ["quality-worst"]
    assert patterns["prod-rule"]["detail"]["alarmName"] == [{"prefix": "maslow-prod-"}]
    assert patterns["prod-quality-rule"]["detail"]["alarmName"] == [
        {"prefix": "maslow-prod-quality-"}
    ]
    assert patterns["prod-rule"]["account"] == ["1" * 12]
    assert graph.one(RULE, f"{NAME}-prod-rule").inputs["eventBusName"] == "promotion"
    assert patterns["data-rule"]["detail"] == {
        "bucket": {"name": ["curated"]},
        "object": {"key": [{"prefix": "visits/"}]},
    }


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("data", {"cause": "new-data", "reason": "data arrived below visits/"}),
        ("schedule", {"cause": "schedule", "reason": "cron(0 3 ? * SUN *)"}),
    ],
)
def test_data_and_the_calendar_tell_their_cause(graph, rule, given):
    assert json.loads(graph.one(TARGET, f"{NAME}-{rule}-target").inputs["input"]) == given


def test_the_calendar_is_a_rules(graph):
    rule = graph.one(RULE, f"{NAME}-schedule-rule")
    assert rule.inputs["scheduleExpression"] == "cron(0 3 ? * SUN *)"


def test_the_rules_start_the_machine_by_a_role_that_can_do_only_that(graph):
    (arn,) = {target.inputs["arn"] for target in graph.of_type(TARGET)}
    assert allowed(graph, "rule-role-start") == {("states:StartExecution", arn)}


def test_without_anything_that_starts_it_a_person_still_can():
    graph = graph_of(starters={"alarms": {"drift": [], "quality": []}}, budget=None)
    assert graph.of_type(RULE) == []
    assert "AskForDrift" not in definition(graph)["States"]
    assert not any(action == "sagemaker:Search" for action, _ in allowed(graph, "machine"))


def test_the_machine_is_told_what_is_known_of_the_model(graph):
    states = definition(graph)["States"]
    assert states["AskForDrift"]["Arguments"]["AlarmNames"] == ["data-worst", "explain-worst"]
    assert states["StartTraining"]["Arguments"]["PipelineName"] == "maslow-dev-tumour"
    job = states["StartComparison"]["Arguments"]
    assert job["RoleArn"] == ROLE
    assert job["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == f"{KEY}/artifacts"
    code = states["FindCandidate"]["Assign"]["candidate"]["code"]
    assert "s3://artifacts/models/tumour/code/0123456789abcdef/" in code


def test_the_training_set_is_made_before_the_training_starts(graph):
    states = definition(graph)["States"]
    assert states["IsAllSpent"]["Default"] == "MakeTrainingSet"
    assert states["MakeTrainingSet"]["Arguments"]["StateMachineArn"] == SET
    assert states["IsTrainingSetMade"]["Choices"][0]["Next"] == "StartTraining"


def test_a_volume_of_an_instance_with_storage_of_its_own_has_no_key():
    states = definition(graph_of(instance_type="ml.m5d.large"))["States"]
    cluster = states["StartComparison"]["Arguments"]["ProcessingResources"]["ClusterConfig"]
    assert "VolumeKmsKeyId" not in cluster


def test_the_machine_reaches_one_model_and_no_more(graph):
    found = allowed(graph, "machine")
    everywhere = {action for action, resource in found if resource == "*"}
    assert {action for action in everywhere if not action.startswith("logs:")} == {
        "sagemaker:Search"
    }
    assert ("iam:PassRole", ROLE) in found
    assert ("sagemaker:StartPipelineExecution", PIPELINE) in found
    assert {resource for action, resource in found if action == "states:StartExecution"} == {SET}
    packages = f"arn:aws:sagemaker:{HERE}:model-package/maslow-dev-tumour/*"
    assert ("sagemaker:UpdateModelPackage", packages) in found
    assert ("s3:GetObject", "arn:aws:s3:::artifacts/models/tumour/comparisons/*") in found
    alarms = {resource for action, resource in found if action == "cloudwatch:DescribeAlarms"}
    assert alarms == {
        f"arn:aws:cloudwatch:{HERE}:alarm:{name}"
        for name in ("data-worst", "explain-worst", "quality-worst")
    }
    assert {resource for action, resource in found if action == "sns:Publish"} == {
        TOPICS["info"],
        TOPICS["warning"],
    }


def test_what_the_machine_calls_is_what_it_may(graph):
    """Each task's action is in the policy, whose names follow the API's."""
    called = {
        state["Resource"].split(":::aws-sdk:")[1]
        for state in definition(graph)["States"].values()
        if ":::aws-sdk:" in state.get("Resource", "")
    }
    may = {action.lower() for action, _ in allowed(graph, "machine")}
    services = {"sfn": "states"}
    for call in called:
        service, action = call.split(":")
        assert f"{services.get(service, service)}:{action.lower()}" in may


def test_every_step_is_logged_encrypted_for_as_long_as_the_setting_says(graph):
    log = graph.one("aws:cloudwatch/logGroup:LogGroup")
    assert log.inputs["kmsKeyId"].endswith("key/logs")
    assert log.inputs["retentionInDays"] == 90


def test_a_job_whose_name_would_be_too_long_is_refused():
    with pytest.raises(ValueError, match="more than 50 characters"):
        graph_of(job_name="x" * 51)
