"""The deployment can deploy what the stacks declare: the policy against their graphs."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from components.devops.permissions import PASSED_TO
from infra.graph import Graph, Resource
from infra.offline import recorded
from infra.project import Project

PROJECT = Project.around(Path(__file__))
STACKS = sorted(
    path.stem.removeprefix("Pulumi.") for path in (PROJECT.root / "stacks").glob("*.yaml")
)

EC2 = "arn:aws:ec2:{region}:{account}:any/any"
KEY = "arn:aws:kms:{region}:{account}:key/any"
ROLE = "arn:aws:iam::{account}:role/{name}"
BUCKET = "arn:aws:s3:::{bucket}"
TARGET = "arn:aws:application-autoscaling:{region}:{account}:scalable-target/any"
NAMED = "arn:aws:{service}:{region}:{account}:"

CREATING: dict[str, tuple[str, str]] = {
    "aws:appautoscaling/policy:Policy": ("application-autoscaling:PutScalingPolicy", TARGET),
    "aws:appautoscaling/target:Target": ("application-autoscaling:RegisterScalableTarget", TARGET),
    "aws:athena/workgroup:Workgroup": ("athena:CreateWorkGroup", NAMED + "workgroup/{name}"),
    "aws:budgets/budget:Budget": (
        "budgets:ModifyBudget",
        "arn:aws:budgets::{account}:budget/{name}",
    ),
    "aws:cloudwatch/eventRule:EventRule": ("events:PutRule", NAMED + "rule/{name}"),
    "aws:cloudwatch/eventTarget:EventTarget": ("events:PutTargets", NAMED + "rule/{rule}"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs:CreateLogGroup", NAMED + "log-group:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:PutMetricAlarm", NAMED + "alarm:{name}"),
    "aws:codebuild/project:Project": ("codebuild:CreateProject", NAMED + "project/{name}"),
    "aws:codeconnections/connection:Connection": ("codeconnections:CreateConnection", "*"),
    "aws:codepipeline/pipeline:Pipeline": ("codepipeline:CreatePipeline", NAMED + "{name}"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("ec2:RevokeSecurityGroupIngress", EC2),
    "aws:ec2/eip:Eip": ("ec2:AllocateAddress", EC2),
    "aws:ec2/flowLog:FlowLog": ("ec2:CreateFlowLogs", EC2),
    "aws:ec2/internetGateway:InternetGateway": ("ec2:AttachInternetGateway", EC2),
    "aws:ec2/natGateway:NatGateway": ("ec2:CreateNatGateway", EC2),
    "aws:ec2/route:Route": ("ec2:CreateRoute", EC2),
    "aws:ec2/routeTable:RouteTable": ("ec2:CreateRouteTable", EC2),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("ec2:AssociateRouteTable", EC2),
    "aws:ec2/securityGroup:SecurityGroup": ("ec2:CreateSecurityGroup", EC2),
    "aws:ec2/subnet:Subnet": ("ec2:CreateSubnet", EC2),
    "aws:ec2/vpc:Vpc": ("ec2:CreateVpc", EC2),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("ec2:CreateVpcEndpoint", EC2),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        "ecr:PutLifecyclePolicy",
        NAMED + "repository/{repository}",
    ),
    "aws:ecr/repository:Repository": ("ecr:CreateRepository", NAMED + "repository/{name}"),
    "aws:glue/catalogDatabase:CatalogDatabase": ("glue:CreateDatabase", NAMED + "database/{name}"),
    "aws:iam/role:Role": ("iam:CreateRole", ROLE),
    "aws:iam/rolePolicy:RolePolicy": ("iam:PutRolePolicy", ROLE.replace("{name}", "{role}")),
    "aws:kms/alias:Alias": ("kms:CreateAlias", "arn:aws:kms:{region}:{account}:{name}"),
    "aws:kms/key:Key": ("kms:CreateKey", "*"),
    "aws:s3/bucket:Bucket": ("s3:CreateBucket", BUCKET),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        "s3:PutLifecycleConfiguration",
        BUCKET,
    ),
    "aws:s3/bucketLogging:BucketLogging": ("s3:PutBucketLogging", BUCKET),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("s3:PutObject", BUCKET + "/{key}"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        "s3:PutBucketOwnershipControls",
        BUCKET,
    ),
    "aws:s3/bucketPolicy:BucketPolicy": ("s3:PutBucketPolicy", BUCKET),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        "s3:PutBucketPublicAccessBlock",
        BUCKET,
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3:PutEncryptionConfiguration",
        BUCKET,
    ),
    "aws:s3/bucketVersioning:BucketVersioning": ("s3:PutBucketVersioning", BUCKET),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": (
        "sagemaker:CreateDataQualityJobDefinition",
        NAMED + "data-quality-job-definition/{name}",
    ),
    "aws:sagemaker/endpoint:Endpoint": ("sagemaker:CreateEndpoint", NAMED + "endpoint/{name}"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": (
        "sagemaker:CreateEndpointConfig",
        NAMED + "endpoint-config/{name}",
    ),
    "aws:sagemaker/featureGroup:FeatureGroup": (
        "sagemaker:CreateFeatureGroup",
        NAMED + "feature-group/{featureGroupName}",
    ),
    "aws:sagemaker/model:Model": ("sagemaker:CreateModel", NAMED + "model/{name}"),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": (
        "sagemaker:CreateModelPackageGroup",
        NAMED + "model-package-group/{modelPackageGroupName}",
    ),
    "aws:sagemaker/monitoringSchedule:MonitoringSchedule": (
        "sagemaker:CreateMonitoringSchedule",
        NAMED + "monitoring-schedule/{name}",
    ),
    "aws:sagemaker/pipeline:Pipeline": (
        "sagemaker:CreatePipeline",
        NAMED + "pipeline/{pipelineName}",
    ),
    "aws:sfn/stateMachine:StateMachine": (
        "states:CreateStateMachine",
        NAMED + "stateMachine:{name}",
    ),
    "aws:sns/topic:Topic": ("sns:CreateTopic", NAMED + "{name}"),
    "aws:sns/topicPolicy:TopicPolicy": ("sns:SetTopicAttributes", "{arn}"),
    "aws:sns/topicSubscription:TopicSubscription": ("sns:Subscribe", "{topic}"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "ec2:AuthorizeSecurityGroupEgress",
        EC2,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "ec2:AuthorizeSecurityGroupIngress",
        EC2,
    ),
}
"""The action that creates a resource of each type, and on what."""


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return recorded(PROJECT, PROJECT.stack(request.param))


def deploy_policy(graph: Graph) -> list[dict[str, Any]]:
    policies = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    (policy,) = [p for p in policies if p.name.endswith("-delivery-deploy-platform")]
    statements: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return statements


def needed(resource: Resource, region: str) -> tuple[str, str]:
    """The action and the ARN that creating the resource asks permission for."""
    action, template = CREATING[resource.type]
    inputs = {key: value for key, value in resource.inputs.items() if isinstance(value, str)}
    known = {"name": resource.name, "bucket": resource.name, **inputs}
    service = action.split(":")[0]
    return action, template.format(
        **{**known, "service": service, "region": region, "account": "123456789012"}
    )


def test_whatever_a_stack_declares_its_delivery_may_create(graph: Graph) -> None:
    statements = deploy_policy(graph)
    region = graph.one("pulumi:providers:aws").inputs["region"]
    refused = [
        (resource.name, action, arn)
        for resource in graph.resources
        if resource.custom and not resource.type.startswith("pulumi:")
        for action, arn in [needed(resource, region)]
        if not any(
            any(fnmatchcase(action, pattern) for pattern in statement["Action"])
            and any(fnmatchcase(arn, pattern) for pattern in statement["Resource"])
            for statement in statements
        )
    ]
    assert refused == []


def test_every_role_of_a_stack_is_for_a_service_that_it_may_be_passed_to(graph: Graph) -> None:
    for role in graph.of_type("aws:iam/role:Role"):
        (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Principal"]["Service"] in PASSED_TO, role.name


def test_the_policies_of_each_role_fit_what_iam_takes(graph: Graph) -> None:
    sizes: dict[str, int] = {}
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        compact = json.dumps(json.loads(policy.inputs["policy"]), separators=(",", ":"))
        sizes[policy.inputs["role"]] = sizes.get(policy.inputs["role"], 0) + len(compact)
    assert {role: size for role, size in sizes.items() if size > 10_240} == {}
