import re
from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from infra.project import Project
from policies.logs import logs

KEY = "arn:aws:kms:eu-west-1:123456789012:key/logs"
GROUP = {"retention_in_days": 90, "kms_key_id": KEY}
LOG = {"level": "ALL", "include_execution_data": True, "log_destination": "arn:group:*"}
ROLE = "arn:aws:iam::123456789012:role/builder"
MAKES = '{"Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogGroup"], "Resource": ["*"]}]}'
CHANNEL = {
    "channel_id": "channel",
    "channel_name": "alerts",
    "configuration_name": "alerts",
    "iam_role_arn": ROLE,
    "team_id": "team",
    "tenant_id": "tenant",
}


JOBS = re.compile("/aws/sagemaker/(Training|Processing)Jobs|lets a role make log groups")


def test_logs_are_whole_and_kept_for_a_stated_time(project: Project, either_pass: Graph) -> None:
    environment = either_pass.stack
    alone = project.stack(environment).platform.job_logs(environment) == "here"
    # Where it is not said who else is in the account, nobody declares the groups of jobs.
    of_jobs = [finding for finding in logs(either_pass) if JOBS.search(finding.message)]
    assert bool(of_jobs) is not alone
    assert [finding for finding in logs(either_pass) if finding not in of_jobs] == []


def groups(*differing: dict[str, Any]) -> Graph:
    def program() -> None:
        for number, each in enumerate(differing):
            aws.cloudwatch.LogGroup(f"group-{number}", **{**GROUP, **each})

    return record(program)


def machine(**differing: Any) -> Graph:
    return record(
        lambda: (
            aws.sfn.StateMachine(
                "machine",
                role_arn=ROLE,
                definition="{}",
                logging_configuration={**LOG, **differing},
            )
            and None
        )
    )


def build(log: dict[str, Any]) -> Graph:
    def program() -> None:
        aws.cloudwatch.LogGroup("group", name="builds", **GROUP)
        aws.codebuild.Project(
            "project",
            service_role=ROLE,
            artifacts={"type": "NO_ARTIFACTS"},
            source={"type": "NO_SOURCE"},
            environment={"compute_type": "small", "image": "image", "type": "LINUX_CONTAINER"},
            logs_config={"cloudwatch_logs": log},
        )

    return record(program)


def endpoint(*groups: str) -> Graph:
    def program() -> None:
        for number, name in enumerate(groups):
            aws.cloudwatch.LogGroup(f"group-{number}", name=name, **GROUP)
        aws.sagemaker.Endpoint("endpoint", name="serving", endpoint_config_name="config")

    return record(program)


@pytest.mark.parametrize(
    "recorded",
    [
        lambda: groups({}, {"retention_in_days": 30}),
        machine,
        lambda: build({"group_name": "builds"}),
        lambda: endpoint("/aws/sagemaker/Endpoints/serving"),
    ],
)
def test_whole_logs_are_let_pass(recorded: Callable[[], Graph]) -> None:
    assert logs(recorded()) == []


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        (lambda: groups({"retention_in_days": None}), "it has no retentionInDays"),
        (lambda: groups({"kms_key_id": None}), "it has no kmsKeyId"),
        (lambda: machine(include_execution_data=False), "not of includeExecutionData True"),
        (lambda: machine(level="ERROR"), "not of level ALL"),
        (lambda: machine(log_destination="arn:group"), "not the streams (:*) of a group"),
        (lambda: build({"group_name": "elsewhere"}), "does not write to a log group of this graph"),
        (
            lambda: build({"group_name": "builds", "status": "DISABLED"}),
            "does not write to a log group of this graph",
        ),
        (endpoint, "its service makes the log group /aws/sagemaker/Endpoints/serving, which"),
        (
            lambda: record(lambda: aws.iam.RolePolicy("own", role="job", policy=MAKES) and None),
            "it lets a role make log groups",
        ),
        (
            lambda: record(
                lambda: (
                    aws.chatbot.TeamsChannelConfiguration("chat", **CHANNEL, logging_level="INFO")
                    and None
                )
            ),
            "its log group is in us-east-1",
        ),
        (
            lambda: record(lambda: aws.sqs.Queue("queue") and None),
            "it does not say its messageRetentionSeconds",
        ),
    ],
)
def test_a_log_that_keeps_too_little_or_for_ever_is_found(
    recorded: Callable[[], Graph], message: str
) -> None:
    (finding,) = logs(recorded())
    assert message in finding.message
