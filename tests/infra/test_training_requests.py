"""Every training job that a stack's pipelines start is one that CreateTrainingJob takes."""

import json
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.platform.training_definition import steps
from components.platform.training_request import TrainingOptions
from infra.graph import Graph
from infra.models.training_options import options_of
from infra.offline import recorded
from infra.settings import from_config
from infra.settings.platform import Training

IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1.0"
PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/oncology"
ASKED: dict[str, dict[str, Any]] = {
    "spot": {"checkpoints": True, "spot": {"max_wait_hours": 48}},
    "warm": {"keep_warm_minutes": 30, "isolated": True},
    "torchrun": {"instance": "ml.p4d.24xlarge", "count": 2, "distributed": "torchrun"},
    "groups": {
        "instance_groups": {
            "data": {"instance": "ml.m6i.xlarge", "count": 2},
            "learners": {"instance": "ml.g5.xlarge"},
        }
    },
    "framework": {"instance": "ml.g5.xlarge", "framework": {"pytorch": "2.9"}},
    "reserved": {"instance": "ml.p4d.24xlarge", "reserved": PLAN},
}
UNKNOWN = "s3://artifacts/from-a-step-before"
"""What another step tells, whatever it is: outputs of steps are S3 URIs in a training."""


def requests(graph: Graph) -> list[dict[str, Any]]:
    """The requests of all training jobs, with the defaults of their pipelines' parameters."""
    found = []
    for resource in graph.of_type("aws:sagemaker/pipeline:Pipeline"):
        definition = json.loads(resource.inputs["pipelineDefinition"])
        defaults = {
            each["Name"]: each.get("DefaultValue", "s3://unsaid")
            for each in definition["Parameters"]
        }
        found += [
            {"TrainingJobName": "pipelines-a1b2c3-Train-d4e5f6"}
            | _resolved(step["Arguments"], defaults)
            for step in steps(definition)
            if step["Type"] == "Training"
        ]
    return found


def _resolved(value: Any, defaults: dict[str, Any]) -> Any:
    match value:
        case {"Get": str(what)}:
            return defaults.get(what.removeprefix("Parameters."), UNKNOWN)
        case {"Std:Join": {"On": on, "Values": values}}:
            return on.join(str(_resolved(each, defaults)) for each in values)
        case dict():
            return {key: _resolved(each, defaults) for key, each in value.items()}
        case list():
            return [_resolved(each, defaults) for each in value]
    return value


def test_every_training_job_of_a_stack_is_one_that_sagemaker_takes(graph, misfits) -> None:
    for request in requests(graph):
        assert refused(request, misfits) == []


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_of_a_training_is_in_a_request_that_sagemaker_takes(
    project, misfits, asked
) -> None:
    (request,) = requests(recorded(project, stack(ASKED[asked]), services=frozenset()))
    assert refused(request, misfits) == []
    made = json.dumps(request)
    for part in PARTS[asked]:
        assert part in made


PARTS = {
    "spot": ['"EnableManagedSpotTraining": true', '"MaxWaitTimeInSeconds": 172800', "checkpoints"],
    "warm": ['"KeepAlivePeriodInSeconds": 1800', '"EnableNetworkIsolation": true'],
    "torchrun": ['"torchrun", "--nnodes=2", "--nproc-per-node=8"', '"FI_PROVIDER": "efa"'],
    "groups": ['"InstanceGroupName": "learners"', '"InstanceGroupName": "data"'],
    "framework": ["763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.9.0-gpu-py312"],
    "reserved": [f'"TrainingPlanArn": "{PLAN}"'],
}
"""What is in the request that is not there otherwise."""


def test_a_training_that_asks_for_nothing_more_has_none_of_it(project) -> None:
    (request,) = requests(recorded(project, stack({}), services=frozenset()))
    made = json.dumps(request)
    assert not [part for parts in PARTS.values() for part in parts if part in made]


def test_a_role_may_train_on_the_capacity_that_is_reserved(project) -> None:
    graph = recorded(project, stack(ASKED["reserved"]), services=frozenset())
    policies = [each.inputs["policy"] for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")]
    assert [policy for policy in policies if PLAN in policy and "CreateTrainingJob" in policy]


def test_a_role_may_pull_the_image_of_the_framework(project) -> None:
    graph = recorded(project, stack(ASKED["framework"]), services=frozenset())
    repository = "arn:aws:ecr:eu-west-1:763104351884:repository/pytorch-training"
    policies = [each.inputs["policy"] for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")]
    assert [policy for policy in policies if repository in policy]


def test_every_option_is_tried() -> None:
    told: set[str] = set()
    for asked in ASKED.values():
        told |= options_of(Training.model_validate_json(json.dumps(asked)), "eu-west-1").keys()
    assert told == TrainingOptions.__annotations__.keys()


def refused(request, misfits) -> list[str]:
    """What botocore and AWS's own bounds would refuse of a request."""
    shape = get_session().get_service_model("sagemaker").operation_model("CreateTrainingJob")
    report = ParamValidator().validate(request, shape.input_shape).generate_report()
    if report:
        return [report]
    return list(misfits(shape.input_shape, request, "CreateTrainingJob"))


def stack(training):
    """An environment with one model that is trained so."""
    model = {
        "name": "readmission",
        "project": "templates/tabular",
        "image": IMAGE,
        "training": training,
        "delivery": {"start": "off"},
    }
    values = {
        "owner": "ml-platform@example.com",
        "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
        "source": {"github": "example/platform"},
        "models": [model],
    }
    return from_config(values, "eu-west-1", "dev")
