import base64
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import pulumi
import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

import catalog
from catalog import key_of, own_entries
from catalog.kubernetes_versions import default_version, versions
from catalog.wire import ASSET, SIGNATURE, UNKNOWN
from embedded.cloud import UNKNOWN as NOBODY
from embedded.cloud import Cloud
from embedded.extensions import inference
from embedded.resources import CallFailed, Resources, UnknownType, UnsupportedInput
from embedded.turns import others_first
from tests.served_model import tarball

Values = dict[str, Any]

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
OPEN_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{**ALLOW, "Principal": {"Service": "x.amazonaws.com"}}]}
)
TABLE_POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "123456789012"},
                "Action": "s3tables:GetTableData",
                "Resource": "*",
            }
        ],
    }
)
TABLE_KEY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "maintenance.s3tables.amazonaws.com"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": "*",
            },
        ],
    }
)


def _removal(days: int) -> Values:
    return {"status": "enabled", "settings": {"unreferencedDays": days, "nonCurrentDays": days}}


def _upkeep(megabytes: int) -> Values:
    kept = {"minSnapshotsToKeep": 3, "maxSnapshotAgeHours": 168}
    return {
        "icebergCompaction": {"status": "enabled", "settings": {"targetFileSizeMb": megabytes}},
        "icebergSnapshotManagement": {"status": "enabled", "settings": kept},
    }


