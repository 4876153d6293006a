import json

import pytest

from components.mlops.data_quality_monitor import DataQualityMonitor
from components.mlops.drift import Frequency
from infra.graph import record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DEFINITION = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
SCHEDULE = "aws:sagemaker/monitoringSchedule:MonitoringSchedule"

ARTIFACTS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/artifacts"
TOPICS = {
    "critical": "arn:aws:sns:eu-west-1:123456789012:critical",
    "warning": "arn:aws:sns:eu-west-1:123456789012:warning",
    "info": "arn:aws:sns:eu-west-1:123456789012:info",
}
BASELINE = {
    "constraints_uri": "s3://maslow-dev-artifacts/models/readmission/runs/1/constraints.json",
    "statistics_uri": "s3://maslow-dev-artifacts/models/readmission/runs/1/statistics.json",
}


def graph_of(**changes):
    args = {
        "endpoint": "maslow-dev-readmission",
        "endpoint_name": "maslow-dev-readmission",
        "schedule_name": "maslow-dev-readmission-data",
        "frequency": Frequency.HOURLY,
        "baseline": BASELINE,
        "features": [f"feature_{number}" for number in range(12)],
        "drift_threshold": 0.2,
        "analyzer_image_uri": (
            "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"
        ),
        "instance_type": "ml.m6i.large",
        "capture_bucket": "maslow-dev-raw",
        "capture_prefix": "captures",
        "capture_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
        "artifacts_bucket": "maslow-dev-artifacts",
        "model": "readmission",
        "artifacts_key_arn": ARTIFACTS_KEY,
        "subnet_ids": ["subnet-1", "subnet-2"],
        "security_group_id": "sg-1",
        "alert_topics": TOPICS,
        "account_id": "123456789012",
        "region": "eu-west-1",
        **changes,
    }
    return record(lambda: DataQualityMonitor("maslow-dev-readmission-monitor", args))


@pytest.fixture(scope="module")
def graph():
    return graph_of()


def test_the_schedule_runs_the_definition_under_its_fixed_name(graph):
    schedule = graph.one(SCHEDULE)

    assert schedule.inputs["name"] == "maslow-dev-readmission-data"
    config = schedule.inputs["monitoringScheduleConfig"]
    assert config["monitoringType"] == "DataQuality"
    assert config["monitoringJobDefinitionName"] == "maslow-dev-readmission-monitor-definition"
    assert config["scheduleConfig"] == {"scheduleExpression": "cron(0 * ? * * *)"}


def test_a_new_baseline_makes_a_new_definition_and_keeps_the_schedule(graph):
    assert "name" not in graph.one(DEFINITION).inputs
    assert graph.one(DEFINITION).urn in graph.one(SCHEDULE).dependencies


def test_jobs_run_isolated_in_the_private_subnets(graph):
    assert graph.one(DEFINITION).inputs["networkConfig"] == {
        "enableInterContainerTrafficEncryption": True,
        "enableNetworkIsolation": True,
        "vpcConfig": {"subnets": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
    }


def test_volumes_and_reports_are_encrypted(graph):
    inputs = graph.one(DEFINITION).inputs

    assert inputs["jobResources"]["clusterConfig"]["volumeKmsKeyId"] == ARTIFACTS_KEY
    assert inputs["dataQualityJobOutputConfig"]["kmsKeyId"] == ARTIFACTS_KEY


def test_instances_with_local_storage_get_no_volume_key():
    definition = graph_of(instance_type="ml.r5d.large").one(DEFINITION)

    assert "volumeKmsKeyId" not in definition.inputs["jobResources"]["clusterConfig"]


def test_metrics_are_published_and_compared_with_the_baseline(graph):
    inputs = graph.one(DEFINITION).inputs

    environment = inputs["dataQualityAppSpecification"]["environment"]
    assert environment == {"publish_cloudwatch_metrics": "Enabled"}
    assert inputs["dataQualityBaselineConfig"] == {
        "constraintsResource": {"s3Uri": BASELINE["constraints_uri"]},
        "statisticsResource": {"s3Uri": BASELINE["statistics_uri"]},
    }


def test_a_first_version_may_have_no_baseline():
    definition = graph_of(baseline={}).one(DEFINITION)

    assert definition.inputs.get("dataQualityBaselineConfig") is None


def test_twelve_features_make_two_alarms_with_dimensions(graph):
    alarms = graph.of_type(ALARM)

    metrics = [
        each["metric"]
        for alarm in alarms
        for each in alarm.inputs["metricQueries"]
        if "metric" in each
    ]
    assert len(alarms) == 2
    assert len(metrics) == 12
    assert all(
        each["dimensions"]
        == {
            "Endpoint": "maslow-dev-readmission",
            "MonitoringSchedule": "maslow-dev-readmission-data",
        }
        for each in metrics
    )
    assert all(alarm.inputs["threshold"] == 0.2 for alarm in alarms)
    assert all(alarm.inputs["alarmActions"] == [TOPICS["warning"]] for alarm in alarms)


def test_the_role_writes_reports_and_nothing_else(graph):
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])

    written = {
        resource
        for statement in policy["Statement"]
        if "s3:PutObject" in statement["Action"]
        for resource in statement["Resource"]
    }
    reports = "models/readmission/monitoring/data-quality"
    assert written == {f"arn:aws:s3:::maslow-dev-artifacts/{reports}/*"}
    assert graph.one(DEFINITION).inputs["dataQualityJobOutputConfig"]["monitoringOutputs"][
        "s3Output"
    ]["s3Uri"] == (f"s3://maslow-dev-artifacts/{reports}")
