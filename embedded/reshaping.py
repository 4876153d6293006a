"""Inputs in the form that AWS asks for, where data cannot say it: pulumi-aws reshapes them too."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi

from catalog.record import Values
from catalog.vpc import RULE_SOURCES
from catalog.wire import asset

SOURCES = {
    "cidrBlocks": ("ipRanges", "cidrIp"),
    "ipv6CidrBlocks": ("ipv6Ranges", "cidrIpv6"),
    "prefixListIds": ("prefixListIds", "prefixListId"),
    "securityGroups": ("userIdGroupPairs", "groupId"),
}


def budget_subscribers(inputs: Values) -> Values:
    """Each notification beside its subscribers, who are addresses of two kinds."""
    if "notifications" not in inputs:
        return inputs
    kinds = {"subscriberEmailAddresses": "EMAIL", "subscriberSnsTopicArns": "SNS"}
    notifications = []
    for each in inputs["notifications"]:
        subscribers = [
            {"subscriptionType": kind, "address": address}
            for name, kind in kinds.items()
            for address in each.get(name, [])
        ]
        rest = {key: value for key, value in each.items() if key not in kinds}
        notifications.append({"notification": rest, "subscribers": subscribers})
    return {**inputs, "notifications": notifications}


def cost_expression(inputs: Values) -> Values:
    """The monitor's specification as AWS takes it: no text, and nothing that is null."""
    text = inputs.get("monitorSpecification")
    if not isinstance(text, str):
        return inputs
    return {**inputs, "monitorSpecification": _without_nulls(json.loads(text))}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def initial_capacity(inputs: Values) -> Values:
    """Capacity that is kept ready, as AWS has it: a map of kinds, where pulumi-aws lists them."""
    listed = inputs.get("initialCapacities")
    rest = {key: item for key, item in inputs.items() if key != "initialCapacities"}
    if not listed:
        return rest
    kinds = {each["initialCapacityType"]: each["initialCapacityConfig"] for each in listed}
    return {**rest, "initialCapacity": kinds}


def feature_time_to_live(inputs: Values) -> Values:
    """The time to live apart from the rest of the online store, which never changes."""
    online = inputs.get("onlineStoreConfig")
    if not isinstance(online, Mapping) or "ttlDuration" not in online:
        return inputs
    rest = {key: item for key, item in online.items() if key != "ttlDuration"}
    return {**inputs, "onlineStoreConfig": rest, "ttlDuration": online["ttlDuration"]}


def flow_log_target(inputs: Values) -> Values:
    """What a flow log watches, as AWS asks for it: one list of ids, and of what kind they are."""
    kinds = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}
    rest = {key: item for key, item in inputs.items() if key not in kinds}
    for key in kinds.keys() & inputs.keys():
        rest |= {"resourceIds": [inputs[key]], "resourceType": kinds[key]}
    return rest


def rule_group_variables(inputs: Values) -> Values:
    """Variables as AWS has them: a map of names, where pulumi-aws lists keys and definitions."""
    group = inputs.get("ruleGroup") or {}
    variables = group.get("ruleVariables")
    if not variables:
        return inputs
    mapped = {
        kind: {each["key"]: {"definition": _definitions(each)} for each in listed}
        for kind, listed in variables.items()
    }
    return {**inputs, "ruleGroup": {**group, "ruleVariables": mapped}}


def _definitions(variable: Values) -> list[str]:
    (found,) = (value for key, value in variable.items() if key != "key")
    definitions: list[str] = found["definitions"]
    return definitions


def object_body(inputs: Values) -> Values:
    """The object's bytes as `content`, whichever of its three inputs held them."""
    kept = {key: inputs[key] for key in inputs if key not in ("contentBase64", "source")}
    if "contentBase64" in inputs:
        kept["content"] = base64.b64decode(inputs["contentBase64"])
    elif "source" in inputs:
        kept["content"] = _bytes(inputs["source"])
    return kept


def _bytes(source: object) -> bytes:
    match source:
        case pulumi.FileAsset():
            return Path(source.path).read_bytes()
        case pulumi.StringAsset():
            return source.text.encode()
        case _:
            found = asset(source)
            if found is None:
                raise ValueError("the source of a bucket object must be a file or a text")
            return found


def group_permissions(inputs: Values) -> Values:
    """Inline rules in AWS's form; those from the group itself apart, as its id is yet unknown."""
    result = dict(inputs)
    for side in ("ingress", "egress"):
        rules = inputs.get(side) or []
        result[side] = [made for rule in rules if (made := _permission(rule))]
        result[f"{side}Self"] = [_ports(rule) for rule in rules if rule.get("self")]
    return result


