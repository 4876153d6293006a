"""The definition of a workflow as plain values; Airflow itself loads those of the stacks."""

import pytest
import yaml

from components.data.jobs.workflow_definition import definition, written

RUN = {
    "job": "visits",
    "application_id": "app",
    "role_arn": "arn:aws:iam::123456789012:role/job",
    "script_uri": "s3://artifacts/jobs/visits/main.py",
    "inputs": {"raw.visits": "s3://raw/visits/"},
    "outputs": {"curated.visits": "s3://curated/visits/"},
    "arguments": {"days": "7"},
    "max_vcpu": 16,
    "max_minutes": 60,
    "retries": 2,
    "log_group": "visits-runs",
    "log_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/logs",
    "disk_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
    "tags": {"maslow:need": "data"},
}
CHECK = {
    "table": "curated.visits",
    "database": "lake_curated",
    "table_name": "visits",
    "ruleset": "visits-rules",
    "role_arn": "arn:aws:iam::123456789012:role/check",
    "results_uri": "s3://curated/_quality/visits/results",
    "rejects_table": "visits_rejects",
    "rejects_uri": "s3://curated/_quality/visits/rejects",
}
VISITS = {"serverless": RUN, "checks": []}
WARDS = {"glue": {"job": "ward-load", "glue_job": "glue-1", "retries": 3}, "checks": []}


def tasks(*jobs):
    return definition("flow", jobs)["flow"]["tasks"]


def test_a_run_on_emr_is_started_once_and_then_followed():
    start, follow = tasks(VISITS).values()
    assert start["retries"] == 0
    assert start["wait_for_completion"] is False
    assert start["config"] == {
        "executionTimeoutMinutes": 60,
        "retryPolicy": {"maxAttempts": 3},
        "tags": {"maslow:need": "data"},
    }
    assert follow["dependencies"] == ["visits__start"]
    assert follow["retries"] == 3


def test_the_script_is_told_what_a_machine_tells_it():
    submit = tasks(VISITS)["visits__start"]["job_driver"]["sparkSubmit"]
    assert submit["entryPoint"] == RUN["script_uri"]
    assert submit["entryPointArguments"] == [
        *("--input", "raw.visits=s3://raw/visits/"),
        *("--output", "curated.visits=s3://curated/visits/"),
        *("--date", "{{ params.date or ds }}", "--days", "7"),
    ]


def test_a_run_of_glue_is_one_task_that_is_tried_again():
    (run,) = tasks(WARDS).values()
    assert run["job_name"] == "glue-1"
    assert run["retries"] == 3
    assert run["stop_job_run_on_kill"] is True


def test_rules_are_evaluated_between_a_job_and_those_after_it():
    after = {**WARDS, "after": "visits"}
    made = tasks({**VISITS, "checks": [CHECK, {**CHECK, "ruleset": "more"}]}, after)
    assert {name: task.get("dependencies", []) for name, task in made.items()} == {
        "visits__start": [],
        "visits__await": ["visits__start"],
        "visits__check0": ["visits__await"],
        "visits__check1": ["visits__check0"],
        "ward-load__run": ["visits__check1"],
    }
    assert made["visits__check0"]["verify_result_status"] is True
    assert made["visits__check1"]["rule_set_names"] == ["more"]


def test_two_jobs_that_come_after_one_do_not_wait_for_each_other():
    twin = {"glue": {**WARDS["glue"], "job": "beds"}, "checks": [], "after": "visits"}
    made = tasks(VISITS, {**WARDS, "after": "visits"}, twin)
    assert made["beds__run"]["dependencies"] == ["visits__await"]
    assert made["ward-load__run"]["dependencies"] == ["visits__await"]


def test_what_is_written_is_yaml_with_the_schedule_and_the_day():
    read = yaml.safe_load(written("flow", [VISITS], "0 3 * * *"))
    assert read == definition("flow", [VISITS], "0 3 * * *")
    assert read["flow"]["schedule"] == "0 3 * * *"
    assert read["flow"]["params"] == {"date": ""}
    assert yaml.safe_load(written("flow", [VISITS]))["flow"]["schedule"] is None


def test_a_definition_that_aws_would_not_take_is_refused():
    long = {**RUN, "arguments": {f"name-{number}": "x" * 100 for number in range(400)}}
    with pytest.raises(ValueError, match=r"flow: the definition has \d+ bytes"):
        written("flow", [{"serverless": long, "checks": []}])
