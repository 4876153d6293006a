import pulumi_aws as aws
import pytest

from infra.graph import record
from policies.scheduled_jobs import jobs_of
from tests.policies.conftest import monitor


def test_what_a_schedule_asks_sagemaker_for_is_found() -> None:
    (job,) = jobs_of(record(monitor))
    assert job.schedule.name == "schedule"
    assert job.every == (86_400, 86_400)
    assert job.argument("--monitor") == "data"
    with pytest.raises(ValueError, match="--truth"):
        job.argument("--truth")


def test_a_schedule_of_something_else_starts_no_job() -> None:
    def program() -> None:
        aws.scheduler.Schedule(
            "other",
            schedule_expression="rate(1 hour)",
            flexible_time_window={"mode": "OFF"},
            target={"arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:a", "role_arn": "r"},
        )

    assert list(jobs_of(record(program))) == []
