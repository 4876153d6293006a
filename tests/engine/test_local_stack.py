from collections import Counter
from pathlib import Path

import pytest
import yaml

from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation, Phase
from tests.served_model import approved, uploaded

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[2]
STACK_FILE = ROOT / "tests" / "stacks" / "Pulumi.local.yaml"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"


class Stack:
    """A copy of the local stack's file, with settings that can change."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / STACK_FILE.name
        self.values = yaml.safe_load(STACK_FILE.read_text())
        self.write()

    @property
    def model(self):
        return self.values["config"]["maslow:platform"]["models"][0]

    def write(self) -> None:
        self.path.write_text(yaml.safe_dump(self.values))


class Steps:
    """What an operation touched, by type."""

    def __init__(self) -> None:
        self.touched = Counter()

    def __call__(self, step):
        if step.phase is Phase.DONE and step.operation is not Operation.SAME:
            self.touched[step.operation, step.type] += 1


@pytest.fixture
def stack(tmp_path):
    return Stack(tmp_path)


@pytest.fixture
def host(cloud, resources, stack):
    with EngineHost(cloud, resources, stack.path, root=ROOT) as running:
        yield running


def test_the_platform_lives_under_the_engine_from_preview_to_destroy(host, stack, cloud):
    data = uploaded(cloud, "s3://versions/model.tar.gz")
    before = _standing(cloud)
    sagemaker = cloud.client("sagemaker")

    planned = host.engine.preview()
    first = host.engine.up()
    assert first.changes == planned.changes
    assert set(first.changes) == {Operation.CREATE}
    (model,) = first.outputs["models"].values()
    assert "endpoint" not in model

    version = approved(sagemaker, model["group"], data)
    second = host.engine.up()
    assert Operation.REPLACE not in second.changes
    assert Operation.DELETE not in second.changes
    (model,) = second.outputs["models"].values()
    configured = sagemaker.describe_endpoint(EndpointName=model["endpoint"])

    assert host.engine.up().unchanged

    stack.model["monitor"] = {**stack.model.get("monitor", {}), "capture": "20%"}
    stack.write()
    host.configure(stack.path)
    steps = Steps()
    host.engine.up(steps)
    assert steps.touched == {
        (Operation.REPLACE, CONFIGURATION): 1,
        (Operation.UPDATE, ENDPOINT): 1,
    }
    moved = sagemaker.describe_endpoint(EndpointName=model["endpoint"])
    assert moved["EndpointArn"] == configured["EndpointArn"]
    assert moved["CreationTime"] == configured["CreationTime"]
    assert moved["EndpointConfigName"] != configured["EndpointConfigName"]
    assert moved["DataCaptureConfig"]["CurrentSamplingPercentage"] == 20
    (configuration,) = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert configuration["EndpointConfigName"] == moved["EndpointConfigName"]

    # AWS deletes no model package group that still holds a version.
    sagemaker.delete_model_package(ModelPackageName=version)
    host.engine.destroy()
    assert _standing(cloud) == before


def _standing(cloud):
    """What is left to be seen of the platform, service by service.

    Roles of services are the account's, and stay.
    """
    questions = {
        "s3": ("list_buckets", "Buckets"),
        "iam": ("list_roles", "Roles"),
        "ec2": ("describe_vpcs", "Vpcs"),
        "sns": ("list_topics", "Topics"),
        "logs": ("describe_log_groups", "logGroups"),
        "sagemaker": ("list_endpoints", "Endpoints"),
        "events": ("list_rules", "Rules"),
        "stepfunctions": ("list_state_machines", "stateMachines"),
        "codepipeline": ("list_pipelines", "pipelines"),
        "cloudwatch": ("describe_alarms", "MetricAlarms"),
    }
    found = {
        service: getattr(cloud.client(service), operation)()[key]
        for service, (operation, key) in questions.items()
    }
    found["iam"] = [
        role for role in found["iam"] if not role["Path"].startswith("/aws-service-role/")
    ]
    return {service: len(things) for service, things in found.items()}
