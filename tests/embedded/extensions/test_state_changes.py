"""The events are held to the examples of AWS's page.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import json
import time

import pytest

from embedded.cloud import Cloud
from tests.embedded.extensions.test_jobs import processing, training
from tests.embedded.extensions.test_tuning_jobs import TRAIN, tuning
from tests.served_model import serving_role, uploaded
from tests.some_training import ROWS, make_work_bucket

ROLE = "arn:aws:iam::123456789012:role/any"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"
STOPS = {"Name": "stop", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.why"}}}
PIPELINE = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "why", "Type": "String", "DefaultValue": "none"}],
    "Steps": [STOPS],
}


@pytest.fixture(scope="module")
def cloud():
    """A cloud in which a topic is sent every event of AWS's services."""
    with Cloud() as running:
        events, sns = running.client("events"), running.client("sns")
        topic = sns.create_topic(Name="seen")["TopicArn"]
        pattern = {"source": [{"prefix": "aws."}]}
        events.put_rule(Name="seen", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="seen", Targets=[{"Id": "1", "Arn": topic}])
        yield running


def seen(cloud, kind, resource, count, seconds=60):
    """The events of a kind about a resource, once there are so many."""
    deadline = time.monotonic() + seconds
    while True:
        told = [json.loads(each["message"]) for each in cloud.outbox()["sent"]]
        found = [
            event
            for event in told
            if event["detail-type"] == kind and resource in event["resources"]
        ]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    make_work_bucket(cloud, ROWS)


@pytest.mark.parametrize(("code", "end"), [(None, "Completed"), ("raise SystemExit(3)", "Failed")])
def test_a_training_job_tells_of_its_status(cloud, code, end):
    name = f"trains-{end}"
    request = training(name, code) if code else training(name)
    arn = cloud.client("sagemaker").create_training_job(**request)["TrainingJobArn"]
    first, last = seen(cloud, "SageMaker Training Job State Change", arn, 2)
    assert first["source"] == "aws.sagemaker"
    assert first["detail"]["TrainingJobStatus"] == "InProgress"
    detail = last["detail"]
    assert detail["TrainingJobStatus"] == detail["SecondaryStatus"] == end
    assert detail["TrainingJobName"] == name
    assert detail["TrainingJobArn"] == arn
    assert ("FailureReason" in detail) is (end == "Failed")
    assert detail["CreationTime"] > 1e12
    assert detail["AlgorithmSpecification"]["TrainingImage"]


def test_a_tuning_job_tells_of_its_status(cloud):
    s3 = cloud.client("s3")
    place = {"LocationConstraint": cloud.region}
    s3.create_bucket(Bucket="scripts", CreateBucketConfiguration=place)
    s3.put_object(Bucket="scripts", Key="train.py", Body=TRAIN.encode())
    ranges = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["1"]}]}
    request = tuning(
        "tunes", ranges=ranges, static={"rate": "0", "kind": "tree"}, jobs=1, parallel=1
    )
    (channel,) = request["TrainingJobDefinition"]["InputDataConfig"]
    channel["DataSource"]["S3DataSource"]["S3Uri"] = "s3://scripts"
    request["TrainingJobDefinition"]["OutputDataConfig"] = {"S3OutputPath": "s3://scripts/models"}
    made = cloud.client("sagemaker").create_hyper_parameter_tuning_job(**request)
    arn = made["HyperParameterTuningJobArn"]
    told = seen(cloud, "SageMaker HyperParameter Tuning Job State Change", arn, 2)
    status = "HyperParameterTuningJobStatus"
    assert [each["detail"][status] for each in told] == ["InProgress", "Completed"]
    assert told[-1]["detail"]["BestTrainingJob"]["TunedHyperParameters"] == {"depth": "1"}
    assert told[-1]["detail"]["CreationTime"] > 1e12


def test_a_processing_job_tells_of_its_status(cloud):
    arn = cloud.client("sagemaker").create_processing_job(**processing("copies"))[
        "ProcessingJobArn"
    ]
    told = seen(cloud, "SageMaker Processing Job State Change", arn, 2)
    assert [each["detail"]["ProcessingJobStatus"] for each in told] == ["InProgress", "Completed"]
    assert told[-1]["detail"]["ProcessingJobName"] == "copies"


@pytest.fixture(scope="module")
def pipeline(cloud):
    return cloud.client("sagemaker").create_pipeline(
        PipelineName="stops",
        PipelineDefinition=json.dumps(PIPELINE),
        ClientRequestToken="t" * 32,
        RoleArn=ROLE,
    )["PipelineArn"]


