"""Plausible outputs: what AWS would answer, in its own formats, for a graph recorded offline.

Policies, definitions and documents built from them are whole and can be read and checked. Each
resource type is one entry of `RESOURCES`, each function of a provider one of `INVOKES`; what is
not there cannot be answered, and that is an error rather than an empty value.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf import json_format, struct_pb2

ACCOUNT = "123456789012"


class Unanswerable(LookupError):
    """A resource type or a function that has no entry here."""


@dataclass(frozen=True)
class Plausible:
    """How AWS answers for one resource type.

    Templates may name `{name}` (the physical name), `{logical}` (the logical one), `{region}`,
    `{account}`, `{hex}` (17 hexadecimal digits, one value per URN), `{uuid}`, `{id}` (in outputs
    only), `{address}` (the input `url` without its scheme) and every scalar input by its camelCase
    name.
    """

    id: str
    outputs: Mapping[str, str | list[str]] = field(default_factory=dict)
    named_by: str = ""
    """The input that holds the physical name; the logical name stands in where it is not given."""
    made: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    """From the inputs to outputs that templates cannot say."""


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{{region}}:{{account}}:{resource}"


def _named(service: str, resource: str, **outputs: str | list[str]) -> Plausible:
    """A resource whose id is its name and whose ARN carries it."""
    return Plausible("{name}", {"arn": _arn(service, resource), **outputs}, named_by="name")


def _ec2(prefix: str, resource: str, **outputs: str | list[str]) -> Plausible:
    """A resource of EC2: `<prefix>-<17 hexadecimal digits>`."""
    arn = _arn("ec2", f"{resource}/{prefix}-{{hex}}")
    return Plausible(f"{prefix}-{{hex}}", {"arn": arn, **outputs})


def _resolver(prefix: str, resource: str, **outputs: str | list[str]) -> Plausible:
    """A resource of Route 53 Resolver: `<prefix>-<17 hexadecimal digits>`."""
    arn = _arn("route53resolver", f"{resource}/{prefix}-{{hex}}")
    return Plausible(f"{prefix}-{{hex}}", {"arn": arn, **outputs})


def _firewall(resource: str) -> Plausible:
    """A resource of Network Firewall, whose id is its ARN."""
    return Plausible(
        _arn("network-firewall", f"{resource}/{{name}}"), {"arn": "{id}"}, named_by="name"
    )


def _firewall_statuses(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """An endpoint of a firewall in each of its subnets."""
    attached = [
        {
            "subnetId": mapping["subnetId"],
            "endpointId": f"vpce-{hashlib.sha256(mapping['subnetId'].encode()).hexdigest()[:17]}",
        }
        for mapping in inputs.get("subnetMappings", [])
    ]
    return {"firewallStatuses": [{"syncStates": [{"attachments": [each]} for each in attached]}]}


_PART_OF_A_BUCKET = Plausible("{bucket}")

RESOURCES: dict[str, Plausible] = {
    "pulumi:providers:aws": Plausible("{uuid}"),
    "aws:appautoscaling/policy:Policy": _named(
        "autoscaling",
        "scalingPolicy:{uuid}:resource/sagemaker/{resourceId}:policyName/{name}",
    ),
    "aws:appautoscaling/target:Target": Plausible(
        "{resourceId}", {"arn": _arn("application-autoscaling", "scalable-target/{hex}")}
    ),
    "aws:athena/workgroup:Workgroup": _named("athena", "workgroup/{name}"),
    "aws:budgets/budget:Budget": Plausible(
        "{account}:{name}", {"arn": "arn:aws:budgets::{account}:budget/{name}"}, named_by="name"
    ),
    "aws:cloudwatch/eventBus:EventBus": _named("events", "event-bus/{name}"),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": Plausible("{eventBusName}"),
    "aws:cfg/conformancePack:ConformancePack": _named(
        "config", "conformance-pack/{name}/conformance-pack-{hex}"
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": Plausible("{name}", named_by="name"),
    "aws:cfg/recorder:Recorder": Plausible("{name}", named_by="name"),
    "aws:cfg/recorderStatus:RecorderStatus": Plausible("{name}", named_by="name"),
    "aws:cloudtrail/trail:Trail": Plausible(
        _arn("cloudtrail", "trail/{name}"),
        {"arn": "{id}", "homeRegion": "{region}"},
        named_by="name",
    ),
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": Plausible(
        "arn:aws:chatbot::{account}:chat-configuration/slack-channel/{configurationName}",
        {"chatConfigurationArn": "{id}"},
    ),
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": Plausible(
        "arn:aws:chatbot::{account}:chat-configuration/microsoft-teams-channel/{configurationName}",
        {"chatConfigurationArn": "{id}"},
    ),
    "aws:cloudwatch/eventRule:EventRule": _named("events", "rule/{name}"),
    "aws:cloudwatch/eventTarget:EventTarget": Plausible("{rule}-{logical}"),
    "aws:cloudwatch/logGroup:LogGroup": _named("logs", "log-group:{name}"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Plausible("{policyName}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("cloudwatch", "alarm:{name}"),
    "aws:codeartifact/domain:Domain": Plausible(
        _arn("codeartifact", "domain/{domain}"), {"arn": "{id}", "owner": "{account}"}
    ),
    "aws:codeartifact/domainPermissions:DomainPermissions": Plausible(
        _arn("codeartifact", "domain/{domain}"), {"resourceArn": "{id}"}
    ),
    "aws:codeartifact/repository:Repository": Plausible(
        _arn("codeartifact", "repository/{domain}/{repository}"),
        {"arn": "{id}", "administratorAccount": "{account}", "domainOwner": "{account}"},
    ),
    "aws:codebuild/project:Project": _named("codebuild", "project/{name}"),
    "aws:codeconnections/connection:Connection": Plausible(
        _arn("codeconnections", "connection/{uuid}"),
        {"arn": "{id}", "connectionStatus": "PENDING"},
        named_by="name",
    ),
    "aws:codepipeline/pipeline:Pipeline": Plausible(
        "{name}", {"arn": _arn("codepipeline", "{name}")}, named_by="name"
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": Plausible(
        "arn:aws:ce::{account}:anomalymonitor/{uuid}", {"arn": "{id}"}, named_by="name"
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": Plausible(
        "arn:aws:ce::{account}:anomalysubscription/{uuid}", {"arn": "{id}"}, named_by="name"
    ),
    "aws:costexplorer/costAllocationTag:CostAllocationTag": Plausible(
        "{tagKey}", {"type": "UserDefined"}
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _ec2("sg", "security-group"),
    "aws:ec2/eip:Eip": _ec2("eipalloc", "elastic-ip", allocationId="{id}", publicIp="198.51.100.7"),
    "aws:ec2/flowLog:FlowLog": _ec2("fl", "vpc-flow-log"),
    "aws:ec2/internetGateway:InternetGateway": _ec2("igw", "internet-gateway"),
    "aws:ec2/natGateway:NatGateway": _ec2("nat", "natgateway"),
    "aws:ec2/route:Route": Plausible("r-{hex}"),
    "aws:ec2/routeTable:RouteTable": _ec2("rtb", "route-table"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Plausible("rtbassoc-{hex}"),
    "aws:ec2/securityGroup:SecurityGroup": _ec2("sg", "security-group", name="{logical}"),
    "aws:ec2/subnet:Subnet": _ec2("subnet", "subnet"),
    "aws:ec2/vpc:Vpc": _ec2(
        "vpc",
        "vpc",
        defaultSecurityGroupId="sg-{hex}",
        defaultRouteTableId="rtb-{hex}",
        mainRouteTableId="rtb-{hex}",
        defaultNetworkAclId="acl-{hex}",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2("vpce", "vpc-endpoint", prefixListId="pl-{hex}"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Plausible("{repository}"),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Plausible(
        "{ecrRepositoryPrefix}", {"registryId": "{account}"}
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Plausible(
        "{account}", {"registryId": "{account}"}
    ),
    "aws:ecr/repository:Repository": _named(
        "ecr",
        "repository/{name}",
        registryId="{account}",
        repositoryUrl="{account}.dkr.ecr.{region}.amazonaws.com/{name}",
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Plausible(
        "{prefix}", {"registryId": "{account}"}
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Plausible(
        "{repository}", {"registryId": "{account}"}
    ),
    "aws:glue/catalogDatabase:CatalogDatabase": Plausible(
        "{account}:{name}", {"arn": _arn("glue", "database/{name}")}, named_by="name"
    ),
    "aws:guardduty/detector:Detector": Plausible(
        "{hex}", {"arn": _arn("guardduty", "detector/{hex}"), "accountId": "{account}"}
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": Plausible("{detectorId}/{name}"),
    "aws:iam/role:Role": Plausible(
        "{name}", {"arn": "arn:aws:iam::{account}:role/{name}"}, named_by="name"
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Plausible(
        "arn:aws:iam::{account}:oidc-provider/{address}", {"arn": "{id}"}
    ),
    "aws:iam/policy:Policy": Plausible(
        "arn:aws:iam::{account}:policy/{name}", {"arn": "{id}"}, named_by="name"
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Plausible("{role}/{policyArn}"),
    "aws:iam/rolePolicy:RolePolicy": Plausible("{role}:{name}", named_by="name"),
    "aws:kms/alias:Alias": _named("kms", "{name}"),
    "aws:kms/key:Key": Plausible("{uuid}", {"arn": _arn("kms", "key/{uuid}"), "keyId": "{uuid}"}),
    "aws:networkfirewall/firewall:Firewall": replace(
        _firewall("firewall"), made=_firewall_statuses
    ),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": _firewall("firewall-policy"),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": Plausible("{firewallArn}"),
    "aws:networkfirewall/ruleGroup:RuleGroup": _firewall("stateful-rulegroup"),
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": Plausible(
        "rslvr-fc-{hex}", {"ownerId": "{account}"}
    ),
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": _resolver(
        "rslvr-fdl", "firewall-domain-list"
    ),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": Plausible(
        "{firewallRuleGroupId}:{firewallDomainListId}"
    ),
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": _resolver(
        "rslvr-frg", "firewall-rule-group", ownerId="{account}"
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        _resolver("rslvr-frgassoc", "firewall-rule-group-association")
    ),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": _resolver(
        "rqlc", "resolver-query-log-config", ownerId="{account}"
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": Plausible(
        "rqlca-{hex}"
    ),
    "aws:s3/bucket:Bucket": Plausible(
        "{name}",
        {
            "arn": "arn:aws:s3:::{name}",
            "bucketDomainName": "{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
        },
        named_by="bucket",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _PART_OF_A_BUCKET,
    "aws:s3/bucketLogging:BucketLogging": _PART_OF_A_BUCKET,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _PART_OF_A_BUCKET,
    "aws:s3/bucketObjectv2:BucketObjectv2": Plausible(
        "{bucket}/{key}", {"arn": "arn:aws:s3:::{bucket}/{key}"}
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _PART_OF_A_BUCKET,
    "aws:s3/bucketPolicy:BucketPolicy": _PART_OF_A_BUCKET,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _PART_OF_A_BUCKET,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        _PART_OF_A_BUCKET
    ),
    "aws:s3/bucketVersioning:BucketVersioning": _PART_OF_A_BUCKET,
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": _named(
        "sagemaker", "data-quality-job-definition/{name}"
    ),
    "aws:sagemaker/endpoint:Endpoint": _named("sagemaker", "endpoint/{name}"),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _named(
        "sagemaker", "endpoint-config/{name}"
    ),
    "aws:sagemaker/featureGroup:FeatureGroup": Plausible(
        "{name}",
        {"arn": _arn("sagemaker", "feature-group/{name}")},
        named_by="featureGroupName",
    ),
    "aws:sagemaker/model:Model": _named("sagemaker", "model/{name}"),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": Plausible(
        "{name}",
        {"arn": _arn("sagemaker", "model-package-group/{name}")},
        named_by="modelPackageGroupName",
    ),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": Plausible(
        "{modelPackageGroupName}"
    ),
    "aws:sagemaker/monitoringSchedule:MonitoringSchedule": _named(
        "sagemaker", "monitoring-schedule/{name}"
    ),
    "aws:sagemaker/pipeline:Pipeline": Plausible(
        "{name}", {"arn": _arn("sagemaker", "pipeline/{name}")}, named_by="pipelineName"
    ),
    "aws:securityhub/account:Account": Plausible(
        "{account}", {"arn": _arn("securityhub", "hub/default")}
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": Plausible(
        _arn("securityhub", "subscription/aws-foundational-security-best-practices/v/1.0.0"),
        {"arn": "{id}"},
    ),
    "aws:sfn/stateMachine:StateMachine": Plausible(
        _arn("states", "stateMachine:{name}"), {"arn": "{id}"}, named_by="name"
    ),
    "aws:sns/topic:Topic": Plausible(_arn("sns", "{name}"), {"arn": "{id}"}, named_by="name"),
    "aws:sns/topicPolicy:TopicPolicy": Plausible("{arn}", {"owner": "{account}"}),
    "aws:sns/topicSubscription:TopicSubscription": Plausible("{topic}:{uuid}", {"arn": "{id}"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _ec2("sgr", "security-group-rule"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ec2("sgr", "security-group-rule"),
}


def _vpc(args: Mapping[str, Any], region: str, account: str) -> dict[str, Any]:
    return {
        "id": args["id"],
        "arn": f"arn:aws:ec2:{region}:{account}:vpc/{args['id']}",
        "cidrBlock": "10.90.0.0/16",
        "ownerId": account,
    }


def _prefix_list(args: Mapping[str, Any], _region: str, _account: str) -> dict[str, Any]:
    id_ = f"pl-{hashlib.sha256(args['name'].encode()).hexdigest()[:8]}"
    return {"id": id_, "name": args["name"], "cidrBlocks": []}


def _prebuilt_image(args: Mapping[str, Any], region: str) -> dict[str, Any]:
    path = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{args['repositoryName']}"
    tag = args.get("imageTag") or "latest"
    return {"id": ACCOUNT, "registryId": ACCOUNT, "registryPath": f"{path}:{tag}"}


Invoke = Callable[[Mapping[str, Any], str, str], dict[str, Any]]

INVOKES: dict[str, Invoke] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": lambda _args, region, _account: {
        "id": region,
        "names": [f"{region}{letter}" for letter in "abc"],
        "zoneIds": [f"{region}-az{number}" for number in (1, 2, 3)],
    },
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _args, _region, account: {
        "id": account,
        "accountId": account,
        "arn": f"arn:aws:iam::{account}:user/maslow",
        "userId": "AIDACKCEVSQ6C2EXAMPLE",
    },
    "aws:index/getPartition:getPartition": lambda _args, _region, _account: {
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    },
    "aws:index/getRegion:getRegion": lambda _args, region, _account: {
        "id": region,
        "name": region,
        "region": region,
    },
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage": lambda args, region, _account: (
        _prebuilt_image(args, region)
    ),
}


def invoke(token: str, args: Mapping[str, Any], region: str, account: str) -> dict[str, Any]:
    """The result of a provider's function, by camelCase name.

    Raises Unanswerable for a function without an entry.
    """
    answer = INVOKES.get(token)
    if answer is None:
        raise Unanswerable(f"{token}: infra/plausible.py has no answer for this function")
    return answer(args, region, account)


def add_outputs(
    type_: str, logical: str, urn: str, struct: struct_pb2.Struct, region: str, account: str
) -> str:
    """Add the computed outputs of a resource to `struct`, which holds its inputs.

    Returns the resource's id. Raises as `outputs` does.
    """
    from catalog import answers, entries

    if (record := entries().get(type_)) and record.iam:
        return answers.add_outputs(record, logical, urn, struct, region, account)
    id_, added = outputs(type_, logical, urn, _Inputs(struct), region, account)
    for key, value in added.items():
        if isinstance(value, str):
            struct.fields[key].string_value = value
        else:
            struct.update({key: value})
    return id_


def outputs(
    type_: str, logical: str, urn: str, inputs: Mapping[str, Any], region: str, account: str
) -> tuple[str, dict[str, Any]]:
    """The id of a resource, and its computed outputs by camelCase name.

    Raises Unanswerable for a type without an entry, or where a template names an input that was
    not given.
    """
    from catalog import answers, entries

    if (record := entries().get(type_)) and record.iam:
        return answers.outputs(record, logical, urn, inputs, region, account)
    entry = RESOURCES.get(type_)
    if entry is None:
        raise Unanswerable(f"{type_}: infra/plausible.py has no outputs for this type ({logical})")
    values = _Values(inputs, logical, urn, region, account)
    added: dict[str, Any] = entry.made(inputs) if entry.made else {}
    if entry.named_by:
        added[entry.named_by] = values.known["name"] = values.get(entry.named_by) or logical
    try:
        values.known["id"] = id_ = entry.id.format_map(values)
        for key, template in entry.outputs.items():
            if isinstance(template, str):
                added[key] = template.format_map(values)
            else:
                added[key] = [item.format_map(values) for item in template]
    except KeyError as error:
        raise Unanswerable(f"{type_} ({logical}): its outputs need the input {error}") from error
    return id_, added


class _Inputs(Mapping[str, Any]):
    """The inputs in a struct; each is read when it is asked for."""

    def __init__(self, struct: struct_pb2.Struct) -> None:
        self.fields = struct.fields

    def __getitem__(self, key: str) -> Any:
        if key not in self.fields:
            raise KeyError(key)
        value = self.fields[key]
        if value.WhichOneof("kind") == "string_value":
            return value.string_value
        return json_format.MessageToDict(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)


class _Values(Mapping[str, str]):
    """What a template may name; inputs are read only when named."""

    def __init__(
        self, inputs: Mapping[str, Any], logical: str, urn: str, region: str, account: str
    ) -> None:
        self.inputs = inputs
        self.urn = urn
        self.known = {"logical": logical, "region": region, "account": account}

    def __getitem__(self, key: str) -> str:
        if key in self.known:
            return self.known[key]
        if key in {"hex", "uuid"}:
            digest = hashlib.sha256(self.urn.encode()).hexdigest()
            self.known["hex"] = digest[:17]
            self.known["uuid"] = "-".join(
                (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
            )
            return self.known[key]
        if key == "address":
            return self["url"].removeprefix("https://")
        value = self.inputs[key]
        if isinstance(value, str):
            return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)
