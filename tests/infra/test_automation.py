import pytest
from pulumi.automation import (
    CommandError,
    CommandResult,
    DiagnosticEvent,
    EngineEvent,
    ResourcePreEvent,
    ResOutputsEvent,
    StepEventMetadata,
)

from infra import automation
from infra.automation import Engine, EngineFailed
from infra.hosts.progress import Operation, Phase
from infra.pulumi_command import CliMissing

URN = "urn:pulumi:dev::maslow::aws:s3/bucket:Bucket::raw"


@pytest.fixture
def steps():
    return []


@pytest.fixture
def listener(steps):
    return automation._Listener(steps.append)


def metadata(op):
    return StepEventMetadata.from_json({"op": op, "urn": URN, "type": "aws:s3/bucket:Bucket"})


def started(op):
    event = EngineEvent(sequence=0, timestamp=0)
    event.resource_pre_event = ResourcePreEvent(metadata(op))
    return event


def done(op):
    event = EngineEvent(sequence=0, timestamp=0)
    event.res_outputs_event = ResOutputsEvent(metadata(op))
    return event


def error(message, urn=None):
    event = EngineEvent(sequence=0, timestamp=0)
    event.diagnostic_event = DiagnosticEvent(message, "raw", "error", urn=urn)
    return event


def test_without_the_cli_the_message_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CliMissing, match=r"curl -fsSL https://get\.pulumi\.com \| sh"):
        Engine(tmp_path, "dev")


def test_a_resource_is_told_of_when_it_starts_and_once_when_it_is_done(listener, steps):
    for event in (started("create"), done("create"), done("create")):
        listener(event)
    assert [(step.operation, step.phase) for step in steps] == [
        (Operation.CREATE, Phase.STARTED),
        (Operation.CREATE, Phase.DONE),
    ]
    assert (steps[0].name, steps[0].type) == ("raw", "aws:s3/bucket:Bucket")


def test_a_replacement_is_one_step_not_three(listener, steps):
    for op in ("create-replacement", "replace", "delete-replaced"):
        listener(done(op))
    assert [step.operation for step in steps] == [Operation.REPLACE]


def test_an_error_names_its_resource_and_has_no_colours(listener):
    listener(error("<{%fg 1%}>access denied<{%reset%}>\n", URN))
    assert listener.errors == ["raw: access denied"]


def test_an_error_that_names_its_resource_already_is_left_as_it_is(listener):
    listener(error("raw: access denied", URN))
    assert listener.errors == ["raw: access denied"]


def test_an_error_is_told_once_and_the_engines_summary_of_it_not_at_all(listener):
    exited = "an unhandled error occurred: program exited with non-zero exit code: 1"
    for message in ("access denied", "access denied", "update failed", "preview failed", exited):
        listener(error(message))
    assert listener.errors == ["access denied"]


def test_of_a_traceback_only_what_was_raised_is_told(listener):
    listener(
        error(
            "Program failed with an unhandled exception:\n"
            "Traceback (most recent call last):\n"
            '  File "program.py", line 1, in <module>\n'
            "LookupError: no such setting\n"
        )
    )
    assert listener.errors == ["LookupError: no such setting"]


def test_of_what_the_cli_prints_only_the_errors_are_told():
    printed = (
        "\n code: 255\n stdout: \n stderr: warning: old\nerror: PULUMI_ACCESS_TOKEN is missing"
    )
    assert automation._printed(printed) == "PULUMI_ACCESS_TOKEN is missing"
    assert automation._printed("\n code: 1\n stdout: \n stderr: error: no disk") == "no disk"


def test_where_nobody_is_logged_in_it_says_what_makes_a_backend():
    refused = "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"
    assert "maslow bootstrap" in automation._printed(f" stderr: error: {refused}")


def test_what_holds_no_error_line_is_told_whole():
    assert automation._printed(" killed ") == "killed"


def test_a_cli_that_is_too_old_is_a_failure_of_the_engine(monkeypatch, tmp_path):
    binary = tmp_path / "pulumi"
    binary.write_text("#!/bin/sh\necho v2.25.2\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(EngineFailed, match=r"Major version|Minimum version"):
        Engine(tmp_path, "dev")


@pytest.mark.parametrize(
    ("because", "told"),
    [
        ("with an explicit deny in a permissions boundary", True),
        ("because no identity-based policy allows the s3:PutLifecycleConfiguration action", False),
    ],
)
def test_what_no_deployment_may_do_is_told_with_who_may(listener, because, told):
    denied = "is not authorized to perform: s3:PutLifecycleConfiguration on resource: raw"
    listener(error(f"AccessDenied: the role {denied} {because}", URN))
    with pytest.raises(EngineFailed) as failed, automation._readable(listener):
        raise CommandError(CommandResult("", "", 255))
    assert because in str(failed.value)
    assert ("sign in as the persona break-glass" in str(failed.value)) is told


@pytest.mark.parametrize(
    ("state", "runs"),
    [
        (None, False),
        ({"resources": []}, False),
        ({"resources": [{"type": "a"}, {"resourceHooks": {"afterUpdate": ["x"]}}]}, False),
        ({"resources": [{"type": "a"}, {"resourceHooks": {"beforeDelete": ["x"]}}]}, True),
    ],
)
def test_a_destroy_runs_the_program_where_deletions_have_hooks(state, runs):
    assert automation._has_deletion_hooks(state) is runs
