import json
from dataclasses import replace

import pytest

from infra.errors import InputError, WorkError
from infra.models import turns
from tests import one_step_pipeline

LOOP = "maslow-dev-readmission-loop-0a1b2c3"
APPROVED = {"outcome": "approved", "reason": "auc 0.91 >= 0.86", "version": "arn/2"}


@pytest.fixture
def machine(cloud):
    def create(name, state):
        return cloud.client("stepfunctions").create_state_machine(
            name=name,
            definition=json.dumps({"StartAt": "Train", "States": {"Train": state}}),
            roleArn=f"arn:aws:iam::{cloud.account_id}:role/machine",
        )["stateMachineArn"]

    return create


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(turns, "POLL_SECONDS", 0.05)


def test_a_model_without_a_loop_has_no_turns(place):
    assert turns.loop_of(place, "readmission") is None
    assert turns.turns(place, None) == []


def test_the_loop_is_the_machine_with_its_name(place, machine):
    done = {"Type": "Pass", "End": True}
    machine("maslow-dev-readmission-retraining-0a1b2c3", done)
    machine("maslow-dev-length-of-stay-loop-0a1b2c3", done)
    arn = machine(LOOP, done)
    assert turns.loop_of(place, "readmission") == arn


def test_a_loop_of_a_model_whose_name_goes_on_is_another(place, machine):
    (model, *_) = place.stack.platform.models
    longer = model.model_copy(update={"name": "readmission-loop"})
    platform = place.stack.platform.model_copy(update={"models": (model, longer)})
    both = replace(place, stack=replace(place.stack, platform=platform))
    arn = machine("maslow-dev-readmission-loop-loop-0a1b2c3", {"Type": "Pass", "End": True})
    assert turns.loop_of(both, "readmission") is None
    assert turns.loop_of(both, "readmission-loop") == arn


def test_a_person_starts_the_loop_and_hears_how_it_ends(place, machine, quick):
    loop = machine(LOOP, {"Type": "Pass", "Result": APPROVED, "End": True})
    started = turns.start(place, "readmission", "ada: new labels")
    found = turns.follow(place, started, lambda _: None)
    assert (found["status"], found["cause"]) == ("SUCCEEDED", "person")
    assert (found["outcome"], found["reason"]) == ("approved", "auc 0.91 >= 0.86")
    asked = place.client("stepfunctions").describe_execution(executionArn=started.execution)
    assert json.loads(asked["input"]) == {"cause": "person", "reason": "ada: new labels"}
    assert turns.turns(place, loop) == [found]


def test_what_the_loop_is_at_is_told_while_it_lasts(place, machine, quick, cloud):
    machine(LOOP, {"Type": "Wait", "Seconds": 3600, "End": True})
    started = turns.start(place, "readmission", "ada: new labels")
    heard = []

    def hear(what):
        heard.append(what)
        if what == "Train":
            cloud.advance(3601)

    assert turns.follow(place, started, hear)["status"] == "SUCCEEDED"
    assert "Train" in heard


def test_a_turn_that_fails_is_told_with_its_cause(place, machine, quick):
    loop = machine(LOOP, {"Type": "Fail", "Error": "Broken", "Cause": "the data has no target"})
    started = turns.start(place, "readmission", "ada: new labels")
    with pytest.raises(WorkError, match=r"ended as FAILED: Broken: the data has no target"):
        turns.follow(place, started, lambda _: None)
    (found,) = turns.turns(place, loop)
    assert (found["outcome"], found["reason"]) == (None, "Broken: the data has no target")


def test_the_last_turns_come_newest_first_and_are_no_more_than_five(place, machine, quick):
    loop = machine(LOOP, {"Type": "Pass", "End": True})
    for number in range(6):
        turns.follow(place, turns.start(place, "readmission", str(number)), lambda _: None)
    found = turns.turns(place, loop)
    assert len(found) == 5
    newest = place.client("stepfunctions").describe_execution(executionArn=found[0]["execution"])
    assert json.loads(newest["input"])["reason"] == "5"


def test_without_a_loop_the_pipeline_is_run_and_its_steps_are_told(place, cloud, quick):
    one_step_pipeline.create(cloud, "maslow-dev-readmission", "import time; time.sleep(1)")
    started = turns.start(place, "readmission", "ada: new labels")
    heard = []
    found = turns.follow(place, started, heard.append)
    assert (found["status"], found["reason"]) == ("Succeeded", None)
    assert found["ended"] is not None
    assert "Train" in heard
    described = place.client("sagemaker").describe_pipeline_execution(
        PipelineExecutionArn=started.execution
    )
    assert described["PipelineExecutionDescription"] == "ada: new labels"


def test_a_pipeline_that_fails_is_told_with_the_reason_of_its_step(place, cloud, quick):
    one_step_pipeline.create(cloud, "maslow-dev-readmission", "raise SystemExit('no rows')")
    started = turns.start(place, "readmission", "ada: new labels")
    with pytest.raises(WorkError, match=r"ended as Failed: AlgorithmError: exit code 1: no rows"):
        turns.follow(place, started, lambda _: None)


def test_the_training_set_is_made_before_the_pipeline_is_run(place, cloud, machine, quick):
    made = machine("maslow-dev-readmission-set-0a1b2c3", {"Type": "Pass", "End": True})
    one_step_pipeline.create(cloud, "maslow-dev-readmission", "print('trains')")
    started = turns.start(place, "readmission", "ada: new labels")
    (only,) = cloud.client("stepfunctions").list_executions(stateMachineArn=made)["executions"]
    assert only["status"] == "SUCCEEDED"
    assert turns.follow(place, started, lambda _: None)["status"] == "Succeeded"


def test_nothing_is_run_on_a_training_set_that_was_not_made(place, cloud, machine, quick):
    failure = {"Type": "Fail", "Error": "NotMade", "Cause": "there is no table outcomes"}
    machine("maslow-dev-readmission-set-0a1b2c3", failure)
    one_step_pipeline.create(cloud, "maslow-dev-readmission", "print('trains')")
    with pytest.raises(WorkError, match=r"FAILED: NotMade: there is no table outcomes"):
        turns.start(place, "readmission", "ada: new labels")
    assert turns.newest_run(place, "maslow-dev-readmission") is None


def test_without_a_loop_and_a_pipeline_nothing_is_started(place):
    with pytest.raises(InputError, match=r"no training pipeline yet: `maslow up -s dev` makes it"):
        turns.start(place, "readmission", "ada: new labels")


def test_what_another_environment_trains_is_started_there(place, project):
    prod = replace(place, stack=project.stack("prod"))
    with pytest.raises(InputError, match=r"trained by dev: `maslow model run readmission -s dev`"):
        turns.start(prod, "readmission", "ada: new labels")
