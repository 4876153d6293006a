import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/monitor"
RESOURCES = {
    "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20}
}


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def definition(sagemaker):
    sagemaker.create_data_quality_job_definition(
        JobDefinitionName="quality",
        DataQualityAppSpecification={"ImageUri": "image"},
        DataQualityJobInput={
            "EndpointInput": {"EndpointName": "served", "LocalPath": "/opt/ml/processing/input"}
        },
        DataQualityJobOutputConfig={
            "MonitoringOutputs": [
                {"S3Output": {"S3Uri": "s3://reports/", "LocalPath": "/opt/ml/processing/output"}}
            ]
        },
        JobResources=RESOURCES,
        RoleArn=ROLE,
    )
    return "quality"


def _config(definition, cron="cron(0 * ? * * *)"):
    return {
        "ScheduleConfig": {"ScheduleExpression": cron},
        "MonitoringJobDefinitionName": definition,
        "MonitoringType": "DataQuality",
    }


def _create(sagemaker, name, definition):
    return sagemaker.create_monitoring_schedule(
        MonitoringScheduleName=name, MonitoringScheduleConfig=_config(definition)
    )["MonitoringScheduleArn"]


def _status(sagemaker, name):
    described = sagemaker.describe_monitoring_schedule(MonitoringScheduleName=name)
    return described["MonitoringScheduleStatus"]


def test_a_schedule_is_described_with_the_endpoint_it_watches(sagemaker, definition):
    arn = _create(sagemaker, "hourly", definition)
    described = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="hourly")
    assert arn == "arn:aws:sagemaker:eu-west-1:123456789012:monitoring-schedule/hourly"
    assert described["MonitoringScheduleArn"] == arn
    assert described["MonitoringScheduleStatus"] == "Scheduled"
    assert described["MonitoringScheduleConfig"] == _config(definition)
    assert described["MonitoringType"] == "DataQuality"
    assert described["EndpointName"] == "served"


def test_a_schedule_stops_and_starts(sagemaker, definition):
    _create(sagemaker, "switched", definition)
    sagemaker.stop_monitoring_schedule(MonitoringScheduleName="switched")
    assert _status(sagemaker, "switched") == "Stopped"
    sagemaker.start_monitoring_schedule(MonitoringScheduleName="switched")
    assert _status(sagemaker, "switched") == "Scheduled"


def test_a_schedule_is_updated(sagemaker, definition):
    _create(sagemaker, "updated", definition)
    daily = _config(definition, "cron(0 2 ? * * *)")
    sagemaker.update_monitoring_schedule(
        MonitoringScheduleName="updated", MonitoringScheduleConfig=daily
    )
    described = sagemaker.describe_monitoring_schedule(MonitoringScheduleName="updated")
    assert described["MonitoringScheduleConfig"] == daily
    assert described["LastModifiedTime"] > described["CreationTime"]


def test_schedules_are_listed_by_endpoint_state_and_name(sagemaker, definition):
    for name in ("list-b", "list-a"):
        _create(sagemaker, name, definition)
    sagemaker.stop_monitoring_schedule(MonitoringScheduleName="list-a")

    def listed(**filters):
        answer = sagemaker.list_monitoring_schedules(
            NameContains="list-", SortBy="Name", SortOrder="Ascending", **filters
        )
        return [item["MonitoringScheduleName"] for item in answer["MonitoringScheduleSummaries"]]

    assert listed() == ["list-a", "list-b"]
    assert listed(EndpointName="served", StatusEquals="Stopped") == ["list-a"]
    assert listed(EndpointName="other") == []
    assert listed(MonitoringTypeEquals="ModelQuality") == []
    assert listed(MaxResults=1) == ["list-a"]


def test_a_schedule_has_no_executions(sagemaker, definition):
    _create(sagemaker, "idle", definition)
    answer = sagemaker.list_monitoring_executions(MonitoringScheduleName="idle")
    assert answer["MonitoringExecutionSummaries"] == []


def test_a_deleted_schedule_is_not_found(sagemaker, definition):
    _create(sagemaker, "gone", definition)
    sagemaker.delete_monitoring_schedule(MonitoringScheduleName="gone")
    for operation in (
        sagemaker.describe_monitoring_schedule,
        sagemaker.delete_monitoring_schedule,
        sagemaker.start_monitoring_schedule,
        sagemaker.stop_monitoring_schedule,
    ):
        with pytest.raises(sagemaker.exceptions.ResourceNotFound):
            operation(MonitoringScheduleName="gone")


def test_a_name_in_use_is_refused(sagemaker, definition):
    _create(sagemaker, "taken", definition)
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        _create(sagemaker, "taken", definition)


def test_a_schedule_of_an_unknown_job_definition_is_refused(sagemaker):
    with pytest.raises(ClientError, match="job definition 'absent'"):
        _create(sagemaker, "undefined", "absent")
