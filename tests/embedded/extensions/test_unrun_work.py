import inspect
import re
from importlib import import_module

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from catalog import entries
from embedded.extensions.unrun_work import UNRUN, _response

ARN = "arn:aws:iam::123456789012:role/worker"
REQUESTS = {
    ("batch", "SubmitJob"): {"jobName": "job", "jobQueue": "queue", "jobDefinition": "job"},
    ("codebuild", "StartBuild"): {"projectName": "project"},
    ("codepipeline", "StartPipelineExecution"): {"name": "pipeline"},
    ("datasync", "StartTaskExecution"): {
        "TaskArn": "arn:aws:datasync:eu-west-1:123456789012:task/task-0a1b2c3d4e5f67890"
    },
    ("glue", "StartTrigger"): {"Name": "trigger"},
    ("glue", "StartWorkflowRun"): {"Name": "workflow"},
}
RUN = {
    "athena": {"start_query_execution"},
    "cloudtrail": {"start_logging"},
    "config": {"start_configuration_recorder"},
    "ec2": {"start_instances"},
    "ecr": {"start_image_scan"},  # whoever tests with it says what it finds
    "emrcontainers": {"start_job_run"},
    "emrserverless": {"start_application", "start_job_run"},
    "events": {"start_replay"},
    "firehose": {"start_delivery_stream_encryption"},
    "glue": {
        "start_crawler",
        "start_crawler_schedule",
        "start_data_quality_rule_recommendation_run",
        "start_data_quality_ruleset_evaluation_run",
        "start_job_run",
    },
    "kinesis": {"start_stream_encryption"},
    "logs": {"start_live_tail", "start_query"},
    "sagemaker": {
        "start_mlflow_tracking_server",  # which a real MLflow serves, as soon as it is asked
        "start_notebook_instance",
        "start_pipeline_execution",
    },
    "stepfunctions": {"start_execution"},
}
"""Operations that begin with `start_` and do here what they say, or begin no work."""
UNDECLARED = {"ValidationException"}
"""Errors that a service answers without its model saying so."""


@pytest.mark.parametrize(("service", "operation"), REQUESTS)
def test_work_that_nothing_does_is_refused_by_name(cloud, service, operation):
    client = cloud.client(service)
    with pytest.raises(ClientError, match="The embedded AWS does not run") as refused:
        getattr(client, xform_name(operation))(**REQUESTS[service, operation])
    error = refused.value.response["Error"]
    declared = client.meta.service_model.operation_model(operation).error_shapes
    assert error["Code"] in {shape.name for shape in declared} | UNDECLARED
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_each_refusal_is_tried():
    assert len(REQUESTS) == len(UNRUN)


def test_no_service_in_use_starts_what_it_does_not_do():
    refused = {(each.module, each.operation) for each in UNRUN}
    services = {entry.service.replace("-", "") for entry in entries().values()}
    started = set()
    for module in services | {each.module for each in UNRUN}:
        try:
            response = _response(module)
        except (ModuleNotFoundError, ValueError):
            continue
        started |= {
            (module, name)
            for name, _ in inspect.getmembers(response, inspect.isfunction)
            if re.match(r"start_|submit", name) and name not in RUN.get(module, ())
        }
    assert started == refused


def test_what_is_refused_is_there_in_moto():
    for each in UNRUN:
        source = inspect.getsource(import_module(f"moto.{each.module}.responses"))
        assert f"def {each.operation}(" in source
