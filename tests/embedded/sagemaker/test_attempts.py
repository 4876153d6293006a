"""How a step is tried, and tried again, by the clock of the cloud."""

import pytest
from botocore.exceptions import ClientError

from embedded import clock
from embedded.cloud import Cloud
from embedded.sagemaker import worker
from embedded.sagemaker.steps.kinds import KINDS
from tests.some_pipeline import create, ended, python, run, start, steps_of, until

BUSY = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def busy(monkeypatch):
    """Has the first two attempts of a processing step refused, as by a service that is busy."""
    tries = []
    kind = KINDS["Processing"]

    def process(work):
        tries.append(work.name())
        if len(tries) < 3:
            raise ClientError(BUSY, "CreateProcessingJob")
        return kind.run(work)

    monkeypatch.setitem(KINDS, "Processing", kind._replace(run=process))
    return tries


def test_a_step_is_tried_again_by_its_policy(cloud, busy):
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 3600, "BackoffRate": 1.0}
    create(cloud, "retries", [python("A", "", RetryPolicies=[policy])])
    arn = start(cloud, "retries")
    for count in (1, 2):
        until(lambda count=count: len(busy) == count)
        assert steps_of(cloud, arn)["A"]["StepStatus"] == "Executing"
        until(lambda: clock.current().waiting)
        cloud.advance(3600)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Succeeded"
    assert steps_of(cloud, arn)["A"]["AttemptCount"] == 3
    assert len(set(busy)) == 3


def test_a_failure_that_no_policy_names_ends_the_step(cloud, busy):
    policy = {"ExceptionType": ["SageMaker.RESOURCE_LIMIT"]}
    status, steps = run(cloud, "not-named", [python("A", "", RetryPolicies=[policy])])
    assert (status, len(busy)) == ("Failed", 1)
    assert steps["A"]["FailureReason"] == (
        "ClientError: Failed to invoke sagemaker:CreateProcessingJob. Error Details: Rate exceeded"
    )


def test_a_step_ends_with_the_last_attempt_of_its_policy(cloud, busy):
    policy = {"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 1}
    status, steps = run(cloud, "one-more", [python("A", "", RetryPolicies=[policy])])
    assert (status, len(busy)) == ("Failed", 2)
    assert steps["A"]["AttemptCount"] == 2


def test_an_execution_that_is_stopped_while_it_waits_tries_no_more(cloud, busy):
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 3600}
    create(cloud, "stopped", [python("A", "", RetryPolicies=[policy])])
    arn = start(cloud, "stopped")
    until(lambda: clock.current().waiting)
    cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"
    assert len(busy) == 1


def test_a_job_that_breaks_here_is_an_internal_error_that_a_policy_may_name(cloud, monkeypatch):
    tries = []

    def breaks(*_):
        tries.append(1)
        if len(tries) < 2:
            raise MemoryError("no room")

    monkeypatch.setattr(worker, "run_processing_job", breaks)
    policy = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 1}
    status, steps = run(cloud, "breaks", [python("A", "", RetryPolicies=[policy])])
    assert (status, len(tries)) == ("Succeeded", 2)
    assert steps["A"]["AttemptCount"] == 2
