"""Every committed stack on the embedded AWS: what it declares is carried there, and stands."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from botocore.model import OperationModel, Shape

import catalog
from embedded.cloud import Cloud
from embedded.inputs import require_supported
from embedded.lifecycle import Refused
from embedded.resources import Resources
from embedded.translate import UnsupportedInput, input_shape
from infra.composition import declare
from infra.graph import Graph, Run
from infra.hosts.in_process import InProcessHost, Outcome
from infra.hosts.progress import Operation
from infra.live import in_account, state_of_stack
from infra.naming import Names
from infra.project import Project
from infra.promotion import promotion_of
from infra.settings import StackFile
from infra.versions import in_registry
from tests.served_model import uploaded

Recording = Callable[[str, str], Graph]
Misfits = Callable[[Shape, Any, str], Iterator[str]]

SHARED = (
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
)
EVERY_PASS = ("kubernetes", "local", "prod")
"""The stacks that go through all passes: one that trains its models, one that takes them from
another account, and one that serves on Kubernetes. The others go through the first."""
EVERY_PASS_ALONE = pytest.mark.parametrize("environment", EVERY_PASS, indirect=True)
VERSIONS = "versions"
"""Bucket of what was trained, which is no stack's."""
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1"


class Account(NamedTuple):
    """An account of the embedded AWS."""

    cloud: Cloud
    id: str

    @property
    def region(self) -> str:
        return self.cloud.region

    def client(self, service: str) -> Any:
        return self.cloud.client(service, self.id)


class Deployed(NamedTuple):
    """A stack after its passes: nothing trained, then everything approved, then nothing changed.

    Only those of EVERY_PASS have the second and the third.
    """

    cloud: Cloud
    registry: Account
    """Where its models' versions are: in its own account, or in that which trains them."""
    host: InProcessHost
    up: Callable[[], Outcome]
    passes: list[Outcome]
    refused: list[str]
    """Values in requests that AWS's own model of the service does not allow."""


@pytest.fixture(scope="module")
def deployed(
    project: Project,
    environment: str,
    misfits: Misfits,
    recording: Recording,
    services: Callable[[str], frozenset[str]],
) -> Iterator[Deployed]:
    stack = project.stack(environment)
    with Cloud(stack.region, account_id=stack.account) as cloud:
        stack = hosted(cloud, stack)
        origin = promotion_of(stack, project.name).origin
        registry = Account(cloud, (origin and origin.account_id) or cloud.account_id)
        if origin and origin.account_id:
            share(registry, recording(origin.environment, "first"))
        refused = watch(cloud, misfits)
        run = Run(project=project.name, stack=environment, region=stack.region)
        host = InProcessHost(Resources(cloud), run, cloud.environment)
        newest = in_registry(cloud.client("sagemaker"))
        used = services(environment)

        def program() -> None:
            live = in_account(cloud.client, Names(project.name, environment), state_of_stack)
            declare(stack, newest, project.root, services=used, live=live)

        def up() -> Outcome:
            return host.up(program)

        passes = [up()]
        if environment in EVERY_PASS:
            for model in passes[0].outputs["models"].values():
                approve(registry, model["group"])
            passes += [up(), up()]
        yield Deployed(cloud, registry, host, up, passes, refused)


def share(account: Account, origin: Graph) -> None:
    """Make what the environment that trains the models opens to others: groups, and policies."""
    resources = Resources(account)
    for type_ in SHARED:
        for resource in origin.of_type(type_):
            resources.create(type_, resource.inputs)


def hosted(cloud: Cloud, stack: StackFile) -> StackFile:
    """The stack in a VPC that someone made before, if it asks for an existing one."""
    network = stack.platform.network
    if network.vpc is None:
        return stack
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.90.{number}.0/24",
            AvailabilityZone=f"{cloud.region}{'abc'[number]}",
        )["Subnet"]["SubnetId"]
        for number, _ in enumerate(network.vpc.subnets)
    ]
    tables = [
        ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        for _ in network.vpc.route_tables
    ]
    there = {"id": vpc, "subnets": tuple(subnets), "route_tables": tuple(tables)}
    settled = network.model_copy(update={"vpc": network.vpc.model_copy(update=there)})
    return replace(stack, platform=stack.platform.model_copy(update={"network": settled}))


def approve(registry: Account, group: str) -> None:
    """Register a version as a pipeline's run would, with its baseline, and approved at once."""
    group = group.rpartition("/")[2]
    data = uploaded(registry, f"s3://{VERSIONS}/{group}/model.tar.gz")
    registry.client("sagemaker").create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE, "ModelDataUrl": data}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        DriftCheckBaselines={
            "ModelDataQuality": {
                "Statistics": {
                    "ContentType": "application/json",
                    "S3Uri": f"s3://{group}/baseline.json",
                }
            }
        },
    )


def watch(cloud: Cloud, misfits: Misfits) -> list[str]:
    """A list that takes the misfits of every request from now on."""
    found: list[str] = []

    def read(params: dict[str, Any], model: OperationModel, **_: Any) -> None:
        found.extend(misfits(model.input_shape, params, model.name))

    for service in {entry.service for entry in catalog.entries().values()}:
        cloud.client(service).meta.events.register_first("provide-client-params.*", read)
    return found


def declared(graph: Graph) -> set[str]:
    return {r.urn for r in graph.resources if r.custom and not r.type.startswith("pulumi:")}


def test_every_input_is_carried_or_left_out_for_a_reason(either_pass: Graph) -> None:
    lost = []
    for resource in either_pass.managed:
        try:
            require_supported(resource.type, resource.inputs)
        except UnsupportedInput as missing:
            lost.append((resource.name, str(missing)))
    assert lost == []


