"""Definitions that the SageMaker SDK compiles, run as they are."""

import importlib.util
import io
import json
import os
import subprocess
import sys
import zipfile

import pytest

from embedded.cloud import Cloud
from tests.some_pipeline import ROLE, ended, start, steps_of, until

pytestmark = pytest.mark.sagemaker

PROGRAM = """
import os, sys
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.lambda_helper import Lambda
from sagemaker.core.workflow.conditions import *
from sagemaker.core.workflow.execution_variables import ExecutionVariables
from sagemaker.core.workflow.functions import Join
from sagemaker.core.workflow.parameters import *
from sagemaker.core.workflow.pipeline_context import PipelineSession
from sagemaker.mlops.workflow.callback_step import *
from sagemaker.mlops.workflow.condition_step import ConditionStep
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.lambda_step import *
from sagemaker.mlops.workflow.parallelism_config import ParallelismConfiguration
from sagemaker.mlops.workflow.pipeline import Pipeline
from sagemaker.mlops.workflow.step_dependency import StepDependency, TriggerCondition
from sagemaker.mlops.workflow.steps import CacheConfig

function, queue, role = sys.argv[1:]
session = PipelineSession(default_bucket="sdk")
least = ParameterFloat(name="Least", default_value=0.9)
rows = ParameterInteger(name="Rows", default_value=21)
place = ParameterString(name="Place", default_value="lake", enum_values=["lake", "sea"])
score = LambdaStep(
    name="Score",
    display_name="Scores the rows",
    lambda_func=Lambda(function_arn=function, session=session),
    inputs={"rows": rows, "place": Join(on="/", values=["s3:/", place, rows])},
    outputs=[
        LambdaOutput(output_name="rows", output_type=LambdaOutputTypeEnum.Integer),
        LambdaOutput(output_name="share", output_type=LambdaOutputTypeEnum.Float),
        LambdaOutput(output_name="place"),
    ],
    cache_config=CacheConfig(enable_caching=True, expire_after="P1D"),
)
ask = CallbackStep(
    name="Ask",
    sqs_queue_url=queue,
    inputs={"place": score.properties.Outputs["place"]},
    outputs=[CallbackOutput(output_name="answer", output_type=CallbackOutputTypeEnum.String)],
)
choose = ConditionStep(
    name="Choose",
    conditions=[
        ConditionGreaterThanOrEqualTo(left=score.properties.Outputs["share"], right=least),
        ConditionOr([
            ConditionIn(value=place, in_values=["pond", "lake"]),
            ConditionEquals(left=ExecutionVariables.PIPELINE_NAME, right="other"),
        ]),
        ConditionNot(ConditionLessThan(left=rows, right=1)),
    ],
    if_steps=[ask],
    else_steps=[FailStep(name="Refuse", error_message=Join(on=" ", values=["below", least]))],
)
tell = LambdaStep(
    name="Tell",
    lambda_func=Lambda(function_arn=function, session=session),
    inputs={"rows": 1, "place": ExecutionVariables.PIPELINE_EXECUTION_ARN},
    depends_on=[StepDependency("Refuse", TriggerCondition.FAILED)],
)
pipeline = Pipeline(
    name="compiled",
    parameters=[least, rows, place],
    steps=[score, choose, tell],
    sagemaker_session=session,
)
pipeline.upsert(role_arn=role, parallelism_config=ParallelismConfiguration(4))
"""
HANDLER = """
def handler(event, context):
    return {"rows": event["rows"], "share": event["rows"] / 42, "place": event["place"]}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def cloud():
    if importlib.util.find_spec("sagemaker") is None:
        pytest.skip("needs the sagemaker extra (make sagemaker)")
    with Cloud("eu-west-1") as running:
        place = {"LocationConstraint": "eu-west-1"}
        running.client("s3").create_bucket(Bucket="sdk", CreateBucketConfiguration=place)
        yield running


@pytest.fixture(scope="module")
def queue(cloud):
    return cloud.client("sqs").create_queue(QueueName="asked")["QueueUrl"]


@pytest.fixture(scope="module")
def compiled(cloud, queue):
    """A pipeline that the SDK has compiled and created."""
    made = cloud.client("iam").create_role(
        RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        zipped.writestr("main.py", HANDLER)
    function = cloud.client("lambda").create_function(
        FunctionName="scores",
        Runtime="python3.13",
        Role=made["Role"]["Arn"],
        Handler="main.handler",
        Code={"ZipFile": written.getvalue()},
    )["FunctionArn"]
    own = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, function, queue, ROLE],
        env=own | cloud.environment | {"SAGEMAKER_VALIDATE_ROLE": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return "compiled"


def test_a_compiled_pipeline_runs_and_waits_for_an_answer(cloud, compiled, queue):
    sqs, sagemaker = cloud.client("sqs"), cloud.client("sagemaker")
    arn = start(cloud, compiled, {"Rows": "42"})
    found = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    told = json.loads(found[0]["Body"])
    assert told["arguments"] == {"place": "s3://lake/42"}
    sagemaker.send_pipeline_execution_step_success(
        CallbackToken=told["token"], OutputParameters=[{"Name": "answer", "Value": "yes"}]
    )
    described = ended(cloud, arn)
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 4}
    steps = steps_of(cloud, arn)
    assert list(steps) == ["Score", "Choose", "Ask"]
    assert steps["Score"]["StepDisplayName"] == "Scores the rows"

    again = start(cloud, compiled, {"Rows": "42"})
    until(lambda: "Ask" in steps_of(cloud, again))
    hit = steps_of(cloud, again)["Score"]["CacheHitResult"]
    assert hit == {"SourcePipelineExecutionArn": arn}


def test_a_step_that_the_sdk_has_wait_for_a_failure_runs_at_it(cloud, compiled):
    arn = start(cloud, compiled, {"Rows": "21"})
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "CompletedWithFailures"
    steps = steps_of(cloud, arn)
    assert steps["Refuse"]["FailureReason"] == "below 0.9"
    assert steps["Tell"]["StepStatus"] == "Succeeded"