BUS_POLICY = OPEN_POLICY.replace('"Effect"', '"Sid": "Open", "Effect"')
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
            for service in (
                *("sagemaker", "codepipeline", "firehose", "lambda"),
                *("airflow-serverless", "ec2", "eks", "pods.eks"),
            )
        ],
    }
)
LOG_DELIVERY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::maslow-logs/*",
            }
        ],
    }
)
MACHINE = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
PACK = json.dumps(
    {
        "Resources": {
            "Versions": {
                "Type": "AWS::Config::ConfigRule",
                "Properties": {
                    "ConfigRuleName": "versions",
                    "Source": {"Owner": "AWS", "SourceIdentifier": "S3_BUCKET_VERSIONING_ENABLED"},
                },
            }
        }
    }
)
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1"
RULE_GROUP = "arn:aws:network-firewall:us-east-1:123456789012:stateful-rulegroup/domains"
FIREWALL_POLICY = "arn:aws:network-firewall:us-east-1:123456789012:firewall-policy/way-out"
VPC_PLACE = {"subnets": ["$subnet"], "securityGroupIds": ["$group"]}
STUDIO = {
    "name": "maslow-spark",
    "authMode": "IAM",
    "vpcId": "$vpc",
    "subnetIds": ["$subnet"],
    "serviceRole": "$role",
    "workspaceSecurityGroupId": "$group",
    "engineSecurityGroupId": "$group2",
    "defaultS3Location": "s3://maslow-world/workspaces",
}
CLUSTER = {
    "roleArn": "$role",
    "version": [*versions()][1],
    "vpcConfig": {
        "subnetIds": ["$subnet", "$subnet2"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    },
    "accessConfig": {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    },
    "bootstrapSelfManagedAddons": False,
    "computeConfig": {"enabled": True},
    "storageConfig": {"blockStorage": {"enabled": True}},
    "kubernetesNetworkConfig": {
        "serviceIpv4Cidr": "172.20.0.0/16",
        "elasticLoadBalancing": {"enabled": True},
    },
    "encryptionConfig": {"provider": {"keyArn": "$key"}, "resources": ["secrets"]},
    "enabledClusterLogTypes": ["audit", "authenticator"],
}
CAPTURE = {
    "enableCapture": True,
    "initialSamplingPercentage": 100,
    "destinationS3Uri": "s3://maslow-world/capture",
    "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
    "captureContentTypeHeader": {"csvContentTypes": ["text/csv"]},
}
SCALED = {
    "serviceNamespace": "sagemaker",
    "resourceId": "endpoint/maslow-world/variant/live",
    "scalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
ARRIVING = {
    "roleArn": "$role",
    "bucketArn": "arn:aws:s3:::maslow-world",
    "prefix": "vitals/day=!{timestamp:yyyy-MM-dd}/",
    "errorOutputPrefix": "errors/vitals/!{firehose:error-output-type}/",
    "bufferingSize": 64,
    "bufferingInterval": 60,
    "kmsKeyArn": "$key",
    "cloudwatchLoggingOptions": {
        "enabled": True,
        "logGroupName": "maslow-world",
        "logStreamName": "S3Delivery",
    },
    "processingConfiguration": {
        "enabled": True,
        "processors": [
            {
                "type": "AppendDelimiterToRecord",
                "parameters": [{"parameterName": "Delimiter", "parameterValue": "\\n"}],
            }
        ],
    },
}
SCHEMA = """{{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
 "properties": {{"heart_rate": {{"type": "{type}"}}}}}}"""
SOURCE_STAGE = {
    "name": "Source",
    "actions": [
        {
            "name": "Clone",
            "category": "Source",
            "owner": "AWS",
            "provider": "CodeStarSourceConnection",
            "version": "1",
            "outputArtifacts": ["source"],
            "configuration": {
                "ConnectionArn": "$connection",
                "FullRepositoryId": "a/b",
                "BranchName": "main",
            },
        }
    ],
}
BUILD_STAGE = {
    "name": "Build",
    "actions": [
        {
            "name": "Validate",
            "category": "Build",
            "owner": "AWS",
            "provider": "CodeBuild",
            "version": "1",
            "inputArtifacts": ["source"],
            "runOrder": 1,
            "configuration": {"ProjectName": "validate"},
        }
    ],
    "onFailure": {"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}},
}
DELIVERY = {
    "roleArn": "$role",
    "pipelineType": "V2",
    "artifactStores": [
        {
            "location": "maslow-world",
            "type": "S3",
            "encryptionKey": {"id": "$key", "type": "KMS"},
        }
    ],
    "stages": [SOURCE_STAGE, BUILD_STAGE],
    "triggers": [
        {
            "providerType": "CodeStarSourceConnection",
            "gitConfiguration": {
                "sourceActionName": "Clone",
                "pushes": [{"tags": {"includes": ["v*"], "excludes": ["*-rc*"]}}],
                "pullRequests": [{"events": ["OPEN"], "branches": {"includes": ["main"]}}],
            },
        }
    ],
}


FUNCTION: Values = {
    "role": "$role",
    "runtime": "python3.13",
    "handler": "code.handler",
    "s3Bucket": "maslow-world",
    "s3Key": "code.zip",
    "timeout": 60,
    "memorySize": 256,
    "environment": {"variables": {"PLACE": "raw"}},
    "loggingConfig": {"logFormat": "JSON", "logGroup": "maslow-world"},
}


def zipped() -> str:
    """A function's code, in base64."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("code.py", "def handler(event, context):\n    return event\n")
    return base64.b64encode(out.getvalue()).decode()


def logged(log_type: str) -> Values:
    """The logging of a firewall, of one kind of event."""
    config = {
        "logType": log_type,
        "logDestinationType": "CloudWatchLogs",
        "logDestination": {"logGroup": "maslow-world"},
    }
    return {"logDestinationConfigs": [config]}


@dataclass(frozen=True)
class Case:
    """A type's life: created from `inputs`, changed by `change`, deleted.

    Texts that begin with `$` stand for something of the world. `left` says that AWS keeps showing
    it after the deletion.
    """

    token: str
    inputs: Values
    change: Values = field(default_factory=dict)
    left: bool = False


def s3(what: str, inputs: Values, change: Values | None = None, *, left: bool = False) -> Case:
    token = f"aws:s3/{what[0].lower()}{what[1:]}:{what}"
    return Case(token, {"bucket": "maslow-world", **inputs}, change or {}, left)


def sagemaker(what: str, inputs: Values, change: Values | None = None) -> Case:
    return Case(f"aws:sagemaker/{what[0].lower()}{what[1:]}:{what}", inputs, change or {})


FLOW: Values = {
    "Name": "wards",
    "RoleArn": "arn:aws:iam::123456789012:role/maslow-world",
    "DefinitionS3Location": {"Bucket": "maslow-world", "ObjectKey": "wards.yaml"},
    "Tags": {"team": "oncology"},
}
TAGGED: Values = {"tags": {"team": "oncology"}}

CASES = [
    Case(
        "aws:ec2/vpc:Vpc",
        {"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True},
        {"enableDnsHostnames": False, **TAGGED},
    ),
    Case(
        "aws:ec2/subnet:Subnet",
        {"vpcId": "$vpc", "cidrBlock": "10.0.2.0/24", "availabilityZone": "eu-west-1b"},
        {"mapPublicIpOnLaunch": True},
    ),
    Case("aws:ec2/internetGateway:InternetGateway", {"vpcId": "$vpc"}, TAGGED),
    Case("aws:ec2/eip:Eip", {"domain": "vpc"}, TAGGED),
    Case(
        "aws:ec2/natGateway:NatGateway", {"allocationId": "$address", "subnetId": "$subnet"}, TAGGED
    ),
    Case(
        "aws:ec2/routeTable:RouteTable",
        {"vpcId": "$vpc", "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayId": "$gateway"}]},
        {"routes": [{"cidrBlock": "10.9.0.0/16", "gatewayId": "$gateway"}]},
    ),
    Case(
        "aws:ec2/route:Route",
        {
            "routeTableId": "$table",
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": "$gateway",
        },
    ),
    Case(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        {"routeTableId": "$table", "subnetId": "$subnet"},
    ),
    Case(
        "aws:ec2/securityGroup:SecurityGroup",
        {
            "vpcId": "$vpc",
            "description": "Endpoints",
            "ingress": [
                {
                    "protocol": "tcp",
                    "fromPort": 443,
                    "toPort": 443,
                    "cidrBlocks": ["10.0.0.0/16"],
                    "description": "TLS",
                }
            ],
        },
        {"ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "self": True}]},
    ),
    Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {
            "securityGroupId": "$group",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "cidrIpv4": "10.0.0.0/16",
            "description": "TLS",
        },
        {"description": "TLS from the VPC"},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        {
            "securityGroupId": "$group",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "referencedSecurityGroupId": "$group",
        },
    ),
    Case("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": "$vpc"}, TAGGED, left=True),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": "$vpc",
            "serviceName": "com.amazonaws.eu-west-1.s3",
            "vpcEndpointType": "Gateway",
            "routeTableIds": ["$table"],
            "policy": OPEN_POLICY,
        },
        TAGGED,
    ),
    Case(
        "aws:ec2/flowLog:FlowLog",
        {
            "vpcId": "$vpc",
            "trafficType": "ALL",
            "iamRoleArn": "$role",
            "logDestinationType": "cloud-watch-logs",
            "logDestination": "$logs",
            "maxAggregationInterval": 60,
        },
        TAGGED,
    ),
    Case(
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        {"policyName": "maslow-delivery", "policyDocument": OPEN_POLICY},
        {"policyDocument": OPEN_POLICY.replace("GetObject", "PutObject")},
    ),
    Case(
        "aws:networkfirewall/ruleGroup:RuleGroup",
        {
            "type": "STATEFUL",
            "capacity": 10,
            "ruleGroup": {
                "ruleVariables": {
                    "ipSets": [{"key": "HOME_NET", "ipSet": {"definitions": ["10.0.0.0/16"]}}]
                },
                "rulesSource": {
                    "rulesSourceList": {
                        "generatedRulesType": "ALLOWLIST",
                        "targetTypes": ["TLS_SNI"],
                        "targets": ["data.example.org"],
                    }
                },
                "statefulRuleOptions": {"ruleOrder": "STRICT_ORDER"},
            },
        },
        {"description": "Allowed domains", **TAGGED},
    ),
    Case(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        {
            "firewallPolicy": {
                "statelessDefaultActions": ["aws:forward_to_sfe"],
                "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
                "statefulEngineOptions": {"ruleOrder": "STRICT_ORDER"},
                "statefulRuleGroupReferences": [{"priority": 1, "resourceArn": RULE_GROUP}],
            },
        },
        {"description": "The way out", **TAGGED},
    ),
    Case(
        "aws:networkfirewall/firewall:Firewall",
        {
            "vpcId": "$vpc",
            "firewallPolicyArn": FIREWALL_POLICY,
            "subnetMappings": [{"subnetId": "$subnet"}],
        },
        TAGGED,
    ),
    Case(
        "aws:networkfirewall/loggingConfiguration:LoggingConfiguration",
        {"firewallArn": "$firewall", "loggingConfiguration": logged("ALERT")},
        {"loggingConfiguration": logged("FLOW")},
    ),
    Case(
        "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
        {"resourceId": "$vpc", "firewallFailOpen": "DISABLED"},
        {"firewallFailOpen": "ENABLED"},
    ),
    Case(
        "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
        {"domains": ["data.example.org"]},
        {"domains": ["data.example.org", "*.example.net"], **TAGGED},
    ),
    Case("aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup", {}, TAGGED),
    Case(
        "aws:route53/resolverFirewallRule:ResolverFirewallRule",
        {
            "firewallRuleGroupId": "rslvr-frg-1",
            "firewallDomainListId": "rslvr-fdl-1",
            "priority": 100,
            "action": "BLOCK",
            "blockResponse": "NXDOMAIN",
        },
        {"priority": 200},
    ),
    Case(
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        {"firewallRuleGroupId": "rslvr-frg-1", "vpcId": "$vpc", "priority": 101},
        {"priority": 102, **TAGGED},
    ),
    Case(
        "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
        {"destinationArn": "$logs"},
        TAGGED,
    ),
    Case(
        "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
        {"resolverQueryLogConfigId": "rqlc-1", "resourceId": "$vpc"},
    ),
    Case(
        "aws:kms/key:Key",
        {"description": "Lake", "enableKeyRotation": True, "deletionWindowInDays": 7},
        {"description": "Feature store", "enableKeyRotation": False, **TAGGED},
    ),
    Case("aws:kms/alias:Alias", {"targetKeyId": "$key"}, {"targetKeyId": "$key2"}),
    Case(
        "aws:iam/role:Role",
        {
            "assumeRolePolicy": TRUST,
            "maxSessionDuration": 3600,
            "inlinePolicies": [{"name": "read", "policy": POLICY}],
        },
        {"description": "Trains", "inlinePolicies": [{"name": "write", "policy": POLICY}]},
    ),
    Case(
        "aws:iam/rolePolicy:RolePolicy",
        {"role": "maslow-world", "policy": POLICY},
        {"policy": POLICY.replace("GetObject", "PutObject")},
    ),
    Case(
        "aws:iam/policy:Policy",
        {"policy": POLICY, "description": "Reads"},
        {"policy": POLICY.replace("GetObject", "PutObject"), **TAGGED},
    ),
    Case(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"role": "maslow-world", "policyArn": "$policy"},
    ),
    Case(
        "aws:iam/instanceProfile:InstanceProfile",
        {"name": "maslow-nodes", "role": "maslow-world"},
        TAGGED,
    ),
    Case(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {"url": "https://gitlab.example.com", "clientIdLists": ["sts.amazonaws.com"]},
        TAGGED,
    ),
    Case(
        "aws:sns/topic:Topic",
        {"kmsMasterKeyId": "$key", "displayName": "Alerts"},
        {"displayName": "Alarms", **TAGGED},
    ),
    Case("aws:sns/topicPolicy:TopicPolicy", {"arn": "$topic", "policy": OPEN_POLICY}, left=True),
    Case(
        "aws:sns/topicSubscription:TopicSubscription",
        {"topic": "$topic", "protocol": "email", "endpoint": "oncall@example.com"},
    ),
    Case(
        "aws:cloudcontrol/resource:Resource",
        {"typeName": "AWS::ARC::Plan", "desiredState": '{"Name": "plan"}'},
        {"desiredState": '{"Name": "plan", "Description": "x"}'},
    ),
    Case(
        "aws:cloudcontrol/resource:Resource",
        {"typeName": "AWS::MWAAServerless::Workflow", "desiredState": json.dumps(FLOW)},
        {"desiredState": json.dumps({**FLOW, "Description": "Wards, once a day"})},
    ),
    Case(
        "aws:sqs/queue:Queue",
        {"kmsMasterKeyId": "$key", "messageRetentionSeconds": 1209600},
        {"messageRetentionSeconds": 86400, **TAGGED},
    ),
    Case(
        "aws:sqs/queuePolicy:QueuePolicy",
        {"queueUrl": "$queue", "policy": OPEN_POLICY},
        {"policy": OPEN_POLICY.replace("x.", "y.")},
    ),
    Case(
        "aws:budgets/budget:Budget",
        {
            "budgetType": "COST",
            "timeUnit": "MONTHLY",
            "limitAmount": "1500",
            "limitUnit": "USD",
            "costFilters": [{"name": "Service", "values": ["Amazon SageMaker"]}],
            "notifications": [
                {
                    "comparisonOperator": "GREATER_THAN",
                    "notificationType": "ACTUAL",
                    "threshold": 80,
                    "thresholdType": "PERCENTAGE",
                    "subscriberSnsTopicArns": ["$topic"],
                }
            ],
        },
        {"limitAmount": "1600"},
    ),
    Case(
        "aws:codeartifact/domain:Domain",
        {"domain": "maslow-packages", "encryptionKey": "$key"},
        TAGGED,
    ),
    Case(
        "aws:codeartifact/domainPermissions:DomainPermissions",
        {"domain": "maslow-world", "policyDocument": OPEN_POLICY},
        {"policyDocument": OPEN_POLICY.replace("x.", "y.")},
    ),
    Case(
        "aws:codeartifact/repository:Repository",
        {
            "domain": "maslow-world",
            "repository": "pypi-store",
            "externalConnections": {"externalConnectionName": "public:pypi"},
        },
        {"description": "What came from PyPI", **TAGGED},
    ),
    Case(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        {"repository": "maslow-world", "policy": OPEN_POLICY},
        {"policy": OPEN_POLICY.replace("x.", "y.")},
    ),
    Case(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        {
            "scanType": "ENHANCED",
            "rules": [
                {
                    "scanFrequency": "CONTINUOUS_SCAN",
                    "repositoryFilters": [{"filter": "maslow-*", "filterType": "WILDCARD"}],
                }
            ],
        },
        {"scanType": "BASIC"},
        left=True,
    ),
    Case(
        "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
        {
            "configurationName": "maslow-alerts-slack",
            "slackTeamId": "T0123",
            "slackChannelId": "C0456",
            "snsTopicArns": ["$topic"],
            "iamRoleArn": "$role",
            "guardrailPolicyArns": ["$policy"],
            "loggingLevel": "ERROR",
        },
        {"slackChannelId": "C0457"},
    ),
    Case(
        "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration",
        {
            "configurationName": "maslow-alerts-teams",
            "tenantId": "12345678-1234-1234-1234-123456789abc",
            "teamId": "12345678-1234-1234-1234-123456789abc",
            "channelId": "19%3ab6ef35%40thread.tacv2",
            "snsTopicArns": ["$topic"],
            "iamRoleArn": "$role",
            "guardrailPolicyArns": ["$policy"],
        },
        {"loggingLevel": "INFO"},
    ),
    Case(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        {
            "monitorType": "CUSTOM",
            "monitorSpecification": json.dumps(
                {
                    **dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or")),
                    "Tags": {"Key": "team", "MatchOptions": None, "Values": ["ml"]},
                }
            ),
        },
        TAGGED,
    ),
    Case(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        {
            "frequency": "IMMEDIATE",
            "monitorArnLists": ["arn:aws:ce::123456789012:anomalymonitor/default"],
            "subscribers": [{"type": "SNS", "address": "$topic"}],
            "thresholdExpression": {
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "matchOptions": ["GREATER_THAN_OR_EQUAL"],
                    "values": ["500"],
                }
            },
        },
        {"frequency": "DAILY"},
    ),
    Case(
        "aws:costexplorer/costAllocationTag:CostAllocationTag",
        {"tagKey": "maslow:model", "status": "Active"},
        {"status": "Inactive"},
    ),
    Case(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        {"ecrRepositoryPrefix": "maslow-quay", "upstreamRegistryUrl": "quay.io"},
    ),
    Case(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        {
            "prefix": "maslow-quay",
            "appliedFors": ["PULL_THROUGH_CACHE"],
            "customRoleArn": "$role",
            "imageTagMutability": "MUTABLE",
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "$key"}],
        },
        {"description": "Images of Quay"},
    ),
    Case(
        "aws:cloudwatch/eventBus:EventBus",
        {"description": "Promotion", "kmsKeyIdentifier": "$key"},
        {"description": "Approvals"},
    ),
    Case(
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        {"eventBusName": "maslow-world", "policy": BUS_POLICY},
        {"policy": BUS_POLICY.replace("x.", "y.")},
    ),
    Case(
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        {"modelPackageGroupName": "maslow-world", "resourcePolicy": OPEN_POLICY},
        {"resourcePolicy": OPEN_POLICY.replace("x.", "y.")},
    ),
    Case(
        "aws:cloudwatch/logGroup:LogGroup",
        {"retentionInDays": 30, "kmsKeyId": "$key"},
        {"retentionInDays": 60, **TAGGED},
    ),
    Case(
        "aws:cloudwatch/dashboard:Dashboard",
        {
            "dashboardName": "maslow-world",
            "dashboardBody": json.dumps(
                {"widgets": [{"type": "text", "properties": {"markdown": "world"}}]}
            ),
        },
        {
            "dashboardBody": json.dumps(
                {"widgets": [{"type": "text", "properties": {"markdown": "other"}}]}
            )
        },
    ),
    Case(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "comparisonOperator": "GreaterThanThreshold",
            "evaluationPeriods": 3,
            "threshold": 0.1,
            "treatMissingData": "notBreaching",
            "alarmActions": ["$topic"],
            "metricQueries": [
                {
                    "id": "m1",
                    "metric": {
                        "namespace": "maslow/Monitors",
                        "metricName": "Worst",
                        "period": 3600,
                        "stat": "Maximum",
                        "dimensions": {"Model": "maslow-world", "Monitor": "data"},
                    },
                },
                {"id": "worst", "expression": "MAX(METRICS())", "returnData": True},
            ],
        },
        {"threshold": 0.2, **TAGGED},
    ),
    Case(
        "aws:cloudwatch/eventRule:EventRule",
        {"eventPattern": json.dumps({"source": ["aws.cloudwatch"]}), "description": "Drift"},
        {"description": "Drift alarms", **TAGGED},
    ),
    Case(
        "aws:cloudwatch/eventTarget:EventTarget",
        {
            "rule": "maslow-world",
            "arn": "$topic",
            "roleArn": "$role",
            "inputTransformer": {
                "inputPaths": {"alarm": "$.detail.alarmName"},
                "inputTemplate": '{"alarm": <alarm>}',
            },
        },
        {"retryPolicy": {"maximumRetryAttempts": 2}},
    ),
    Case("aws:s3/bucket:Bucket", {"forceDestroy": True, **TAGGED}, {"tags": {"team": "ml"}}),
    s3("BucketVersioning", {"versioningConfiguration": {"status": "Enabled"}}, left=True),
    s3(
        "BucketServerSideEncryptionConfiguration",
        {
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {
                        "sseAlgorithm": "aws:kms",
                        "kmsMasterKeyId": "$key",
                    },
                    "bucketKeyEnabled": True,
                }
            ]
        },
    ),
    s3(
        "BucketPublicAccessBlock",
        {"blockPublicAcls": True, "blockPublicPolicy": True},
        {"ignorePublicAcls": True, "restrictPublicBuckets": True},
    ),
    s3("BucketOwnershipControls", {"rule": {"objectOwnership": "BucketOwnerEnforced"}}),
    s3("BucketNotification", {"eventbridge": True}),
    s3("BucketPolicy", {"policy": OPEN_POLICY}, {"policy": OPEN_POLICY.replace("Get", "Put")}),
    s3(
        "BucketLifecycleConfiguration",
        {
            "rules": [
                {
                    "id": "tidy",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                    "noncurrentVersionExpiration": {"noncurrentDays": 30},
                    "transitions": [{"days": 90, "storageClass": "STANDARD_IA"}],
                }
            ]
        },
    ),
    s3(
        "BucketReplicationConfig",
        {
            "bucket": "maslow-locked",
            "role": "$role",
            "rules": [
                {
                    "id": "copy-all",
                    "status": "Enabled",
                    "priority": 1,
                    "filter": {"prefix": ""},
                    "deleteMarkerReplication": {"status": "Disabled"},
                    "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
                    "destination": {
                        "bucket": "arn:aws:s3:::maslow-copies",
                        "encryptionConfiguration": {"replicaKmsKeyId": "$key"},
                    },
                }
            ],
        },
    ),
    s3(
        "BucketLogging",
        {"targetBucket": "maslow-logs", "targetPrefix": "world/"},
        {"targetPrefix": "lake/"},
    ),
    s3(
        "BucketObjectLockConfiguration",
        {
            "bucket": "maslow-locked",
            "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 400}},
        },
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 800}}},
        left=True,
    ),
    s3(
        "BucketObjectv2",
        {"key": "code/train.py", "content": "print(1)", "serverSideEncryption": "aws:kms"},
        {"content": "print(2)"},
    ),
    Case(
        "aws:ecr/repository:Repository",
        {
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "$key"}],
            "forceDelete": True,
        },
        {"imageTagMutability": "MUTABLE", **TAGGED},
    ),
    Case(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        {
            "repository": "maslow-world",
            "policy": json.dumps(
                {
                    "rules": [
                        {
                            "rulePriority": 1,
                            "selection": {
                                "tagStatus": "untagged",
                                "countType": "imageCountMoreThan",
                                "countNumber": 5,
                            },
                            "action": {"type": "expire"},
                        }
                    ]
                }
            ),
        },
    ),
    Case("aws:codeconnections/connection:Connection", {"providerType": "GitHub"}, TAGGED),
    Case(
        "aws:codebuild/project:Project",
        {
            "serviceRole": "$role",
            "artifacts": {"type": "CODEPIPELINE"},
            "source": {"type": "CODEPIPELINE", "buildspec": "version: 0.2"},
            "environment": {
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [{"name": "STACK", "value": "dev", "type": "PLAINTEXT"}],
            },
            "encryptionKey": "$key",
            "buildTimeout": 30,
            "queuedTimeout": 60,
            "concurrentBuildLimit": 1,
            "cache": {"type": "S3", "location": "maslow-world/cache"},
            "vpcConfig": {"vpcId": "$vpc", "subnets": ["$subnet"], "securityGroupIds": ["$group"]},
            "logsConfig": {"cloudwatchLogs": {"groupName": "maslow-world"}},
        },
        {"buildTimeout": 60},
    ),
    Case("aws:codepipeline/pipeline:Pipeline", DELIVERY, {"executionMode": "QUEUED", **TAGGED}),
    Case(
        "aws:glue/catalogDatabase:CatalogDatabase",
        {"name": "maslow_curated", "description": "Curated"},
        {"description": "Cleaned", **TAGGED},
    ),
    Case("aws:cloudwatch/logStream:LogStream", {"logGroupName": "maslow-world", "name": "S3"}),
    Case(
        "aws:glue/catalogTable:CatalogTable",
        {
            "databaseName": "features",
            "name": "vitals",
            "tableType": "EXTERNAL_TABLE",
            "parameters": {"classification": "parquet"},
            "partitionKeys": [{"name": "day", "type": "string"}],
            "storageDescriptor": {
                "columns": [{"name": "heart_rate", "type": "int"}],
                "location": "s3://maslow-world/vitals/",
            },
        },
        {"parameters": {"classification": "parquet", "projection.enabled": "true"}},
    ),
    Case("aws:backup/vault:Vault", {"name": "maslow-zones", "kmsKeyArn": "$key"}, TAGGED),
    Case(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        {"backupVaultName": "$vault", "minRetentionDays": 7, "changeableForDays": 30},
        {"minRetentionDays": 35},
    ),
    Case(
        "aws:backup/plan:Plan",
        {
            "name": "maslow-raw",
            "rules": [
                {
                    "ruleName": "continuous",
                    "targetVaultName": "$vault",
                    "schedule": "cron(0 3 * * ? *)",
                    "enableContinuousBackup": True,
                    "startWindow": 60,
                    "completionWindow": 10080,
                    "lifecycle": {"deleteAfter": 35},
                }
            ],
        },
        {
            "rules": [
                {
                    "ruleName": "daily",
                    "targetVaultName": "$vault",
                    "schedule": "cron(0 3 * * ? *)",
                    "lifecycle": {"deleteAfter": 90},
                }
            ],
            **TAGGED,
        },
    ),
    Case(
        "aws:backup/selection:Selection",
        {
            "name": "maslow-raw",
            "planId": "$plan",
            "iamRoleArn": "$role",
            "resources": ["arn:aws:s3:::maslow-world"],
        },
    ),
    Case(
        "aws:macie/customDataIdentifier:CustomDataIdentifier",
        {"name": "record-number", "regex": "MRN[0-9]{8}", "keywords": ["record"]},
    ),
    Case(
        "aws:macie2/classificationJob:ClassificationJob",
        {
            "name": "maslow-raw",
            "jobType": "SCHEDULED",
            "scheduleFrequency": {"weeklySchedule": "MONDAY"},
            "s3JobDefinition": {
                "bucketDefinitions": [{"accountId": "123456789012", "buckets": ["maslow-world"]}],
                "scoping": {
                    "excludes": {
                        "ands": [
                            {
                                "simpleScopeTerm": {
                                    "comparator": "STARTS_WITH",
                                    "key": "OBJECT_KEY",
                                    "values": ["_quality/"],
                                }
                            }
                        ]
                    }
                },
            },
            "samplingPercentage": 50,
        },
        {"jobStatus": "USER_PAUSED"},
    ),
    Case(
        "aws:macie2/classificationExportConfiguration:ClassificationExportConfiguration",
        {"s3Destination": {"bucketName": "maslow-world", "keyPrefix": "a/", "kmsKeyArn": "$key"}},
        {"s3Destination": {"bucketName": "maslow-world", "keyPrefix": "b/", "kmsKeyArn": "$key"}},
        left=True,
    ),
    Case(
        "aws:glue/crawler:Crawler",
        {
            "name": "maslow-partners",
            "role": "$role",
            "databaseName": "maslow_raw",
            "tablePrefix": "partners_",
            "s3Targets": [{"path": "s3://maslow-world/partners/"}],
            "schedule": "cron(0 3 * * ? *)",
            "schemaChangePolicy": {"updateBehavior": "LOG", "deleteBehavior": "LOG"},
            "securityConfiguration": "maslow-partners",
        },
        {"schedule": "cron(0 4 * * ? *)", "description": "Of partners", **TAGGED},
    ),
    Case(
        "aws:glue/dataQualityRuleset:DataQualityRuleset",
        {
            "name": "maslow-visits",
            "description": "Of visits",
            "ruleset": "Rules = [ RowCount > 0 ]",
            "targetTable": {"databaseName": "curated", "tableName": "visits"},
        },
        {"ruleset": 'Rules = [ IsComplete "id" ]', **TAGGED},
    ),
    Case("aws:glue/registry:Registry", {"registryName": "maslow-streams"}, TAGGED),
    Case(
        "aws:glue/schema:Schema",
        {
            "registryArn": "$registry",
            "schemaName": "vitals",
            "dataFormat": "JSON",
            "compatibility": "NONE",
            "schemaDefinition": SCHEMA.format(type="integer"),
        },
        {"compatibility": "BACKWARD", "schemaDefinition": SCHEMA.format(type="number"), **TAGGED},
    ),
    Case(
        "aws:efs/fileSystem:FileSystem",
        {
            "creationToken": "maslow-files",
            "encrypted": True,
            "kmsKeyId": "$key",
            "performanceMode": "generalPurpose",
            "throughputMode": "elastic",
            "lifecyclePolicies": [{"transitionToIa": "AFTER_30_DAYS"}],
        },
        {
            "throughputMode": "bursting",
            "lifecyclePolicies": [
                {"transitionToIa": "AFTER_7_DAYS"},
                {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
            ],
            **TAGGED,
        },
    ),
    Case(
        "aws:efs/mountTarget:MountTarget",
        {"fileSystemId": "$files", "subnetId": "$subnet", "securityGroups": ["$group"]},
        {"securityGroups": ["$group2"]},
    ),
    Case(
        "aws:efs/accessPoint:AccessPoint",
        {
            "fileSystemId": "$files",
            "posixUser": {"uid": 10000, "gid": 10000},
            "rootDirectory": {
                "path": "/teams/oncology",
                "creationInfo": {"ownerUid": 10000, "ownerGid": 10000, "permissions": "0770"},
            },
        },
        TAGGED,
    ),
    Case(
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        {"fileSystemId": "$files", "policy": POLICY},
        {"policy": OPEN_POLICY},
    ),
    Case(
        "aws:efs/backupPolicy:BackupPolicy",
        {"fileSystemId": "$files", "backupPolicy": {"status": "ENABLED"}},
    ),
    Case(
        "aws:s3tables/tableBucket:TableBucket",
        {
            "name": "maslow-tables",
            "encryptionConfiguration": {"sseAlgorithm": "aws:kms", "kmsKeyArn": "$table_key"},
            "maintenanceConfiguration": {"icebergUnreferencedFileRemoval": _removal(7)},
        },
        {
            "encryptionConfiguration": {"sseAlgorithm": "aws:kms", "kmsKeyArn": "$key2"},
            "maintenanceConfiguration": {"icebergUnreferencedFileRemoval": _removal(14)},
            **TAGGED,
        },
    ),
    Case(
        "aws:s3tables/namespace:Namespace",
        {"tableBucketArn": "$table_bucket", "namespace": "raw"},
    ),
    Case(
        "aws:s3tables/table:Table",
        {
            "tableBucketArn": "$table_bucket",
            "namespace": "curated",
            "name": "visits",
            "format": "ICEBERG",
            "maintenanceConfiguration": _upkeep(128),
        },
        {"maintenanceConfiguration": _upkeep(256), **TAGGED},
    ),
    Case(
        "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
        {"tableBucketArn": "$table_bucket", "resourcePolicy": TABLE_POLICY},
        {"resourcePolicy": TABLE_POLICY.replace("GetTableData", "PutTableData")},
    ),
    Case(
        "aws:s3tables/tablePolicy:TablePolicy",
        {
            "tableBucketArn": "$table_bucket",
            "namespace": "curated",
            "name": "wards",
            "resourcePolicy": TABLE_POLICY,
        },
        {"resourcePolicy": TABLE_POLICY.replace("GetTableData", "PutTableData")},
    ),
    Case(
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        {
            "deploymentType": "PERSISTENT_2",
            "storageType": "SSD",
            "storageCapacity": 1200,
            "perUnitStorageThroughput": 125,
            "fileSystemTypeVersion": "2.15",
            "kmsKeyId": "$key",
            "subnetIds": "$subnet",
            "securityGroupIds": ["$group"],
            "skipFinalBackup": True,
            "rootSquashConfiguration": {"rootSquash": "65534:65534"},
        },
        {
            "storageCapacity": 2400,
            "perUnitStorageThroughput": 250,
            "rootSquashConfiguration": {"rootSquash": "0:0"},
            "automaticBackupRetentionDays": 7,
            **TAGGED,
        },
    ),
    Case(
        "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
        {
            "fileSystemId": "$lustre",
            "fileSystemPath": "/images",
            "dataRepositoryPath": "s3://maslow-world/images/",
            "batchImportMetaDataOnCreate": True,
            "s3": {
                "autoImportPolicy": {"events": ["NEW", "CHANGED", "DELETED"]},
                "autoExportPolicy": {"events": ["NEW"]},
            },
        },
        {"s3": {"autoImportPolicy": {"events": ["NEW"]}}, **TAGGED},
    ),
    Case(
        "aws:eks/cluster:Cluster",
        {"name": "maslow-trainings", **CLUSTER},
        {
            "version": default_version(),
            "vpcConfig": {**CLUSTER["vpcConfig"], "securityGroupIds": ["$group"]},
            "enabledClusterLogTypes": ["audit"],
            "upgradePolicy": {"supportType": "STANDARD"},
            "zonalShiftConfig": {"enabled": True},
            "computeConfig": {
                "enabled": True,
                "nodePools": ["system"],
                "nodeRoleArn": "$role",
            },
            **TAGGED,
        },
    ),
    Case(
        "aws:eks/accessEntry:AccessEntry",
        {
            "clusterName": "maslow-world",
            "principalArn": "$entered",
            "kubernetesGroups": ["trainers"],
            "type": "STANDARD",
        },
        {"kubernetesGroups": ["readers"], "userName": "ana", **TAGGED},
    ),
    Case(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        {
            "clusterName": "maslow-world",
            "principalArn": "$admitted",
            "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
            "accessScope": {"type": "namespace", "namespaces": ["trainings"]},
        },
        {"accessScope": {"type": "cluster"}},
    ),
    Case(
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        {
            "clusterName": "maslow-world",
            "namespace": "trainings",
            "serviceAccount": "trainer",
            "roleArn": "$role",
        },
        {"roleArn": "$admitted", "disableSessionTags": True, **TAGGED},
    ),
    Case(
        "aws:eks/addon:Addon",
        {
            "clusterName": "maslow-world",
            "addonName": "aws-efs-csi-driver",
            "addonVersion": "v2.1.9-eksbuild.1",
            "resolveConflictsOnCreate": "OVERWRITE",
            "podIdentityAssociations": [
                {"serviceAccount": "efs-csi-controller-sa", "roleArn": "$role"}
            ],
        },
        {"configurationValues": '{"controller": {"replicaCount": 1}}', **TAGGED},
    ),
    Case(
        "aws:emrcontainers/virtualCluster:VirtualCluster",
        {
            "name": "maslow-spark",
            "containerProvider": {
                "id": "maslow-world",
                "type": "EKS",
                "info": {"eksInfo": {"namespace": "spark"}},
            },
        },
        TAGGED,
    ),
    Case(
        "aws:emrcontainers/jobTemplate:JobTemplate",
        {
            "name": "maslow-clean",
            "jobTemplateData": {
                "executionRoleArn": "$role",
                "releaseLabel": "emr-7.12.0-latest",
                "jobDriver": {
                    "sparkSubmitJobDriver": {
                        "entryPoint": "s3://maslow-world/clean.py",
                        "sparkSubmitParameters": "--conf spark.executor.instances=2",
                    }
                },
            },
        },
    ),
    Case(
        "aws:dynamodb/table:Table",
        {
            "name": "maslow-lakefs",
            "billingMode": "PAY_PER_REQUEST",
            "hashKey": "PartitionKey",
            "rangeKey": "ItemKey",
            "attributes": [
                {"name": "PartitionKey", "type": "B"},
                {"name": "ItemKey", "type": "B"},
            ],
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "$key"},
            "pointInTimeRecovery": {"enabled": True},
        },
        {"pointInTimeRecovery": {"enabled": False}, **TAGGED},
    ),
    Case(
        "aws:kinesis/stream:Stream",
        {
            "name": "maslow-vitals",
            "streamModeDetails": {"streamMode": "PROVISIONED"},
            "shardCount": 1,
            "retentionPeriod": 24,
            "encryptionType": "KMS",
            "kmsKeyId": "$key",
        },
        {"shardCount": 2, "retentionPeriod": 48, **TAGGED},
    ),
    Case(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        {
            "name": "maslow-vitals",
            "destination": "extended_s3",
            "kinesisSourceConfiguration": {"kinesisStreamArn": "$stream", "roleArn": "$role"},
            "extendedS3Configuration": ARRIVING,
        },
        {"extendedS3Configuration": {**ARRIVING, "bufferingSize": 32}, **TAGGED},
    ),
    Case(
        "aws:lambda/function:Function",
        {"name": "maslow-visits", "description": "Visits", **FUNCTION, "architectures": ["arm64"]},
        {"timeout": 120, "s3Key": "code2.zip", **TAGGED},
    ),
    Case(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        {
            "eventSourceArn": "$stream",
            "functionName": "$function",
            "startingPosition": "TRIM_HORIZON",
            "batchSize": 100,
            "bisectBatchOnFunctionError": True,
            "maximumRetryAttempts": 10,
            "maximumRecordAgeInSeconds": 3600,
            "destinationConfig": {"onFailure": {"destinationArn": "$queue_arn"}},
            "functionResponseTypes": ["ReportBatchItemFailures"],
        },
        {"batchSize": 200, "parallelizationFactor": 2, "maximumRetryAttempts": 5},
    ),
    Case(
        "aws:glue/catalogTable:CatalogTable",
        {
            "name": "visits",
            "databaseName": "features",
            "tableType": "EXTERNAL_TABLE",
            "parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "partitionKeys": [{"name": "visited_on", "type": "date"}],
            "storageDescriptor": {
                "location": "s3://maslow-world/visits/",
                "columns": [{"name": "visit_id", "type": "string", "comment": "whose"}],
                "inputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "serDeInfo": {
                    "serializationLibrary": "ql.io.parquet.serde.ParquetHiveSerDe",
                    "parameters": {"serialization.format": "1"},
                },
            },
        },
        {"description": "Visits", "parameters": {"EXTERNAL": "TRUE", "classification": "json"}},
    ),
    Case(
        "aws:glue/catalogTableOptimizer:CatalogTableOptimizer",
        {
            "catalogId": "123456789012",
            "databaseName": "features",
            "tableName": "wards",
            "type": "retention",
            "configuration": {
                "enabled": True,
                "roleArn": "$role",
                "retentionConfiguration": {
                    "icebergConfiguration": {"snapshotRetentionPeriodInDays": 7}
                },
            },
        },
        {"configuration": {"enabled": False, "roleArn": "$role"}},
    ),
    Case(
        "aws:emrserverless/application:Application",
        {
            "name": "maslow-jobs",
            "type": "spark",
            "releaseLabel": "emr-7.12.0",
            "maximumCapacity": {"cpu": "64 vCPU", "memory": "256 GB"},
            "autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": 15},
            "initialCapacities": [
                {
                    "initialCapacityType": "Driver",
                    "initialCapacityConfig": {
                        "workerCount": 1,
                        "workerConfiguration": {"cpu": "4 vCPU", "memory": "16 GB"},
                    },
                }
            ],
        },
        {"maximumCapacity": {"cpu": "128 vCPU", "memory": "512 GB"}},
    ),
    Case(
        "aws:glue/job:Job",
        {
            "name": "maslow-clean",
            "roleArn": "$role",
            "glueVersion": "5.1",
            "command": {
                "name": "glueetl",
                "pythonVersion": "3",
                "scriptLocation": "s3://maslow-world/clean.py",
            },
            "defaultArguments": {"--days": "7"},
            "workerType": "G.1X",
            "numberOfWorkers": 4,
            "timeout": 60,
            "executionProperty": {"maxConcurrentRuns": 1},
        },
        {"numberOfWorkers": 8, **TAGGED},
    ),
    Case(
        "aws:glue/securityConfiguration:SecurityConfiguration",
        {
            "name": "maslow-clean",
            "encryptionConfiguration": {
                "s3Encryption": {"s3EncryptionMode": "SSE-KMS", "kmsKeyArn": "$key"},
                "jobBookmarksEncryption": {
                    "jobBookmarksEncryptionMode": "CSE-KMS",
                    "kmsKeyArn": "$key",
                },
                "cloudwatchEncryption": {"cloudwatchEncryptionMode": "DISABLED"},
            },
        },
    ),
    sagemaker(
        "MlflowApp",
        {
            "name": "maslow-experiments",
            "artifactStoreUri": "s3://maslow-world/x",
            "roleArn": "$role",
        },
        {"weeklyMaintenanceWindowStart": "Sun:03:00", **TAGGED},
    ),
    sagemaker(
        "MlflowTrackingServer",
        {
            "trackingServerName": "maslow-experiments",
            "artifactStoreUri": "s3://maslow-world/x",
            "roleArn": "$role",
            "trackingServerSize": "Small",
        },
        {"trackingServerSize": "Medium", **TAGGED},
    ),
    Case(
        "aws:emr/studio:Studio",
        STUDIO,
        {"defaultS3Location": "s3://maslow-world/others", **TAGGED},
    ),
    Case(
        "aws:emr/studioSessionMapping:StudioSessionMapping",
        {
            "studioId": "$studio",
            "identityType": "GROUP",
            "identityName": "data-scientists",
            "sessionPolicyArn": "$policy",
        },
        {"sessionPolicyArn": "arn:aws:iam::123456789012:policy/other"},
    ),
    Case(
        "aws:emr/securityConfiguration:SecurityConfiguration",
        {
            "name": "maslow-clusters",
            "configuration": json.dumps(
                {
                    "InstanceMetadataServiceConfiguration": {
                        "MinimumInstanceMetadataServiceVersion": 2,
                        "HttpPutResponseHopLimit": 1,
                    }
                }
            ),
        },
    ),
    Case(
        "aws:athena/workgroup:Workgroup",
        {
            "forceDestroy": True,
            "configuration": {
                "enforceWorkgroupConfiguration": True,
                "publishCloudwatchMetricsEnabled": True,
                "bytesScannedCutoffPerQuery": 10**10,
                "resultConfiguration": {
                    "outputLocation": "s3://maslow-world/results/",
                    "encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": "$key"},
                },
            },
        },
        {"description": "Analysts"},
    ),
    Case(
        "aws:athena/namedQuery:NamedQuery",
        {
            "name": "visits_by_day",
            "description": "Visits of each day.",
            "database": "maslow_dev_curated",
            "query": "SELECT 1",
            "workgroup": "primary",
        },
    ),
    Case(
        "aws:athena/preparedStatement:PreparedStatement",
        {
            "name": "visits_of_day",
            "queryStatement": "SELECT ?",
            "workgroup": "primary",
        },
        {"queryStatement": "SELECT ?, 1", "description": "Visits of one day."},
    ),
    sagemaker(
        "FeatureGroup",
        {
            "featureGroupName": "maslow-visits-v1",
            "recordIdentifierFeatureName": "visit_id",
            "eventTimeFeatureName": "visited_at",
            "roleArn": "$role",
            "featureDefinitions": [
                {"featureName": "visit_id", "featureType": "String"},
                {"featureName": "visited_at", "featureType": "String"},
                {"featureName": "age", "featureType": "Integral"},
            ],
            "onlineStoreConfig": {
                "enableOnlineStore": True,
                "securityConfig": {"kmsKeyId": "$key"},
            },
            "offlineStoreConfig": {
                "s3StorageConfig": {"s3Uri": "s3://maslow-world/features", "kmsKeyId": "$key"},
                "dataCatalogConfig": {
                    "catalog": "AwsDataCatalog",
                    "database": "features",
                    "tableName": "visits_v1",
                },
                "tableFormat": "Glue",
            },
        },
        TAGGED,
    ),
    sagemaker("ModelPackageGroup", {"modelPackageGroupName": "maslow-readmission"}, TAGGED),
    sagemaker(
        "Domain",
        {
            "domainName": "maslow-cases",
            "authMode": "IAM",
            "vpcId": "$vpc",
            "subnetIds": ["$subnet"],
            "appNetworkAccessType": "VpcOnly",
            "kmsKeyId": "$key",
            "tagPropagation": "ENABLED",
            "retentionPolicy": {"homeEfsFileSystem": "Delete"},
            "domainSettings": {"dockerSettings": {"enableDockerAccess": "DISABLED"}},
            "defaultUserSettings": {
                "executionRole": "$role",
                "autoMountHomeEfs": "Enabled",
                "securityGroups": ["$group"],
            },
        },
        {
            "defaultUserSettings": {
                "executionRole": "$role",
                "securityGroups": ["$group"],
                "jupyterLabAppSettings": {
                    "codeRepositories": [{"repositoryUrl": "https://github.com/example/notes"}],
                    "appLifecycleManagement": {
                        "idleSettings": {
                            "lifecycleManagement": "ENABLED",
                            "idleTimeoutInMinutes": 60,
                            "minIdleTimeoutInMinutes": 60,
                            "maxIdleTimeoutInMinutes": 60,
                        }
                    },
                },
            },
            "domainSettings": {"dockerSettings": {"enableDockerAccess": "ENABLED"}},
            "retentionPolicy": {"homeEfsFileSystem": "Retain"},
            **TAGGED,
        },
    ),
    sagemaker(
        "StudioLifecycleConfig",
        {
            "studioLifecycleConfigName": "maslow-setup",
            "studioLifecycleConfigAppType": "JupyterLab",
            "studioLifecycleConfigContent": "IyEvYmluL2Jhc2gK",
        },
        TAGGED,
    ),
    sagemaker(
        "Image",
        {"imageName": "maslow-torch", "roleArn": "$role", "displayName": "Torch"},
        {"displayName": "PyTorch", **TAGGED},
    ),
    sagemaker(
        "ImageVersion",
        {"imageName": "maslow-world", "baseImage": IMAGE.replace("us-east-1", "eu-west-1")},
        {"jobType": "TRAINING"},
    ),
    sagemaker(
        "AppImageConfig",
        {
            "appImageConfigName": "maslow-torch",
            "jupyterLabImageConfig": {
                "containerConfig": {"containerEnvironmentVariables": {"IMAGE": "torch"}}
            },
        },
        {
            "jupyterLabImageConfig": {
                "containerConfig": {
                    "containerEntrypoints": ["entrypoint-jupyter-server"],
                    "containerArguments": ["--quiet"],
                    "containerEnvironmentVariables": {"IMAGE": "torch"},
                }
            },
            **TAGGED,
        },
    ),
    sagemaker(
        "UserProfile",
        {
            "domainId": "$domain",
            "userProfileName": "ben",
            "userSettings": {"executionRole": "$role"},
        },
        {
            "userSettings": {
                "executionRole": "$role",
                "spaceStorageSettings": {
                    "defaultEbsStorageSettings": {
                        "defaultEbsVolumeSizeInGb": 5,
                        "maximumEbsVolumeSizeInGb": 50,
                    }
                },
            },
            **TAGGED,
        },
    ),
    sagemaker(
        "Space",
        {
            "domainId": "$domain",
            "spaceName": "oncology",
            "spaceDisplayName": "Oncology",
            "ownershipSettings": {"ownerUserProfileName": "ana"},
            "spaceSharingSettings": {"sharingType": "Shared"},
            "spaceSettings": {"appType": "JupyterLab"},
        },
        {
            "spaceDisplayName": "All of oncology",
            "spaceSettings": {
                "appType": "JupyterLab",
                "spaceStorageSettings": {"ebsStorageSettings": {"ebsVolumeSizeInGb": 20}},
            },
            **TAGGED,
        },
    ),
    sagemaker(
        "Pipeline",
        {
            "pipelineName": "maslow-training",
            "pipelineDisplayName": "maslow-training",
            "pipelineDefinition": json.dumps({"Version": "2020-12-01", "Steps": []}),
            "roleArn": "$role",
        },
        {"pipelineDescription": "Trains", **TAGGED},
    ),
    sagemaker(
        "Model",
        {
            "executionRoleArn": "$role",
            "enableNetworkIsolation": True,
            "primaryContainer": {
                "image": IMAGE,
                "modelDataUrl": "s3://maslow-world/model.tar.gz",
                "environment": {"SAGEMAKER_PROGRAM": "inference.py"},
            },
            "vpcConfig": {"subnets": ["$subnet"], "securityGroupIds": ["$group"]},
        },
        TAGGED,
    ),
    sagemaker(
        "EndpointConfiguration",
        {
            "kmsKeyArn": "$key",
            "dataCaptureConfig": CAPTURE,
            "productionVariants": [
                {
                    "variantName": "live",
                    "modelName": "maslow-world",
                    "instanceType": "ml.m5.large",
                    "initialInstanceCount": 1,
                    "routingConfigs": [{"routingStrategy": "LEAST_OUTSTANDING_REQUESTS"}],
                }
            ],
        },
        TAGGED,
    ),
    sagemaker(
        "Endpoint",
        {
            "endpointConfigName": "maslow-world",
            "deploymentConfig": {
                "autoRollbackConfiguration": {"alarms": [{"alarmName": "$alarm"}]},
                "blueGreenUpdatePolicy": {
                    "terminationWaitInSeconds": 60,
                    "trafficRoutingConfiguration": {
                        "type": "CANARY",
                        "waitIntervalInSeconds": 60,
                        "canarySize": {"type": "CAPACITY_PERCENT", "value": 10},
                    },
                },
            },
        },
        {"endpointConfigName": "maslow-world-2", **TAGGED},
    ),
    Case(
        "aws:scheduler/schedule:Schedule",
        {
            "scheduleExpression": "cron(0 3 * * ? *)",
            "flexibleTimeWindow": {"mode": "OFF"},
            "target": {
                "arn": "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob",
                "roleArn": "$role",
                "input": "{}",
                "retryPolicy": {"maximumRetryAttempts": 3, "maximumEventAgeInSeconds": 3600},
            },
        },
        {"scheduleExpression": "cron(30 3 * * ? *)"},
    ),
    Case(
        "aws:appautoscaling/target:Target",
        {**SCALED, "minCapacity": 1, "maxCapacity": 2},
        {"maxCapacity": 4},
    ),
    Case(
        "aws:appautoscaling/policy:Policy",
        {
            **SCALED,
            "policyType": "TargetTrackingScaling",
            "targetTrackingScalingPolicyConfiguration": {
                "targetValue": 1200,
                "predefinedMetricSpecification": {
                    "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
                },
                "scaleInCooldown": 300,
            },
        },
        {
            "targetTrackingScalingPolicyConfiguration": {
                "targetValue": 600,
                "predefinedMetricSpecification": {
                    "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
                },
            }
        },
    ),
    Case(
        "aws:sfn/stateMachine:StateMachine",
        {
            "definition": MACHINE,
            "roleArn": "$role",
            "loggingConfiguration": {
                "level": "ALL",
                "includeExecutionData": True,
                "logDestination": "$logs:*",
            },
            "tracingConfiguration": {"enabled": True},
        },
        {"definition": MACHINE.replace("Done", "Ended"), **TAGGED},
    ),
    Case(
        "aws:cloudtrail/trail:Trail",
        {
            "s3BucketName": "maslow-logs",
            "kmsKeyId": "$key",
            "enableLogFileValidation": True,
            "isMultiRegionTrail": True,
            "includeGlobalServiceEvents": True,
            "advancedEventSelectors": [
                {
                    "name": "Objects",
                    "fieldSelectors": [
                        {"field": "eventCategory", "equals": ["Data"]},
                        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                        {"field": "resources.ARN", "startsWiths": ["arn:aws:s3:::maslow-world/"]},
                    ],
                }
            ],
        },
        {"enableLogging": False, **TAGGED},
    ),
    Case(
        "aws:cfg/conformancePack:ConformancePack",
        {"templateBody": PACK},
        {"templateBody": PACK.replace("VERSIONING_ENABLED", "SSL_REQUESTS_ONLY")},
    ),
    Case(
        "aws:cfg/recorderStatus:RecorderStatus",
        {"name": "maslow-world", "isEnabled": True},
        {"isEnabled": False},
        left=True,
    ),
    Case(
        "aws:cfg/deliveryChannel:DeliveryChannel",
        {
            "name": "maslow-world",
            "s3BucketName": "maslow-logs",
            "s3KmsKeyArn": "$key",
            "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
        },
        {"s3KmsKeyArn": "$key2"},
    ),
    Case(
        "aws:cfg/recorder:Recorder",
        {
            "name": "maslow-world",
            "roleArn": "$role",
            "recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]},
            "recordingMode": {"recordingFrequency": "CONTINUOUS"},
        },
        {"recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::KMS::Key"]}},
    ),
    Case(
        "aws:guardduty/detector:Detector",
        {"enable": True, "findingPublishingFrequency": "FIFTEEN_MINUTES"},
        {"findingPublishingFrequency": "SIX_HOURS"},
    ),
    Case(
        "aws:guardduty/detectorFeature:DetectorFeature",
        {"detectorId": "$detector", "name": "S3_DATA_EVENTS", "status": "ENABLED"},
        {"status": "DISABLED"},
        left=True,
    ),
    Case(
        "aws:lakeformation/dataLakeSettings:DataLakeSettings",
        {"admins": ["$role"], "parameters": {"CROSS_ACCOUNT_VERSION": "4"}},
        {"admins": [], "readOnlyAdmins": ["$role"]},
        left=True,
    ),
    Case(
        "aws:lakeformation/resource:Resource",
        {"arn": "arn:aws:s3:::maslow-locked", "roleArn": "$role", "hybridAccessEnabled": True},
    ),
    Case(
        "aws:lakeformation/lfTag:LfTag",
        {"key": "maslow-zone", "values": ["raw", "curated"]},
        {"values": ["raw", "features"]},
    ),
    Case(
        "aws:lakeformation/resourceLfTags:ResourceLfTags",
        {
            "tableWithColumns": {
                "databaseName": "features",
                "name": "wards",
                "columnNames": ["ward_id"],
            },
            "lfTags": [{"key": "maslow-world", "value": "personal"}],
        },
        left=True,
    ),
    Case(
        "aws:lakeformation/permissions:Permissions",
        {
            "principal": "$role",
            "permissions": ["DESCRIBE", "SELECT"],
            "lfTagPolicy": {
                "resourceType": "TABLE",
                "expressions": [{"key": "maslow-world", "values": ["internal"]}],
            },
        },
    ),
    Case(
        "aws:lakeformation/dataCellsFilter:DataCellsFilter",
        {
            "tableData": {
                "tableCatalogId": "123456789012",
                "databaseName": "features",
                "tableName": "wards",
                "name": "maslow-few",
                "columnWildcard": {"excludedColumnNames": ["ward_id"]},
                "rowFilter": {"filterExpression": "ward_id = 'a'"},
            }
        },
        {
            "tableData": {
                "tableCatalogId": "123456789012",
                "databaseName": "features",
                "tableName": "wards",
                "name": "maslow-few",
                "columnNames": ["ward_id"],
                "rowFilter": {"allRowsWildcard": {}},
            }
        },
    ),
    Case(
        "aws:lakeformation/optIn:OptIn",
        {
            "principals": [{"dataLakePrincipalIdentifier": "$role"}],
            "resourceDatas": [{"table": {"databaseName": "features", "wildcard": True}}],
        },
    ),
    Case(
        "aws:macie2/account:Account",
        {"findingPublishingFrequency": "FIFTEEN_MINUTES", "status": "ENABLED"},
        {"findingPublishingFrequency": "SIX_HOURS"},
    ),
    Case(
        "aws:securityhub/account:Account",
        {
            "enableDefaultStandards": False,
            "autoEnableControls": True,
            "controlFindingGenerator": "SECURITY_CONTROL",
        },
        {"autoEnableControls": False},
    ),
    Case(
        "aws:securityhub/standardsSubscription:StandardsSubscription",
        {"standardsArn": "arn:aws:securityhub:eu-west-1::standards/cis/v/3.0.0"},
    ),
]


@pytest.fixture(scope="module")
def resources(cloud: Cloud) -> Resources:
    return Resources(cloud, {"platform": "maslow"})


def _make_kubernetes(make: Callable[[str, Values], Values], known: Values) -> None:
    """A cluster of EKS, and roles: one that it knows, and one that it does not."""
    make("aws:eks/cluster:Cluster", placed({**CLUSTER, "name": "maslow-world"}, known))
    for name in ("entered", "admitted"):
        role = {"name": f"maslow-{name}", "assumeRolePolicy": TRUST}
        known[name] = make("aws:iam/role:Role", role)["arn"]
    admitted = {"clusterName": "maslow-world", "principalArn": known["admitted"]}
    make("aws:eks/accessEntry:AccessEntry", admitted)


def _make_code(make: Callable[[str, Values], Values]) -> None:
    for key in ("code.zip", "code2.zip"):
        make(
            "aws:s3/bucketObjectv2:BucketObjectv2",
            {"bucket": "maslow-world", "key": key, "contentBase64": zipped()},
        )
    glue = "airflow.providers.amazon.aws.operators.glue.GlueJobOperator"
    flow = {"wards": {"tasks": {"run": {"operator": glue, "job_name": "wards"}}}}
    make(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        {"bucket": "maslow-world", "key": "wards.yaml", "content": json.dumps(flow)},
    )


@pytest.fixture(scope="module")
def world(cloud: Cloud, resources: Resources) -> Values:
    """What the types need beside them, by the names that cases use."""

    def make(token: str, inputs: Values) -> Values:
        return resources.create(token, resources.check(token, inputs, "maslow-world")).outputs

    vpc = make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})["id"]
    role = make("aws:iam/role:Role", {"name": "maslow-world", "assumeRolePolicy": TRUST})
    placed_in = {"vpcId": vpc, "availabilityZone": "eu-west-1a"}
    subnet = make("aws:ec2/subnet:Subnet", {**placed_in, "cidrBlock": "10.0.1.0/24"})["id"]
    queue = make("aws:sqs/queue:Queue", {})
    known = {
        "vpc": vpc,
        "subnet": subnet,
        "subnet2": make(
            "aws:ec2/subnet:Subnet",
            {"vpcId": vpc, "cidrBlock": "10.0.3.0/24", "availabilityZone": "eu-west-1b"},
        )["id"],
        "firewall": make(
            "aws:networkfirewall/firewall:Firewall",
            {
                "vpcId": vpc,
                "firewallPolicyArn": FIREWALL_POLICY,
                "subnetMappings": [{"subnetId": subnet}],
            },
        )["arn"],
        "address": make("aws:ec2/eip:Eip", {"domain": "vpc"})["allocationId"],
        "gateway": make("aws:ec2/internetGateway:InternetGateway", {})["id"],
        "table": make("aws:ec2/routeTable:RouteTable", {"vpcId": vpc})["id"],
        "group": make("aws:ec2/securityGroup:SecurityGroup", {"vpcId": vpc})["id"],
        "group2": make(
            "aws:ec2/securityGroup:SecurityGroup", {"vpcId": vpc, "name": "maslow-world-2"}
        )["id"],
        "lustre": make(
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            {"deploymentType": "SCRATCH_2", "storageCapacity": 1200, "subnetIds": subnet},
        )["id"],
        "files": make("aws:efs/fileSystem:FileSystem", {"encrypted": True})["id"],
        "key": make("aws:kms/key:Key", {})["arn"],
        "table_key": make("aws:kms/key:Key", {"policy": TABLE_KEY})["arn"],
        "table_bucket": make("aws:s3tables/tableBucket:TableBucket", {"name": "maslow-world"})[
            "arn"
        ],
        "key2": make("aws:kms/key:Key", {})["arn"],
        "topic": make("aws:sns/topic:Topic", {})["arn"],
        "stream": make(
            "aws:kinesis/stream:Stream",
            {"name": "maslow-world", "streamModeDetails": {"streamMode": "ON_DEMAND"}},
        )["arn"],
        "vault": make("aws:backup/vault:Vault", {"name": "maslow-world"})["id"],
        "registry": make("aws:glue/registry:Registry", {"registryName": "maslow-world"})["arn"],
        "queue": queue["url"],
        "queue_arn": queue["arn"],
        "role": role["arn"],
        "policy": make("aws:iam/policy:Policy", {"policy": POLICY})["arn"],
        "logs": make("aws:cloudwatch/logGroup:LogGroup", {"name": "maslow-world"})["arn"],
        "connection": make(
            "aws:codeconnections/connection:Connection",
            {"name": "maslow-world", "providerType": "GitHub"},
        )["arn"],
    }
    kept = {"ruleName": "daily", "targetVaultName": known["vault"]}
    _make_kubernetes(make, known)
    single_sign_on = {**STUDIO, "name": "maslow-world", "authMode": "SSO", "userRole": "$role"}
    known["studio"] = make("aws:emr/studio:Studio", placed(single_sign_on, known))["id"]
    known["plan"] = make("aws:backup/plan:Plan", {"name": "maslow-world", "rules": [kept]})["id"]
    curated = {"tableBucketArn": known["table_bucket"], "namespace": "curated"}
    make("aws:s3tables/namespace:Namespace", curated)
    make("aws:s3tables/table:Table", {**curated, "name": "wards", "format": "ICEBERG"})
    for bucket in ("maslow-world", "maslow-logs", "maslow-locked"):
        make("aws:s3/bucket:Bucket", {"bucket": bucket})
    make(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        {
            "bucket": "maslow-world",
            "key": "model.tar.gz",
            "contentBase64": base64.b64encode(tarball()).decode(),
        },
    )
    _make_code(make)
    function = {"name": "maslow-world", **placed(FUNCTION, known)}
    known["function"] = make("aws:lambda/function:Function", function)["arn"]
    versioned = {"bucket": "maslow-locked", "versioningConfiguration": {"status": "Enabled"}}
    make("aws:s3/bucketVersioning:BucketVersioning", versioned)
    for token in ("recorder:Recorder", "deliveryChannel:DeliveryChannel"):
        single = next(case for case in CASES if case.token == f"aws:cfg/{token}")
        make(single.token, placed(single.inputs, known))
    make("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "maslow-logs", "policy": LOG_DELIVERY})
    make("aws:ecr/repository:Repository", {"name": "maslow-world"})
    make("aws:codeartifact/domain:Domain", {"domain": "maslow-world"})
    make("aws:cloudwatch/eventBus:EventBus", {"name": "maslow-world"})
    make(
        "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
        {"modelPackageGroupName": "maslow-world"},
    )
    known["domain"] = make(
        "aws:sagemaker/domain:Domain",
        {
            "domainName": "maslow-world",
            "authMode": "IAM",
            "vpcId": vpc,
            "subnetIds": [subnet],
            "defaultUserSettings": {"executionRole": role["arn"]},
        },
    )["id"]
    make("aws:sagemaker/image:Image", {"imageName": "maslow-world", "roleArn": role["arn"]})
    make(
        "aws:sagemaker/userProfile:UserProfile",
        {"domainId": known["domain"], "userProfileName": "ana"},
    )
    make("aws:glue/catalogDatabase:CatalogDatabase", {"name": "features"})
    sensitivity = {"key": "maslow-world", "values": ["internal", "personal"]}
    make("aws:lakeformation/lfTag:LfTag", sensitivity)
    iceberg = {"icebergInput": {"metadataOperation": "CREATE", "version": "2"}}
    make(
        "aws:glue/catalogTable:CatalogTable",
        {
            "name": "wards",
            "databaseName": "features",
            "storageDescriptor": {
                "location": "s3://maslow-world/wards",
                "columns": [{"name": "ward_id", "type": "string"}],
            },
            "openTableFormatInput": iceberg,
        },
    )
    rule = {"name": "maslow-world", "scheduleExpression": "rate(1 hour)"}
    make("aws:cloudwatch/eventRule:EventRule", rule)
    container = {"image": IMAGE, "modelDataUrl": "s3://maslow-world/model.tar.gz"}
    make(
        "aws:sagemaker/model:Model",
        {"name": "maslow-world", "executionRoleArn": role["arn"], "primaryContainer": container},
    )
    variant = {
        "variantName": "live",
        "modelName": "maslow-world",
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 1,
    }
    for name in ("maslow-world", "maslow-world-2"):
        make(
            "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
            {"name": name, "productionVariants": [variant]},
        )
    make(
        "aws:sagemaker/endpoint:Endpoint",
        {"name": "maslow-world", "endpointConfigName": "maslow-world"},
    )
    alarm = next(case for case in CASES if "metricAlarm" in case.token)
    known["alarm"] = make(alarm.token, placed(alarm.inputs, known))["name"]
    make("aws:appautoscaling/target:Target", {**SCALED, "minCapacity": 1, "maxCapacity": 2})
    return known


MACIE = "aws:macie2/account:Account"


@contextmanager
def watched_over(case: Case, resources: Resources, world: Values) -> Iterator[Values]:
    """The world, with the session or the detector that a case needs: a region has a single one."""
    if case.token.startswith("aws:macie") and case.token != MACIE:
        session = resources.create(MACIE, {})
        try:
            yield world
        finally:
            resources.delete(MACIE, session.id, session.outputs)
        return
    if "$detector" not in case.inputs.values():
        yield world
        return
    made = resources.create("aws:guardduty/detector:Detector", {"enable": True})
    try:
        yield {**world, "detector": made.id}
    finally:
        resources.delete("aws:guardduty/detector:Detector", made.id, made.outputs)


def placed(value: Any, world: Values) -> Any:
    match value:
        case str() if value[:1] == "$" and value[1:].removesuffix(":*") in world:
            return world[value[1:].removesuffix(":*")] + (":*" if value.endswith(":*") else "")
        case dict():
            return {key: placed(item, world) for key, item in value.items()}
        case list():
            return [placed(item, world) for item in value]
        case _:
            return value


def computed(token: str) -> set[str]:
    """The outputs of a type, and the inputs that AWS adds fields to."""
    return {path.partition(".")[0] for path in catalog.entry_of(token).outputs}


def holds(state: Values, inputs: Values) -> bool:
    """Whether all inputs are in a state, where AWS may have added fields to an object."""
    return all(
        value.items() <= state[key].items() if isinstance(value, dict) else state[key] == value
        for key, value in inputs.items()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.token)
def test_a_type_is_created_read_changed_and_deleted(
    case: Case, resources: Resources, world: Values
) -> None:
    with watched_over(case, resources, world) as around:
        live_through(case, resources, around)


def live_through(case: Case, resources: Resources, world: Values) -> None:
    token = case.token
    inputs = resources.check(token, placed(case.inputs, world), "maslow-test", "seed")
    made = resources.create(token, inputs)
    state = made.outputs
    try:
        assert holds(state, inputs)
        assert computed(token) <= state.keys()
        assert resources.read(token, made.id, state) == state
        if case.change:
            changed = placed({**case.inputs, **case.change}, world)
            wanted = resources.check(token, changed, "maslow-test", "seed")
            difference = resources.diff(token, inputs, wanted)
            assert set(difference.changed) == set(case.change)
            assert difference.replace == []
            state = resources.update(token, made.id, state, wanted)
            assert holds(state, wanted)
            assert resources.read(token, made.id, state) == state
        assert json.dumps(state)
    finally:
        resources.delete(token, made.id, state)
    if not case.left:
        assert resources.read(token, made.id, state) is None
    resources.delete(token, made.id, state)


KEPT = (
    "aws:athena/workgroup:Workgroup",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:s3/bucket:Bucket",
)
"""What is kept and has no input that AWS would not change."""


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.token in KEPT or catalog.entry_of(case.token).inputs],
    ids=lambda case: case.token,
)
def test_what_outlives_a_stack_is_imported_and_not_replaced(
    case: Case, resources: Resources, world: Values
) -> None:
    token = case.token
    inputs = resources.check(token, placed(case.inputs, world), "maslow-kept", "seed")
    made = resources.create(token, inputs)
    try:
        imported = resources.adopt(token, made.id)
        assert imported is not None
        told, state = imported
        assert told.items() <= inputs.items()
        assert computed(token) <= state.keys()
        assert resources.diff(token, told, inputs).replace == []
        updated = resources.update(token, made.id, told, inputs)
        assert inputs.items() <= updated.items()
    finally:
        resources.delete(token, made.id, made.outputs)


def test_what_is_not_there_is_not_imported(resources: Resources) -> None:
    assert resources.adopt("aws:s3/bucket:Bucket", "nowhere") is None


def test_types_live_beside_one_another(
    resources: Resources, world: Values, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each service's types one after another, all services at once, while others list.

    But for Config, of which an account has one. moto fails by chance where two requests are in it
    at once, so that this is what is looked for.
    """
    inside: set[int] = set()
    most = 0
    answered = DomainDispatcherApplication.__call__

    def watched(self: DomainDispatcherApplication, environ: Values, start_response: Any) -> Any:
        nonlocal most
        inside.add(threading.get_ident())
        most = max(most, len(inside))
        try:
            return answered(self, environ, start_response)
        finally:
            inside.discard(threading.get_ident())

    @contextmanager
    def outside() -> Iterator[None]:
        """A request that waits for a model has left moto to others meanwhile."""
        inside.discard(threading.get_ident())
        with others_first():
            yield
        inside.add(threading.get_ident())

    monkeypatch.setattr(DomainDispatcherApplication, "__call__", watched)
    monkeypatch.setattr(inference, "others_first", outside)
    services: dict[str, list[Case]] = {}
    for case in CASES:
        services.setdefault(catalog.entry_of(case.token, case.inputs).service, []).append(case)
    del services["config"]
    address = resources.create("aws:ec2/eip:Eip", {"domain": "vpc"}).outputs["allocationId"]
    world = {**world, "address": address}  # moto takes a gateway's for its own for ever
    over = threading.Event()
    reads = [cloud.client("iam").list_roles, cloud.client("s3").list_buckets]
    by_socket = boto3.client("iam", region_name=cloud.region, endpoint_url=cloud.url, **NOBODY)

    def live(cases: list[Case]) -> None:
        for case in cases:
            token = case.token
            with watched_over(case, resources, world) as around:
                inputs = resources.check(token, placed(case.inputs, around), "maslow-beside", "s")
                made = resources.create(token, inputs)
                assert resources.read(token, made.id, made.outputs) == made.outputs
                resources.delete(token, made.id, made.outputs)

    def read() -> None:
        while not over.is_set():
            for call in (*reads, by_socket.list_roles):
                call()

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        lives = {name: pool.submit(live, cases) for name, cases in services.items()}
        wait(lives.values())
        over.set()
    failed = {name: life.exception() for name, life in lives.items() if life.exception()}
    assert failed == {}
    assert [reader.exception() for reader in readers] == [None, None]
    assert most == 1


def test_every_type_of_the_catalog_has_a_case() -> None:
    told = {key_of(catalog.entry_of(case.token, case.inputs)) for case in CASES}
    assert told == set(own_entries())


BUCKET = "aws:s3/bucket:Bucket"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
KEY = "aws:kms/key:Key"


def test_a_missing_name_is_made_of_the_resources_name_and_the_seed(resources: Resources) -> None:
    first = resources.check(BUCKET, {}, "maslow-dev-raw", b"1")["bucket"]
    assert first == resources.check(BUCKET, {}, "maslow-dev-raw", b"1")["bucket"]
    assert first != resources.check(BUCKET, {}, "maslow-dev-raw", b"2")["bucket"]
    assert first.startswith("maslow-dev-raw-")
    assert len(first) == len("maslow-dev-raw-") + 7


def test_a_given_name_stays(resources: Resources) -> None:
    assert resources.check(BUCKET, {"bucket": "mine"}, "maslow-dev-raw")["bucket"] == "mine"


def test_a_prefix_is_all_of_a_made_name_but_its_end(resources: Resources) -> None:
    role = {"namePrefix": "train-", "assumeRolePolicy": TRUST}
    checked = resources.check("aws:iam/role:Role", role, "maslow-dev-training")
    assert checked["name"].startswith("train-")
    assert "namePrefix" not in checked


def test_an_alias_is_named_as_aws_wants_it(resources: Resources) -> None:
    alias = resources.check("aws:kms/alias:Alias", {"targetKeyId": "k"}, "maslow-dev-lake")
    assert alias["name"].startswith("alias/maslow-dev-lake-")


def test_a_name_beyond_awss_limit_is_refused_with_both_lengths(resources: Resources) -> None:
    with pytest.raises(ValueError, match="has 71 characters, AWS allows 63"):
        resources.check(BUCKET, {}, "x" * 63)


def test_default_tags_are_merged_and_the_resources_own_win(resources: Resources) -> None:
    checked = resources.check(KEY, {"tags": {"team": "ml", "platform": "mine"}}, "k")
    assert checked["tags"] == {"team": "ml", "platform": "mine"}
    assert resources.check(KEY, {}, "k")["tags"] == {"platform": "maslow"}


def test_what_has_no_tags_gets_none(resources: Resources) -> None:
    policy = "aws:s3/bucketPolicy:BucketPolicy"
    assert "tags" not in resources.check(policy, {"bucket": "b", "policy": POLICY}, "p")
    assert not resources.taggable(policy)


def test_an_input_that_is_not_carried_is_refused_before_anything_is_made(
    resources: Resources,
) -> None:
    with pytest.raises(
        UnsupportedInput, match=r"aws:kms/key:Key: the input xksKeyIdent is not supported"
    ):
        resources.check(KEY, {"xksKeyIdent": "x"}, "k")


def test_an_input_of_an_element_that_is_not_carried_is_named(resources: Resources) -> None:
    table = {"vpcId": "vpc-1", "routes": [{"cidrBlock": "0.0.0.0/0", "gatewayIdent": "x"}]}
    with pytest.raises(UnsupportedInput, match=r"routes\.gatewayIdent"):
        resources.check("aws:ec2/routeTable:RouteTable", table, "t")


def test_what_a_preview_does_not_know_yet_is_not_examined(resources: Resources) -> None:
    rules = {"vpcId": UNKNOWN, "ingress": [{"cidrBlocks": UNKNOWN}], "region": UNKNOWN}
    checked = resources.check("aws:ec2/securityGroup:SecurityGroup", rules, "g")
    assert checked["vpcId"] == UNKNOWN


def test_another_region_is_refused(resources: Resources) -> None:
    with pytest.raises(ValueError, match="one region, eu-west-1, not us-east-1"):
        resources.check(KEY, {"region": "us-east-1"}, "k")
    assert resources.check(KEY, {"region": "eu-west-1"}, "k")["region"] == "eu-west-1"


def test_an_unknown_type_is_refused_by_every_step(resources: Resources) -> None:
    for step in (resources.check, resources.diff):
        with pytest.raises(UnknownType, match="aws:mwaa/environment:Environment"):
            step("aws:mwaa/environment:Environment", {}, {})  # type: ignore[operator]


def test_a_wrong_value_is_refused_by_botocore_in_one_line(resources: Resources) -> None:
    group = {"name": "days", "retentionInDays": "a month"}
    with pytest.raises(CallFailed, match="PutRetentionPolicy was refused with ParamValid") as told:
        resources.create("aws:cloudwatch/logGroup:LogGroup", group)
    assert "\n" not in str(told.value)
    assert "aws:cloudwatch/logGroup:LogGroup days:" in str(told.value)


def test_what_aws_refuses_is_told_with_its_code(resources: Resources, world: Values) -> None:
    policy = {"role": "maslow-world", "name": "wrong", "policy": "{}"}
    with pytest.raises(CallFailed, match="PutRolePolicy was refused with MalformedPolicyDocument"):
        resources.create("aws:iam/rolePolicy:RolePolicy", policy)


@pytest.mark.parametrize(
    ("token", "changed", "replaces"),
    [
        ("aws:sagemaker/endpoint:Endpoint", "endpointConfigName", False),
        ("aws:sagemaker/endpoint:Endpoint", "name", True),
        ("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "productionVariants", True),
        ("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "tags", False),
        ("aws:sagemaker/featureGroup:FeatureGroup", "featureDefinitions", True),
        ("aws:sagemaker/featureGroup:FeatureGroup", "description", True),
        ("aws:sagemaker/pipeline:Pipeline", "pipelineDefinition", False),
        ("aws:sagemaker/pipeline:Pipeline", "pipelineName", True),
        ("aws:sagemaker/model:Model", "primaryContainer", True),
        ("aws:s3/bucket:Bucket", "bucket", True),
        ("aws:s3/bucket:Bucket", "forceDestroy", False),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "content", False),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "source", False),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "key", True),
        ("aws:kms/key:Key", "deletionWindowInDays", False),
        ("aws:kms/key:Key", "multiRegion", True),
        ("aws:ec2/vpc:Vpc", "cidrBlock", True),
        ("aws:ec2/securityGroup:SecurityGroup", "ingress", False),
        ("aws:ec2/securityGroup:SecurityGroup", "description", True),
        ("aws:ec2/route:Route", "natGatewayId", False),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "subnetIds", False),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "serviceName", True),
        ("aws:iam/role:Role", "assumeRolePolicy", False),
        ("aws:iam/role:Role", "path", True),
        ("aws:iam/rolePolicy:RolePolicy", "policy", False),
        ("aws:codebuild/project:Project", "source", False),
        ("aws:codebuild/project:Project", "name", True),
        ("aws:codepipeline/pipeline:Pipeline", "stages", False),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "metricQueries", False),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "name", True),
        ("aws:cloudwatch/eventTarget:EventTarget", "arn", False),
        ("aws:cloudwatch/eventTarget:EventTarget", "rule", True),
        ("aws:ecr/repository:Repository", "encryptionConfigurations", True),
        ("aws:ecr/repository:Repository", "forceDelete", False),
        ("aws:budgets/budget:Budget", "notifications", False),
        ("aws:sns/topic:Topic", "kmsMasterKeyId", False),
        ("aws:sns/topicPolicy:TopicPolicy", "policy", False),
        ("aws:sns/topicSubscription:TopicSubscription", "endpoint", True),
        ("aws:sfn/stateMachine:StateMachine", "definition", False),
        ("aws:sfn/stateMachine:StateMachine", "type", True),
        ("aws:appautoscaling/target:Target", "maxCapacity", False),
        ("aws:appautoscaling/target:Target", "resourceId", True),
        ("aws:appautoscaling/policy:Policy", "policyType", False),
    ],
)
def test_a_change_is_made_in_place_where_aws_can(
    resources: Resources, token: str, changed: str, replaces: bool
) -> None:
    difference = resources.diff(token, {changed: "a"}, {changed: "b"})
    assert difference.changed == [changed]
    assert difference.replace == ([changed] if replaces else [])


def test_an_input_that_is_left_out_has_changed(resources: Resources) -> None:
    assert resources.diff(KEY, {"description": "x"}, {}).changed == ["description"]
    assert resources.diff(KEY, {}, {"description": "x"}).changed == ["description"]


def test_json_that_says_the_same_has_not_changed(resources: Resources) -> None:
    old, new = {"policy": '{"a": 1, "b": 2}'}, {"policy": '{"b":2,"a":1}'}
    assert resources.diff(KEY, old, new).changed == []
    assert resources.diff(KEY, {"policy": "{x"}, {"policy": "{y"}).changed == ["policy"]


def test_a_cleared_description_is_cleared_in_aws(cloud: Cloud, resources: Resources) -> None:
    inputs = resources.check(KEY, {"description": "Lake"}, "k")
    key = resources.create(KEY, inputs)
    wanted = resources.check(KEY, {}, "k")
    state = resources.update(KEY, key.id, key.outputs, wanted)
    described = cloud.client("kms").describe_key(KeyId=key.id)["KeyMetadata"]
    assert described["Description"] == ""
    assert "description" not in state


def test_tags_are_added_and_removed(cloud: Cloud, resources: Resources) -> None:
    inputs = resources.check(KEY, {"tags": {"old": "1", "kept": "1"}}, "k")
    key = resources.create(KEY, inputs)
    wanted = resources.check(KEY, {"tags": {"kept": "2", "new": "1"}}, "k")
    state = resources.update(KEY, key.id, key.outputs, wanted)
    listed = cloud.client("kms").list_resource_tags(KeyId=key.id)["Tags"]
    tags = {tag["TagKey"]: tag["TagValue"] for tag in listed}
    assert tags == state["tagsAll"] == {"kept": "2", "new": "1", "platform": "maslow"}


def test_inline_rules_reach_the_group_and_leave_it(
    cloud: Cloud, resources: Resources, world: Values
) -> None:
    token = "aws:ec2/securityGroup:SecurityGroup"  # noqa: S105  a type's token
    own = {"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}
    inputs = resources.check(token, {"vpcId": world["vpc"], "ingress": [own]}, "inline")
    group = resources.create(token, inputs)

    def rules() -> list[Values]:
        ec2 = cloud.client("ec2")
        found = ec2.describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]
        return [*found["IpPermissions"], *found["IpPermissionsEgress"]]

    assert [rule["UserIdGroupPairs"][0]["GroupId"] for rule in rules()] == [group.id]
    resources.update(token, group.id, group.outputs, {**inputs, "ingress": []})
    assert rules() == []
    resources.delete(token, group.id, group.outputs)


def test_a_default_group_loses_its_rules_and_can_be_adopted_again(
    cloud: Cloud, resources: Resources
) -> None:
    vpc = resources.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.7.0.0/16"}).outputs
    for _ in range(2):
        group = resources.create(
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": vpc["id"]}
        )
        assert group.id == vpc["defaultSecurityGroupId"]
    found = cloud.client("ec2").describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]
    assert [*found["IpPermissions"], *found["IpPermissionsEgress"]] == []


def test_a_bucket_with_objects_goes_only_when_it_may(cloud: Cloud, resources: Resources) -> None:
    inputs = resources.check(BUCKET, {"bucket": "maslow-full"}, "full")
    bucket = resources.create(BUCKET, inputs)
    cloud.client("s3").put_object(Bucket="maslow-full", Key="model", Body=b"x")
    with pytest.raises(CallFailed, match="DeleteBucket was refused with BucketNotEmpty"):
        resources.delete(BUCKET, bucket.id, bucket.outputs)
    forced = resources.update(BUCKET, bucket.id, bucket.outputs, {**inputs, "forceDestroy": True})
    resources.delete(BUCKET, bucket.id, forced)
    assert resources.read(BUCKET, bucket.id, forced) is None


def test_a_role_takes_the_policies_that_it_declares_with_it(resources: Resources) -> None:
    token = "aws:iam/role:Role"  # noqa: S105  a type's token
    declared = {"assumeRolePolicy": TRUST, "inlinePolicies": [{"name": "p", "policy": POLICY}]}
    role = resources.create(token, resources.check(token, declared, "declares"))
    resources.delete(token, role.id, role.outputs)
    assert resources.read(token, role.id, role.outputs) is None


@pytest.mark.parametrize(
    "content",
    [
        {"content": "print(1)"},
        {"contentBase64": base64.b64encode(b"print(1)").decode()},
        {"source": pulumi.StringAsset("print(1)")},
        {"source": {SIGNATURE: ASSET, "text": "print(1)"}},
    ],
    ids=["content", "contentBase64", "asset", "asset of the wire"],
)
def test_an_object_holds_its_bytes_whichever_input_brings_them(
    cloud: Cloud, resources: Resources, world: Values, content: Values
) -> None:
    resources.create(OBJECT, {"bucket": "maslow-world", "key": "code/any.py", **content})
    found = cloud.client("s3").get_object(Bucket="maslow-world", Key="code/any.py")
    assert found["Body"].read() == b"print(1)"


def test_an_object_is_read_from_a_file(
    cloud: Cloud, resources: Resources, world: Values, tmp_path: Any
) -> None:
    (tmp_path / "train.py").write_bytes(b"print(2)")
    source = pulumi.FileAsset(str(tmp_path / "train.py"))
    resources.create(OBJECT, {"bucket": "maslow-world", "key": "file.py", "source": source})
    found = cloud.client("s3").get_object(Bucket="maslow-world", Key="file.py")
    assert found["Body"].read() == b"print(2)"


def test_an_update_of_what_is_gone_is_refused(resources: Resources) -> None:
    with pytest.raises(CallFailed, match="HeadBucket"):
        resources.update(BUCKET, "never", {"bucket": "never"}, {"bucket": "never"})


def test_the_caller_is_the_embedded_account(cloud: Cloud, resources: Resources) -> None:
    caller = resources.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert caller["accountId"] == cloud.account_id


def test_region_and_partition_are_the_clouds(resources: Resources) -> None:
    assert resources.invoke("aws:index/getRegion:getRegion", {})["region"] == "eu-west-1"
    assert resources.invoke("aws:index/getPartition:getPartition", {})["partition"] == "aws"


def test_zones_are_sorted_and_can_be_left_out(resources: Resources) -> None:
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"  # noqa: S105  a function's token
    every = resources.invoke(token, {"state": "available"})["names"]
    assert every == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert resources.invoke(token, {"excludeNames": ["eu-west-1b"]})["names"] == [
        "eu-west-1a",
        "eu-west-1c",
    ]


def test_a_prebuilt_image_is_addressed_in_the_region(resources: Resources) -> None:
    args = {"repositoryName": "sagemaker-scikit-learn", "imageTag": "1.2-1"}
    found = resources.invoke("aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage", args)
    registry = f"{found['registryId']}.dkr.ecr.eu-west-1.amazonaws.com"
    assert found["registryPath"] == f"{registry}/sagemaker-scikit-learn:1.2-1"


def test_an_unknown_function_is_refused(resources: Resources) -> None:
    with pytest.raises(UnknownType, match="getAmi"):
        resources.invoke("aws:ec2/getAmi:getAmi", {})
