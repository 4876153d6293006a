"""Workflows of MWAA Serverless are kept, read as AWS reads them, and carried out."""

import json
import time
import uuid

import pytest
import yaml
from botocore.exceptions import ClientError
from moto.core.responses import ActionResult
from moto.emrserverless.responses import EMRServerlessResponse
from moto.glue.responses import GlueResponse

from components.data.jobs.workflow_definition import definition
from embedded.airflow.operators import OPERATORS

SECONDS = 30
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "airflow-serverless.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
RUN = {
    "job": "visits",
    "role_arn": "arn:aws:iam::123456789012:role/job",
    "script_uri": "s3://artifacts/main.py",
    "inputs": {},
    "outputs": {},
    "arguments": {},
    "max_vcpu": 16,
    "max_minutes": 60,
    "retries": 0,
    "log_group": "runs",
    "log_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/logs",
    "disk_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
    "tags": {},
}
WARDS = {"glue": {"job": "ward-load", "glue_job": "wards", "retries": 1}, "checks": []}


@pytest.fixture(scope="module")
def bucket(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(
        Bucket="definitions", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    s3.put_bucket_versioning(Bucket="definitions", VersioningConfiguration={"Status": "Enabled"})
    return "definitions"


@pytest.fixture(scope="module")
def role(cloud):
    iam = cloud.client("iam")
    made = iam.create_role(RoleName="workflows", AssumeRolePolicyDocument=json.dumps(TRUST))
    return made["Role"]["Arn"]


@pytest.fixture(scope="module")
def application(cloud):
    made = cloud.client("emr-serverless").create_application(
        name="spark", releaseLabel="emr-7.12.0", type="SPARK"
    )
    return made["applicationId"]


@pytest.fixture
def airflow(cloud):
    return cloud.client("mwaa-serverless")


@pytest.fixture
def placed(cloud, bucket):
    """Where a definition is, whose text or document is given."""

    def put(given):
        text = given if isinstance(given, str) else yaml.safe_dump(given)
        key = f"{uuid.uuid4().hex}.yaml"
        made = cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())
        return {"Bucket": bucket, "ObjectKey": key, "VersionId": made["VersionId"]}

    return put


@pytest.fixture
def made(airflow, placed, role):
    """The ARN of a workflow of a definition."""

    def create(given, **more):
        return airflow.create_workflow(
            Name=f"flow-{uuid.uuid4().hex[:8]}",
            DefinitionS3Location=placed(given),
            RoleArn=role,
            **more,
        )["WorkflowArn"]

    return create


@pytest.fixture
def ended(airflow):
    """How a run ends."""

    def wait(arn, **asked):
        id_ = airflow.start_workflow_run(WorkflowArn=arn, **asked)["RunId"]
        began = time.monotonic()
        while True:
            detail = airflow.get_workflow_run(WorkflowArn=arn, RunId=id_)["RunDetail"]
            if detail["RunState"] not in ("STARTING", "QUEUED", "RUNNING", "STOPPING"):
                return detail
            assert time.monotonic() - began < SECONDS
            time.sleep(0.05)

    return wait


@pytest.fixture
def work(monkeypatch):
    """What EMR and Glue were asked, in its order; each run ends as `ends` says of its kind."""
    asked, ends = [], {"emr": ("SUCCESS", ""), "glue": ("SUCCEEDED", "")}

    def start_emr(response):
        asked.append(json.loads(response.body))
        return ActionResult({"applicationId": "a", "jobRunId": f"run-{len(asked)}", "arn": "x"})

    def look_emr(_):
        state, details = ends["emr"]
        return ActionResult({"jobRun": {"state": state, "stateDetails": details}})

    def start_glue(response):
        asked.append(json.loads(response.body))
        return ActionResult({"JobRunId": f"jr_{len(asked)}"})

    def look_glue(_):
        state, said = ends["glue"]
        return ActionResult({"JobRun": {"JobRunState": state, "ErrorMessage": said}})

    monkeypatch.setattr(EMRServerlessResponse, "start_job_run", start_emr)
    monkeypatch.setattr(EMRServerlessResponse, "get_job_run", look_emr)
    monkeypatch.setattr(GlueResponse, "start_job_run", start_glue)
    monkeypatch.setattr(GlueResponse, "get_job_run", look_glue)
    monkeypatch.setattr(GlueResponse, "get_job", lambda _: ActionResult({"Job": {"Name": "w"}}))
    return asked, ends


@pytest.fixture
def chain(application):
    """A job on EMR, and one of Glue after it."""
    visits = {"serverless": {**RUN, "application_id": application}, "checks": []}
    return definition("chain", [visits, {**WARDS, "after": "visits"}], "0 3 * * *")


def test_tasks_run_in_their_order_with_the_day_that_the_run_is_for(made, ended, work, chain):
    asked, _ = work
    arn = made(chain)
    assert ended(arn, OverrideParameters={"date": "2026-01-31"})["RunState"] == "SUCCESS"
    emr, glue = asked
    told = emr["jobDriver"]["sparkSubmit"]["entryPointArguments"]
    assert told == ["--date", "2026-01-31"]
    assert glue == {"JobName": "wards", "Arguments": {"--date": "2026-01-31"}}


def test_a_run_without_a_day_is_for_that_of_its_start(made, ended, work, chain):
    asked, _ = work
    detail = ended(made(chain))
    assert asked[1]["Arguments"] == {"--date": f"{detail['CreatedAt']:%Y-%m-%d}"}


def test_a_schedule_starts_a_run_for_its_day(made, work, airflow, cloud):
    asked, _ = work
    for other in airflow.list_workflows()["Workflows"]:  # of other tests, which would start, too
        airflow.delete_workflow(WorkflowArn=other["WorkflowArn"])
    arn = made(definition("daily", [WARDS], "30 4 * * *"))
    cloud.advance(86400)
    (run,) = airflow.list_workflow_runs(WorkflowArn=arn)["WorkflowRuns"]
    assert run["RunType"] == "SCHEDULED"
    created = run["RunDetailSummary"]["CreatedOn"]
    assert f"{created:%H:%M}" == "04:30"
    began = time.monotonic()
    while not asked:
        assert time.monotonic() - began < SECONDS
        time.sleep(0.05)
    assert asked == [{"JobName": "wards", "Arguments": {"--date": f"{created:%Y-%m-%d}"}}]
    airflow.delete_workflow(WorkflowArn=arn)


def test_what_comes_after_a_task_that_fails_does_not_run(made, ended, work, chain, airflow):
    asked, ends = work
    ends["emr"] = ("FAILED", "no memory")
    arn = made(chain)
    detail = ended(arn)
    assert detail["RunState"] == "FAILED"
    assert "no memory" in detail["ErrorMessage"]
    assert len(asked) == 1
    listed = airflow.list_task_instances(WorkflowArn=arn, RunId=detail["RunId"])["TaskInstances"]
    assert [each["Status"] for each in listed] == ["SUCCESS", "FAILED", "UPSTREAM_FAILED"]


def test_a_task_is_tried_as_often_as_it_may_be(made, ended, work, airflow):
    asked, ends = work
    ends["glue"] = ("FAILED", "bad rows")
    arn = made(definition("wards", [WARDS]))
    detail = ended(arn)
    assert len(asked) == 2
    task = airflow.get_task_instance(
        WorkflowArn=arn, RunId=detail["RunId"], TaskInstanceId="ward-load__run"
    )
    assert task["AttemptNumber"] == 2
    assert task["Status"] == "FAILED"


def test_a_run_that_is_stopped_waits_no_longer(made, work, chain, airflow):
    _, ends = work
    ends["emr"] = ("RUNNING", "")
    arn = made(chain)
    id_ = airflow.start_workflow_run(WorkflowArn=arn)["RunId"]
    airflow.stop_workflow_run(WorkflowArn=arn, RunId=id_)
    assert (
        airflow.get_workflow_run(WorkflowArn=arn, RunId=id_)["RunDetail"]["RunState"] == "STOPPED"
    )
    with pytest.raises(ClientError, match="STOPPED"):
        airflow.stop_workflow_run(WorkflowArn=arn, RunId=id_)


def test_how_a_run_ends_is_told_to_the_bus(made, ended, work, chain, cloud):
    _, ends = work
    sqs, events = cloud.client("sqs"), cloud.client("events")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {
        "source": ["aws.airflow-serverless"],
        "detail-type": ["MWAA Serverless Workflow Run Failed"],
    }
    events.put_rule(Name="told", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="told", Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])
    flow = made(chain)
    ended(flow)
    ends["emr"] = ("FAILED", "no memory")
    ended(flow)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(each["Body"])["resources"] for each in messages] == [[flow]]