def test_the_first_pass_makes_all_that_is_declared_offline(
    deployed: Deployed, first_pass: Graph
) -> None:
    first = deployed.passes[0]
    assert declared(first.graph) == declared(first_pass)
    assert first.changes == {Operation.CREATE: len(declared(first_pass))}


@EVERY_PASS_ALONE
def test_approved_versions_add_the_rest_and_touch_nothing_else(
    deployed: Deployed, graph: Graph, first_pass: Graph
) -> None:
    second = deployed.passes[1]
    assert declared(second.graph) == declared(graph)
    old = len(declared(first_pass))
    assert second.changes == {Operation.SAME: old, Operation.CREATE: len(declared(graph)) - old}


@EVERY_PASS_ALONE
def test_an_unchanged_pass_changes_nothing(deployed: Deployed, graph: Graph) -> None:
    _, second, third = deployed.passes
    assert third.changes == {Operation.SAME: len(declared(graph))}
    assert third.outputs == second.outputs


def test_every_request_keeps_to_what_the_model_of_its_service_allows(deployed: Deployed) -> None:
    assert deployed.refused == []


def test_a_request_that_aws_would_refuse_is_seen(misfits: Misfits) -> None:
    shape = input_shape("sagemaker", "CreateModel")
    wrong = {
        "ModelName": "a_model",
        "PrimaryContainer": {"Mode": "Several"},
        "VpcConfig": {"SecurityGroupIds": [], "Subnets": ["subnet-1"]},
    }
    found = [text.partition(":")[0] for text in misfits(shape, wrong, "CreateModel")]
    assert found == [
        "CreateModel.ModelName",
        "CreateModel.PrimaryContainer.Mode",
        "CreateModel.VpcConfig.SecurityGroupIds",
    ]


@EVERY_PASS_ALONE
def test_the_outputs_name_what_is_deployed(deployed: Deployed) -> None:
    sagemaker = deployed.cloud.client("sagemaker")
    for model in deployed.passes[1].outputs["models"].values():
        if "url" in model:
            assert model["url"].endswith("/invocations")  # of pods: KServe's, and no endpoint
        else:
            endpoint = sagemaker.describe_endpoint(EndpointName=model["endpoint"])
            assert endpoint["EndpointStatus"] == "InService"
        package = sagemaker.describe_model_package(ModelPackageName=model["version"])
        assert package["ModelPackageGroupName"] == model["group"].rpartition("/")[2]
    buckets = set(deployed.passes[1].outputs["zones"].values())
    assert buckets <= names_of_buckets(deployed.cloud)


def test_between_them_the_passes_make_every_type_that_any_stack_declares(
    every_graph: list[Graph], recording: Recording
) -> None:
    made = {
        resource.type
        for graph in every_graph
        for which in ("first", "second" if graph.stack in EVERY_PASS else "first")
        for resource in recording(graph.stack, which).resources
    }
    assert {resource.type for graph in every_graph for resource in graph.resources} == made


def test_the_outputs_name_a_pipeline_for_each_model_that_is_trained_here(
    deployed: Deployed, project: Project, environment: str
) -> None:
    models = deployed.passes[0].outputs["models"]
    pipelines = {name: model["pipeline"] for name, model in models.items() if "pipeline" in model}
    assert list(pipelines) == ([] if project.stack(environment).platform.origin else list(models))
    sagemaker = deployed.cloud.client("sagemaker")
    for pipeline in pipelines.values():
        assert sagemaker.describe_pipeline(PipelineName=pipeline)["PipelineStatus"] == "Active"


def names_of_buckets(cloud: Cloud) -> set[str]:
    return {bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]}


def test_a_destroy_takes_what_the_stack_file_lets_it_take(
    deployed: Deployed, project: Project, environment: str
) -> None:
    forget_versions(deployed)
    last = deployed.passes[-1]
    durability = project.stack(environment).platform.durability
    if durability == "protected":
        before = deployed.host.held
        with pytest.raises(Refused, match="is protected: a destroy must not take it"):
            deployed.host.destroy()
        assert deployed.host.held == before
        return
    assert deployed.host.destroy() == sum(last.changes.values())
    assert deployed.host.held == {}
    zones = set(last.outputs["zones"].values())
    kept = names_of_buckets(deployed.cloud)
    assert kept - {VERSIONS} == set() if durability == "disposable" else zones <= kept


def test_what_a_destroy_left_is_taken_up_again(
    deployed: Deployed, project: Project, environment: str, first_pass: Graph
) -> None:
    if project.stack(environment).platform.durability != "keep":
        return
    forget_versions(deployed)
    deployed.host.destroy()
    again = deployed.up()
    holding_data = [
        resource
        for resource in first_pass.resources
        if resource.options.get("retainOnDelete") and catalog.entry_of(resource.type).holds_data
    ]
    assert len(holding_data) > 10
    assert again.changes == {
        Operation.IMPORT: len(holding_data),
        Operation.CREATE: len(declared(first_pass)) - len(holding_data),
    }
    assert again.outputs["zones"] == deployed.passes[0].outputs["zones"]
    assert deployed.up().changes == {Operation.SAME: len(declared(first_pass))}


def forget_versions(deployed: Deployed) -> None:
    """SageMaker deletes no group that has versions, so a person deletes them first."""
    for model in deployed.passes[-1].outputs["models"].values():
        if "version" in model:
            sagemaker = deployed.registry.client("sagemaker")
            sagemaker.delete_model_package(ModelPackageName=model["version"])
