"""An approved model starts the delivery, with the revision that is deployed."""

import json
from typing import Any

import pytest
from botocore.session import get_session
from jsonata import Jsonata
from moto.events.models import EventPattern

from components.devops.delivery.redeployment import Redeployment
from components.devops.delivery.redeployment_machine import redeployment_machine
from components.devops.delivery.source import Host, SourceArgs
from components.devops.promotion.approval_events import approval_pattern
from infra.graph import Graph, record

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
PIPELINE_ARN = ARN.format("codepipeline", "maslow-dev-delivery")
TOPIC = ARN.format("sns", "warning")
POLICY = "aws:iam/rolePolicy:RolePolicy"


def recorded(source: SourceArgs, *, deploys_pushes: bool = True) -> Graph:
    return record(
        lambda: (
            Redeployment(
                "maslow-dev-redeployment",
                {
                    "group_prefix": "maslow-dev-",
                    "pipeline_name": "maslow-dev-delivery",
                    "pipeline_arn": PIPELINE_ARN,
                    "source": source,
                    "deploys_pushes": deploys_pushes,
                    "alert_topic_arn": TOPIC,
                    "alert_key_arn": ARN.format("kms", "key/messages"),
                    "log_key_arn": ARN.format("kms", "key/logs"),
                    "log_retention_days": 30,
                    "account_id": "123456789012",
                },
            )
            and None
        )
    )


def decided(group: str, status: str) -> dict[str, Any]:
    return {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Model Package State Change",
        "detail": {
            "ModelPackageGroupName": group,
            "ModelPackageVersion": 3,
            "ModelApprovalStatus": status,
        },
    }


@pytest.mark.parametrize(
    ("group", "status", "matches"),
    [
        ("maslow-dev-readmission", "Approved", True),
        ("maslow-dev-readmission", "Rejected", True),
        ("maslow-dev-readmission", "PendingManualApproval", False),
        ("maslow-prod-readmission", "Approved", False),
    ],
)
def test_decisions_about_the_environments_own_models_start_it(
    group: str, status: str, matches: bool
) -> None:
    pattern = EventPattern.load(json.dumps(approval_pattern("maslow-dev-")))
    assert pattern.matches_event(decided(group, status)) is matches


def test_the_deployed_revision_is_what_is_delivered_again(source: SourceArgs) -> None:
    machine = recorded(source).one("aws:sfn/stateMachine:StateMachine")
    states = json.loads(machine.inputs["definition"])["States"]
    found = states["FindDeployedRevision"]["Arguments"]
    assert found["Filter"] == {"SucceededInStage": {"StageName": "Deploy"}}
    (revision,) = states["Deliver"]["Arguments"]["SourceRevisions"]
    assert revision["ActionName"] == "Source"
    expected = "S3_OBJECT_VERSION_ID" if source["host"] is Host.S3 else "COMMIT_ID"
    assert revision["RevisionType"] == expected


def test_where_ci_deploys_the_pushes_the_tip_of_the_branch_is_taken(
    sources: dict[Host, SourceArgs],
) -> None:
    graph = recorded(sources[Host.GITHUB], deploys_pushes=False)
    definition = json.loads(graph.one("aws:sfn/stateMachine:StateMachine").inputs["definition"])
    assert definition["StartAt"] == "Deliver"
    assert definition["States"]["Deliver"]["Arguments"] == {"Name": "maslow-dev-delivery"}
    assert "FindDeployedRevision" not in definition["States"]


def evaluated(value: Any, **states: Any) -> Any:
    """A value of the machine with its expressions evaluated, as Step Functions would."""
    if isinstance(value, dict):
        return {key: evaluated(item, **states) for key, item in value.items()}
    if isinstance(value, list):
        return [evaluated(item, **states) for item in value]
    if not isinstance(value, str) or not value.startswith("{%"):
        return value
    query = Jsonata(value.removeprefix("{%").removesuffix("%}"))
    frame = query.create_frame()
    frame.bind("states", states)
    return json.loads(json.dumps(query.evaluate(None, frame)))


@pytest.mark.parametrize(
    ("executions", "started"),
    [
        ([], None),
        ([{"SourceRevisions": []}], None),
        ([{"SourceRevisions": [{"ActionName": "Source", "RevisionId": "b0a1"}]}], "b0a1"),
    ],
)
def test_the_revision_of_the_last_execution_that_deployed_is_started_if_there_is_one(
    executions: list[dict[str, Any]], started: str | None
) -> None:
    states = machine()["States"]
    found = evaluated(
        states["FindDeployedRevision"]["Output"], result={"PipelineExecutionSummaries": executions}
    )
    (deliver,) = states["IsDeployed"]["Choices"]
    assert evaluated(deliver["Condition"], input=found) is (started is not None)
    if started:
        (revision,) = evaluated(states["Deliver"]["Arguments"]["SourceRevisions"], input=found)
        assert revision["RevisionValue"] == started


def test_the_alert_tells_what_was_decided_on() -> None:
    decision = decided("maslow-dev-readmission", "Approved")
    message = evaluated(machine()["States"]["Alert"]["Arguments"]["Message"], input=decision)
    assert message["content"]["title"] == "An approved model was not delivered"
    said, _, told = message["content"]["description"].partition(": ")
    assert said.endswith("but maslow-dev-delivery could not be started")
    assert json.loads(told) == decision


def test_before_a_first_deployment_nothing_is_started() -> None:
    choice = machine()["States"]["IsDeployed"]
    assert [option["Next"] for option in choice["Choices"]] == ["Deliver"]
    assert machine()["States"][choice["Default"]] == {"Type": "Succeed"}


def test_whatever_goes_wrong_is_told() -> None:
    states = machine()["States"]
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    assert {name for name, task in tasks.items() if task.get("Catch")} == {
        "FindDeployedRevision",
        "Deliver",
    }
    assert tasks["Alert"]["Arguments"]["TopicArn"] == TOPIC


def test_its_calls_are_ones_that_codepipeline_knows() -> None:
    """Step Functions writes the API's parameters with a capital."""
    model = get_session().get_service_model("codepipeline")
    called = {
        task["Resource"].rsplit(":", 1)[-1]: task["Arguments"]
        for task in machine()["States"].values()
        if task["Type"] == "Task" and ":codepipeline:" in task["Resource"]
    }
    assert called.keys() == {"listPipelineExecutions", "startPipelineExecution"}
    for operation, arguments in called.items():
        shape = model.operation_model(operation[0].upper() + operation[1:]).input_shape
        known = {name[0].upper() + name[1:] for name in shape.members}
        assert arguments.keys() <= known


def test_the_roles_reach_one_pipeline_and_one_machine(sources: dict[Host, SourceArgs]) -> None:
    graph = recorded(sources[Host.GITHUB])
    machine_policy = graph.one(POLICY, "maslow-dev-redeployment-machine").inputs["policy"]
    (starts,) = [s for s in json.loads(machine_policy)["Statement"] if "codepipeline:" in str(s)]
    assert starts["Resource"] == [PIPELINE_ARN]
    rule_policy = graph.one(POLICY, "maslow-dev-redeployment-rule-role-start").inputs["policy"]
    target = graph.one("aws:cloudwatch/eventTarget:EventTarget")
    assert json.loads(rule_policy)["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["states:StartExecution"],
            "Resource": [target.inputs["arn"]],
        }
    ]


def machine() -> dict[str, Any]:
    return redeployment_machine(
        pipeline_name="maslow-dev-delivery",
        stage="Deploy",
        revision_type="COMMIT_ID",
        alert_topic_arn=TOPIC,
    )