def test_the_definition_is_read_when_the_workflow_is_made_and_changed(
    airflow, made, placed, role, chain
):
    arn = made(chain)
    assert airflow.get_workflow(WorkflowArn=arn)["ScheduleConfiguration"] == {
        "CronExpression": "0 3 * * *"
    }
    airflow.update_workflow(
        WorkflowArn=arn, RoleArn=role, DefinitionS3Location=placed(definition("wards", [WARDS]))
    )
    found = airflow.get_workflow(WorkflowArn=arn)
    assert "ScheduleConfiguration" not in found
    assert len(airflow.list_workflow_versions(WorkflowArn=arn)["WorkflowVersions"]) == 2


def test_what_is_deleted_is_gone_and_its_name_is_free(airflow, placed, role):
    asked = {
        "Name": "once",
        "DefinitionS3Location": placed(definition("wards", [WARDS])),
        "RoleArn": role,
    }
    arn = airflow.create_workflow(**asked, Tags={"a": "b"})["WorkflowArn"]
    assert airflow.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}
    with pytest.raises(ClientError, match="already exists"):
        airflow.create_workflow(**asked)
    airflow.delete_workflow(WorkflowArn=arn)
    with pytest.raises(ClientError, match="not found"):
        airflow.get_workflow(WorkflowArn=arn)
    airflow.create_workflow(**asked)