KIND = "SageMaker Model Building Pipeline Execution Status Change"


def test_an_execution_of_a_pipeline_tells_of_its_status(cloud, pipeline):
    arn = cloud.client("sagemaker").start_pipeline_execution(
        PipelineName="stops", PipelineExecutionDisplayName="shown"
    )["PipelineExecutionArn"]
    first, last = seen(cloud, KIND, arn, 2)
    assert first["detail"]["currentPipelineExecutionStatus"] == "Executing"
    detail = last["detail"]
    assert last["resources"] == [pipeline, arn]
    assert detail["currentPipelineExecutionStatus"] == "Failed"
    assert detail["previousPipelineExecutionStatus"] == "Executing"
    assert detail["pipelineArn"] == pipeline
    assert detail["pipelineExecutionArn"] == arn
    assert detail["pipelineExecutionDisplayName"] == "shown"
    assert detail["executionStartTime"] <= detail["executionEndTime"]


def test_an_event_starts_a_pipeline_with_parameters_of_its_own(cloud, pipeline):
    events = cloud.client("events")
    events.put_rule(Name="starts", EventPattern='{"source": ["own"]}')
    parameters = [{"Name": "why", "Value": "$.detail.why"}]
    events.put_targets(
        Rule="starts",
        Targets=[
            {
                "Id": "1",
                "Arn": pipeline,
                "RoleArn": ROLE,
                "SageMakerPipelineParameters": {"PipelineParameterList": parameters},
            }
        ],
    )
    entry = {"Source": "own", "DetailType": "Told", "Detail": '{"why": "because"}'}
    events.put_events(Entries=[entry])
    sagemaker = cloud.client("sagemaker")
    newest = sagemaker.list_pipeline_executions(PipelineName="stops")["PipelineExecutionSummaries"]
    reasons = set()
    for each in newest:
        arn = each["PipelineExecutionArn"]
        seen(cloud, KIND, arn, 2)
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
        reasons |= {step["FailureReason"] for step in listed["PipelineExecutionSteps"]}
    assert "because" in reasons


def test_a_model_package_tells_of_its_approval(cloud):
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="versions")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="versions", ModelApprovalStatus="PendingManualApproval"
    )["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    first, last = seen(cloud, "SageMaker Model Package State Change", arn, 2)
    assert first["detail"]["ModelApprovalStatus"] == "PendingManualApproval"
    detail = last["detail"]
    assert detail["ModelApprovalStatus"] == "Approved"
    assert detail["ModelPackageStatus"] == "Completed"
    assert detail["ModelPackageGroupName"] == "versions"
    assert detail["ModelPackageVersion"] == 1
    assert detail["ModelPackageArn"] == arn


def test_a_model_package_keeps_what_an_update_does_not_tell(cloud):
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="kept")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="kept",
        ModelApprovalStatus="PendingManualApproval",
        CustomerMetadataProperties={"code": "a"},
    )["ModelPackageArn"]
    sagemaker.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good"
    )
    sagemaker.update_model_package(
        ModelPackageArn=arn, CustomerMetadataProperties={"comparison": "b"}
    )
    told = sagemaker.describe_model_package(ModelPackageName=arn)
    assert told["ModelApprovalStatus"] == "Approved"
    assert told["ApprovalDescription"] == "good"
    assert told["CustomerMetadataProperties"] == {"code": "a", "comparison": "b"}


def test_an_endpoint_tells_of_its_status(cloud):
    sagemaker, role = cloud.client("sagemaker"), serving_role(cloud)
    container = {"Image": IMAGE, "ModelDataUrl": uploaded(cloud, "s3://artifacts/model.tar.gz")}
    sagemaker.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer=container)
    for name in ("one", "two"):
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "all",
                    "ModelName": "m",
                    "InstanceType": "ml.c6i.large",
                    "InitialInstanceCount": 1,
                }
            ],
        )
    arn = sagemaker.create_endpoint(EndpointName="serves", EndpointConfigName="one")["EndpointArn"]
    sagemaker.update_endpoint(EndpointName="serves", EndpointConfigName="two")
    sagemaker.delete_endpoint(EndpointName="serves")
    told = seen(cloud, "SageMaker Endpoint State Change", arn, 5)
    assert [each["detail"]["EndpointStatus"] for each in told] == [
        "CREATING",
        "IN_SERVICE",
        "UPDATING",
        "IN_SERVICE",
        "DELETING",
    ]
    assert told[3]["detail"]["EndpointConfigName"] == "two"
    assert told[1]["detail"]["EndpointName"] == "serves"
    assert told[1]["detail"]["EndpointArn"] == arn
