"""What jobs and people may do with experiments."""

import pytest

from components.platform.experiments.policies import keep_artifacts, log_runs, work_with_runs

APP = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-ABCDEFGHIJKL"
SERVER = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/maslow-dev-experiments"
OF_PEOPLE = {"bucket": "runs-1a2b", "key_arn": "arn:key", "region": "eu-west-1"}
OF_JOBS = {"bucket": "runs-1a2b", "key_arn": "arn:key"}


def allowed(document, prefix="sagemaker"):
    """Actions that begin so, each with what it is allowed on."""
    return {
        action: statement["Resource"]
        for statement in document["Statement"]
        for action in statement["Action"]
        if action.startswith(prefix)
    }


def test_a_job_calls_the_app_and_nothing_else_of_sagemaker():
    assert allowed(log_runs(arn=APP, **OF_JOBS)) == {"sagemaker:CallMlflowAppApi": [APP]}


def test_a_job_keeps_runs_of_a_server_and_deletes_none():
    actions = allowed(log_runs(arn=SERVER, **OF_JOBS))
    assert {"sagemaker-mlflow:CreateRun", "sagemaker-mlflow:LogBatch"} <= actions.keys()
    assert not [name for name in actions if "Delete" in name]
    assert {tuple(on) for on in actions.values()} == {(SERVER,)}


def test_jobs_and_what_keeps_artifacts_write_below_the_runs_of_their_bucket():
    for document in (log_runs(arn=APP, **OF_JOBS), keep_artifacts(**OF_JOBS)):
        assert allowed(document, "s3:Put") == {"s3:PutObject": ["arn:aws:s3:::runs-1a2b/runs/*"]}
        assert allowed(document, "kms:")["kms:GenerateDataKey"] == ["arn:key"]


def test_people_open_the_pages_of_an_app():
    actions = allowed(work_with_runs(arn=APP, **OF_PEOPLE))
    assert actions["sagemaker:CreatePresignedMlflowAppUrl"] == [APP]
    assert actions["sagemaker:CallMlflowAppApi"] == [APP]
    assert "sagemaker-mlflow:AccessUI" not in actions


def test_readers_of_a_server_change_nothing():
    document = work_with_runs(arn=SERVER, **OF_PEOPLE, changes=False)
    actions = allowed(document)
    assert actions["sagemaker:CreatePresignedMlflowTrackingServerUrl"] == [SERVER]
    assert "sagemaker-mlflow:SearchRuns" in actions
    assert not [name for name in actions if ":Delete" in name or ":Log" in name or ":Set" in name]
    assert allowed(document, "s3:Put") == {}
    assert "kms:GenerateDataKey" not in allowed(document, "kms:")


def test_people_who_work_with_a_server_keep_and_restore_runs():
    actions = allowed(work_with_runs(arn=SERVER, **OF_PEOPLE))
    assert {"sagemaker-mlflow:CreateRun", "sagemaker-mlflow:RestoreRun"} <= actions.keys()


def test_nobody_only_reads_an_app():
    with pytest.raises(ValueError, match="who may read an app may change it"):
        work_with_runs(arn=APP, **OF_PEOPLE, changes=False)