def test_a_role_that_does_not_trust_the_service_is_refused(airflow, placed, cloud):
    other = json.dumps(TRUST).replace("airflow-serverless", "glue")
    arn = cloud.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=other)
    with pytest.raises(ClientError, match="cannot be assumed"):
        airflow.create_workflow(
            Name="untrusted",
            DefinitionS3Location=placed(definition("wards", [WARDS])),
            RoleArn=arn["Role"]["Arn"],
        )


GLUE = {"operator": next(name for name in OPERATORS if name.endswith("GlueJobOperator"))}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("a: [", "is not YAML"),
        ({"a": {"tasks": {}}, "b": {}}, "holds one workflow"),
        ({"a": {"tasks": {}}}, "a has no tasks"),
        ({"a": {"schedule": "@daily", "tasks": {"b": GLUE}}}, "five fields"),
        ({"a": {"schedule": "99 0 * * *", "tasks": {"b": GLUE}}}, "not carried out"),
        ({"a": {"tasks": {"b": {"operator": "x.PythonOperator"}}}}, "x.PythonOperator"),
        ({"a": {"tasks": {"b": {**GLUE, "dependencies": ["c"]}}}}, "comes after c"),
        ({"a": {"tasks": {"b": {**GLUE, "dependencies": ["b"]}}}}, "wait for one another"),
        ({"a": {"tasks": {"b": {**GLUE, "retries": 4}}}}, "retries is 4"),
        ({"a": {"tasks": {"b": {**GLUE, "execution_timeout": 60}}}}, "is not a datetime.timedelta"),
        (
            {
                "a": {
                    "tasks": {
                        "b": {
                            **GLUE,
                            "execution_timeout": {
                                "__type__": "datetime.timedelta",
                                "seconds": 3601,
                            },
                        }
                    }
                }
            },
            "longer than 3600",
        ),
        ({"a": {"tasks": {"b": {**GLUE, "job_name": "x" * 60_000}}}}, "larger than"),
    ],
)
def test_a_definition_that_aws_would_not_take_is_refused(made, given, said):
    with pytest.raises(ClientError, match=said):
        made(given)


def test_what_is_not_carried_out_is_refused_by_name(made, chain):
    with pytest.raises(ClientError, match="no workflow with Environment"):
        made(chain, Environment={"Variables": {"A": "b"}})