def _ports(rule: Values) -> Values:
    taken = {*SOURCES, "self", "description"}
    kept = {key: item for key, item in rule.items() if key not in taken}
    return {"ipProtocol" if key == "protocol" else key: item for key, item in kept.items()}


def _permission(rule: Values) -> Values:
    said = {"description": rule["description"]} if rule.get("description") else {}
    sources = {
        name: [{field: item, **said} for item in rule[source]]
        for source, (name, field) in SOURCES.items()
        if rule.get(source)
    }
    return {**_ports(rule), **sources} if sources or not rule.get("self") else {}


def rule_descriptions(inputs: Values) -> Values:
    """The description of a rule belongs to whichever source the rule has.

    A preview may not know the source yet, and then the rule comes without it.
    """
    source = next((name for name in RULE_SOURCES if name in inputs), None)
    rest = {key: item for key, item in inputs.items() if key != "description"}
    if source is None or "description" not in inputs:
        return rest
    return {**rest, f"{source}Description": inputs["description"]}


def table_maintenance(inputs: Values) -> Values:
    """Each kind of maintenance of S3 Tables apart: AWS is told them one by one."""
    told = inputs.get("maintenanceConfiguration")
    rest = {key: item for key, item in inputs.items() if key != "maintenanceConfiguration"}
    return {**rest, **told} if isinstance(told, dict) else inputs


LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""Logs of a control plane: https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"""
CLUSTER_PARTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "vpcConfig": {
        "endpointAccess": ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"),
        "egressMode": ("controlPlaneEgressMode",),
    },
    "accessConfig": {"authenticationMode": ("authenticationMode",)},
    "kubernetesNetworkConfig": {"elasticLoadBalancing": ("elasticLoadBalancing",)},
}
"""What of a cluster EKS changes apart: part of an input to its fields, one field as itself."""


def cluster_parts(inputs: Values) -> Values:
    """A cluster's inputs as EKS changes them: each kind apart, and all of its logs, on or off."""
    made = dict(inputs)
    for name, parts in CLUSTER_PARTS.items():
        if not isinstance(whole := made.get(name), Mapping):
            continue
        for part, fields in parts.items():
            if taken := {field: whole[field] for field in fields if field in whole}:
                made[part] = taken if part == "endpointAccess" else taken[fields[0]]
        apart = {field for fields in parts.values() for field in fields}
        rest = {key: item for key, item in whole.items() if key not in apart}
        made = {**made, name: rest} if rest else {k: v for k, v in made.items() if k != name}
    logs = made.get("enabledClusterLogTypes") or []
    if isinstance(logs, list):
        others = [each for each in LOG_TYPES if each not in logs]
        setups = [{"types": logs, "enabled": True}, {"types": others, "enabled": False}]
        made["enabledClusterLogTypes"] = [each for each in setups if each["types"]]
    return made


def table_keys(inputs: Values) -> Values:
    """The keys of a table as DynamoDB asks for them: with their kinds, and apart from their types.

    A table that is encrypted by a key of its own says so in a specification.
    """
    kinds = {"hashKey": "HASH", "rangeKey": "RANGE"}
    shaped = {
        key: item
        for key, item in inputs.items()
        if key not in (*kinds, "attributes", "serverSideEncryption")
    }
    if keys := [
        {"attributeName": inputs[key], "keyType": kind}
        for key, kind in kinds.items()
        if key in inputs
    ]:
        shaped["keySchema"] = keys
    if "attributes" in inputs:
        shaped["attributeDefinitions"] = [
            {"attributeName": each["name"], "attributeType": each["type"]}
            for each in inputs["attributes"]
        ]
    if encryption := inputs.get("serverSideEncryption"):
        shaped["sseSpecification"] = {
            "enabled": encryption["enabled"],
            "sseType": "KMS",
            "kmsMasterKeyId": encryption["kmsKeyArn"],
        }
    return shaped


RESHAPED: Mapping[str, Callable[[Values], Values]] = {
    "aws:dynamodb/table:Table": table_keys,
    "aws:budgets/budget:Budget": budget_subscribers,
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": cost_expression,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": group_permissions,
    "aws:ec2/flowLog:FlowLog": flow_log_target,
    "aws:ec2/securityGroup:SecurityGroup": group_permissions,
    "aws:eks/cluster:Cluster": cluster_parts,
    "aws:emrserverless/application:Application": initial_capacity,
    "aws:networkfirewall/ruleGroup:RuleGroup": rule_group_variables,
    "aws:s3/bucketObjectv2:BucketObjectv2": object_body,
    "aws:s3tables/table:Table": table_maintenance,
    "aws:s3tables/tableBucket:TableBucket": table_maintenance,
    "aws:sagemaker/featureGroup:FeatureGroup": feature_time_to_live,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule_descriptions,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule_descriptions,
}
"""What reshapes the inputs of a type, by its token."""
