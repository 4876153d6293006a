"""What docs/real-account.md asks of AWS can be asked: its commands name what the AWS CLI has."""

import re

import pytest

from tests.documents import ROOT, shell, wrong_with_aws

CHECKLIST = ROOT / "docs" / "real-account.md"
POINT = re.compile(r"^- \[ \] \*\*(.+?)\*\*(.*?)(?=^- \[|^## |\Z)", re.MULTILINE | re.DOTALL)

POINTS = POINT.findall(CHECKLIST.read_text())


def test_there_are_points() -> None:
    assert POINTS


@pytest.mark.parametrize(("point", "text"), POINTS, ids=[point for point, _ in POINTS])
def test_each_point_has_a_command(point: str, text: str) -> None:
    assert "```sh\n" in text


@pytest.mark.parametrize("command", shell(CHECKLIST))
def test_each_command_is_one_that_the_aws_cli_takes(command: str) -> None:
    assert command.startswith("aws ")
    assert wrong_with_aws(command) == ""


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("aws sqss list-queues", "there is no aws sqss"),
        ("aws sqs list-queue", "there is no aws sqs list-queue"),
        ("aws sqs list-queues --queue x", "aws sqs list-queues has no ['queue']"),
        ("aws s3 copy a b", "there is no aws s3 copy"),
    ],
)
def test_a_command_that_the_aws_cli_does_not_take_is_found(command: str, wrong: str) -> None:
    assert wrong_with_aws(command) == wrong
