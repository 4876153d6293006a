"""What docs/real-account.md asks of AWS can be asked: its commands name what the AWS CLI has."""

import re
import shlex
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

CHECKLIST = Path(__file__).parents[1] / "docs" / "real-account.md"
POINT = re.compile(r"^- \[ \] \*\*(.+?)\*\*(.*?)(?=^- \[|^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
OF_THE_CLI = {"region", "profile", "query", "output", "cli-input-json"}
"""Options that every command of the AWS CLI takes."""
SERVICES = {"s3api": "s3", "configservice": "config"}
"""Services that the AWS CLI calls otherwise than botocore does."""

POINTS = POINT.findall(CHECKLIST.read_text())


def commands(text: str) -> list[str]:
    """The lines of the shell blocks, a continued one as one."""
    blocks = "".join(BLOCK.findall(text)).replace("\\\n", " ")
    return [line.strip() for line in blocks.splitlines() if line.strip()]


def wrong_with(command: str) -> str | None:
    """What of an `aws …` line the AWS CLI would not take."""
    _, service, operation, *arguments = shlex.split(command)
    session = botocore.session.get_session()
    service = SERVICES.get(service, service)
    if service not in session.get_available_services():
        return f"there is no aws {service}"
    model = session.get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return f"there is no aws {service} {operation}"
    shape = model.operation_model(names[operation]).input_shape
    members = {xform_name(name, "-") for name in shape.members} if shape else set()
    options = {each[2:] for each in arguments if each.startswith("--")}
    unknown = options - members - OF_THE_CLI
    return f"aws {service} {operation} has no {sorted(unknown)}" if unknown else None


def test_there_are_points() -> None:
    assert POINTS


@pytest.mark.parametrize(("point", "text"), POINTS, ids=[point for point, _ in POINTS])
def test_each_point_has_commands_that_the_aws_cli_takes(point: str, text: str) -> None:
    lines = commands(text)
    assert lines, point
    for line in lines:
        assert line.startswith("aws "), line
        assert wrong_with(line) is None


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("aws sqss list-queues", "there is no aws sqss"),
        ("aws sqs list-queue", "there is no aws sqs list-queue"),
        ("aws sqs list-queues --queue x", "aws sqs list-queues has no ['queue']"),
    ],
)
def test_a_command_that_the_aws_cli_does_not_take_is_found(command: str, wrong: str) -> None:
    assert wrong_with(command) == wrong
