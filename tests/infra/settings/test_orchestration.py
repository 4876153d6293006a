import pytest

JOB = {
    "name": "visits",
    "script": "templates/jobs/clean.py",
    "reads": ["raw.visits"],
    "writes": ["curated.visits"],
}
AFTER = JOB | {"name": "stays", "reads": ["curated.visits"], "writes": ["curated.stays"]}


@pytest.fixture
def refused(found):
    """What is refused of a job that keywords change, where MWAA Serverless runs it."""

    def check(**changes):
        return found(orchestration="mwaa-serverless", jobs=[JOB | changes])

    return check


def test_what_runs_the_jobs_is_one_of_two(found):
    assert found(orchestration="step-functions", jobs=[JOB]) == []
    assert found(orchestration="mwaa-serverless", jobs=[JOB]) == []
    (mistake,) = found(orchestration="airflow", jobs=[JOB])
    assert "step-functions or mwaa-serverless" in mistake


def test_without_jobs_there_is_nothing_to_orchestrate(found):
    (mistake,) = found(orchestration="mwaa-serverless")
    assert mistake == "orchestration: there are no jobs, and so nothing to run."
    assert found(orchestration="step-functions") == []


def test_a_workflow_starts_by_its_schedule_and_not_by_what_arrives(found, refused):
    assert refused(on={"schedule": "daily"}) == []
    assert refused(on={"arrival": "raw.visits"}) == [
        "jobs[visits].on.arrival: MWAA Serverless starts no workflow when objects arrive."
    ]
    assert found(jobs=[JOB | {"on": {"arrival": "raw.visits"}}]) == []


def test_a_chain_has_the_schedule_of_its_first_job(found):
    later = AFTER | {"on": {"after": "visits", "schedule": "daily"}}
    assert found(orchestration="mwaa-serverless", jobs=[JOB, later]) == [
        "jobs[stays].on.schedule: it runs in the workflow of visits, which has one schedule."
    ]
    assert found(jobs=[JOB, later]) == []


def test_a_schedule_that_five_fields_cannot_say_is_refused(found, refused):
    assert refused(on={"schedule": "cron(0 6 ? * MON-FRI *)"}) == []
    last = {"schedule": "cron(0 6 L * ? *)"}
    assert refused(on=last) == [
        (
            "jobs[visits].on.schedule: MWAA Serverless takes cron of five fields, and L is a day "
            "that depends on the month."
        )
    ]
    assert found(jobs=[JOB | {"on": last}]) == []


def test_a_schedule_that_is_none_is_told_once(refused):
    (mistake,) = refused(on={"schedule": "cron(nonsense)"})
    assert "no cron expression" in mistake


def test_a_run_on_emr_is_followed_for_four_hours_with_its_retries(refused):
    assert refused(max_minutes=240, retries=0) == []
    assert refused(max_minutes=121) == [
        (
            "jobs[visits].max_minutes: MWAA Serverless follows a run for 240 minutes, and with its "
            "retries this one may take 242."
        )
    ]


def test_a_run_of_glue_is_one_task(refused):
    assert refused(engine="glue", max_minutes=50, retries=3) == []
    assert refused(engine="glue", max_minutes=51, retries=4) == [
        "jobs[visits].retries: MWAA Serverless tries a task 3 times again at most, not 4 times.",
        (
            "jobs[visits].max_minutes: a run of Glue may take 50 minutes, for a task of MWAA "
            "Serverless has an hour; this one may take 51."
        ),
    ]
    (mistake,) = refused(engine="glue")
    assert mistake.endswith("this one may take 120.")


def test_a_cluster_of_emr_is_refused(found, refused):
    assert refused(engine="emr") == [
        "jobs[visits].engine: MWAA Serverless runs jobs here on EMR Serverless or by Glue."
    ]
    assert found(jobs=[JOB | {"engine": "emr"}]) == []
