import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from embedded import clock
from embedded.cloud import Cloud
from tests.served_model import serving_role, uploaded

DAY = 86400
HOUR = 3600
ROLE = "arn:aws:iam::123456789012:role/machine"
SINCE = (
    "{% $round(($millis()"
    " - $toMillis($states.result.PipelineExecutionSummaries[0].StartTime)) / 3600000) %}"
)
IN_AN_HOUR = "{% $fromMillis($millis() + 3600000, '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]Z') %}"


@pytest.fixture(scope="module")
def cloud():
    """One whose clock is a day and an hour ahead, and on which a pipeline ran before."""
    with Cloud() as running:
        sagemaker = running.client("sagemaker")
        fails = {"Name": "No", "Type": "Fail", "Arguments": {"ErrorMessage": "no"}}
        sagemaker.create_pipeline(
            PipelineName="trains",
            PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": [fails]}),
            RoleArn=ROLE,
        )
        sagemaker.start_pipeline_execution(PipelineName="trains")
        running.advance(DAY + HOUR)
        yield running


@pytest.fixture(scope="module")
def begin(cloud):
    """Start a machine of one JSONata state; the ARN of its execution."""
    machines = cloud.client("stepfunctions")

    def start(name, state):
        definition = {
            "StartAt": "Only",
            "QueryLanguage": "JSONata",
            "States": {"Only": {**state, "End": True}},
        }
        arn = machines.create_state_machine(
            name=name, roleArn=ROLE, definition=json.dumps(definition)
        )["stateMachineArn"]
        return machines.start_execution(stateMachineArn=arn)["executionArn"]

    return start


@pytest.fixture(scope="module")
def endpoint(cloud):
    """Name of an endpoint that captures all."""
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model(
        ModelName="served",
        ExecutionRoleArn=serving_role(cloud),
        PrimaryContainer={
            "Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
            "ModelDataUrl": uploaded(cloud, "s3://artifacts/model.tar.gz"),
        },
    )
    variant = {"VariantName": "only", "ModelName": "served"}
    sagemaker.create_endpoint_config(
        EndpointConfigName="served",
        ProductionVariants=[{**variant, "InstanceType": "ml.c6i.large", "InitialInstanceCount": 1}],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": "s3://artifacts/captured",
            "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
        },
    )
    sagemaker.create_endpoint(EndpointName="served", EndpointConfigName="served")
    return "served"


def until(asked, seconds=20):
    """What is asked for, once it is there."""
    deadline = time.monotonic() + seconds
    while not (told := asked()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return told


def ended(cloud, execution):
    machines = cloud.client("stepfunctions")

    def told():
        shown = machines.describe_execution(executionArn=execution)
        return shown if shown["status"] != "RUNNING" else None

    return until(told)


def is_now(told):
    """Whether that is the clock's time, which is more than a day ahead of the machine's."""
    return abs(told - clock.now()) < timedelta(minutes=1) and told > datetime.now(UTC) + timedelta(
        days=1
    )


def test_a_machine_finds_that_a_day_has_passed_since_an_execution(cloud, begin):
    listed = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:listPipelineExecutions",
        "Arguments": {"PipelineName": "trains"},
        "Output": SINCE,
    }
    told = ended(cloud, begin("cooled", listed))
    assert told["status"] == "SUCCEEDED", told.get("cause")
    assert json.loads(told["output"]) == 25


def test_a_machines_times_are_the_clocks(cloud, begin):
    said = "{% {'now': $now(), 'started': $states.context.Execution.StartTime} %}"
    told = ended(cloud, begin("now", {"Type": "Pass", "Output": said}))
    output = json.loads(told["output"])
    assert is_now(datetime.fromisoformat(output["now"]))
    assert is_now(datetime.fromisoformat(output["started"]))
    assert is_now(told["startDate"])
    assert is_now(told["stopDate"])
    machines = cloud.client("stepfunctions")
    events = machines.get_execution_history(executionArn=told["executionArn"])["events"]
    assert all(is_now(event["timestamp"]) for event in events)


def test_a_machine_waits_until_a_time_of_the_clock(cloud, begin):
    execution = begin("waits", {"Type": "Wait", "Timestamp": IN_AN_HOUR})
    until(lambda: clock.current().waiting)
    cloud.advance(HOUR / 2)
    machines = cloud.client("stepfunctions")
    assert machines.describe_execution(executionArn=execution)["status"] == "RUNNING"
    cloud.advance(HOUR / 2 + 1)
    assert ended(cloud, execution)["status"] == "SUCCEEDED"


def test_what_sagemaker_makes_has_the_time_of_the_clock(cloud, endpoint):
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="versions")
    sagemaker.create_model_package(ModelPackageGroupName="versions")
    (package,) = sagemaker.list_model_packages(ModelPackageGroupName="versions")[
        "ModelPackageSummaryList"
    ]
    assert is_now(package["CreationTime"])
    shown = sagemaker.describe_endpoint(EndpointName=endpoint)
    assert is_now(shown["CreationTime"])
    assert is_now(shown["LastModifiedTime"])
    arn = sagemaker.start_pipeline_execution(PipelineName="trains")["PipelineExecutionArn"]
    until(lambda: sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn))
    assert is_now(sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["CreationTime"])


def test_what_is_captured_lies_under_the_hour_of_the_clock(cloud, endpoint):
    cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Body=b"1,2"
    )
    s3 = cloud.client("s3")
    (captured,) = s3.list_objects_v2(Bucket="artifacts", Prefix="captured")["Contents"]
    line = json.loads(s3.get_object(Bucket="artifacts", Key=captured["Key"])["Body"].read())
    at = datetime.fromisoformat(line["eventMetadata"]["inferenceTime"])
    assert is_now(at)
    assert captured["Key"].startswith(f"captured/served/only/{at:%Y/%m/%d/%H/%M-%S}")
