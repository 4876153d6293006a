"""Networks.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
"""

from typing import Any

from infra.embedded.catalog.entry import Call, Each, Tags, Type, Values

TAGS = Tags(
    Call("CreateTags", given={"Resources": ["{id}"]}),
    Call("DeleteTags", given={"Resources": ["{id}"], "Tags": "{removedPairs}"}),
    after_create=True,
)
OWNER = {"ownerId": "{account}"}
GROUP = {"GroupId": "{id}"}
OPEN = [{"ipProtocol": "-1", "ipRanges": [{"cidrIp": "0.0.0.0/0"}]}]
SOURCES = {
    "cidrBlocks": ("ipRanges", "cidrIp"),
    "ipv6CidrBlocks": ("ipv6Ranges", "cidrIpv6"),
    "prefixListIds": ("prefixListIds", "prefixListId"),
    "securityGroups": ("userIdGroupPairs", "groupId"),
}
RULE_SOURCES = {
    "cidrIpv4": "IpRanges.CidrIp",
    "cidrIpv6": "Ipv6Ranges.CidrIpv6",
    "prefixListId": "PrefixListIds.PrefixListId",
    "referencedSecurityGroupId": "UserIdGroupPairs.GroupId",
}
DESTINATIONS = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
}


def _arn(kind: str) -> dict[str, str]:
    return {"arn": f"arn:{{partition}}:ec2:{{region}}:{{account}}:{kind}/{{id}}"}


def _named(kind: str, value: str) -> list[dict[str, Any]]:
    return [{"Name": kind, "Values": [value]}]


def _one_by_one(operation: str, parameter: str, *names: str) -> tuple[Call, ...]:
    """Attributes of which AWS sets one in a call."""
    return tuple(Call(operation, takes=(name,), given={parameter: "{id}"}) for name in names)


def _permissions(inputs: Values) -> Values:
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


def _described(inputs: Values) -> Values:
    """The description of a rule belongs to whichever source the rule has."""
    source = next((name for name in RULE_SOURCES if name in inputs), None)
    if source is None or "description" not in inputs:
        return inputs
    rest = {key: item for key, item in inputs.items() if key != "description"}
    return {**rest, f"{source}Description": inputs["description"]}


def _destined(inputs: Values) -> Values:
    """The one destination, whichever of three inputs names it, for the route's id."""
    kinds = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
    return {**inputs, "destination": next((inputs[k] for k in kinds if k in inputs), "")}


def _logged(inputs: Values) -> Values:
    """What a flow log watches, as AWS asks for it: one list of ids, and of what kind they are."""
    kinds = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}
    rest = {key: item for key, item in inputs.items() if key not in kinds}
    for key in kinds.keys() & inputs.keys():
        rest |= {"resourceIds": [inputs[key]], "resourceType": kinds[key]}
    return rest


def _security_group_steps() -> tuple[Each, ...]:
    steps: list[Each] = []
    for side in ("Ingress", "Egress"):
        name, add, remove = (
            side.lower(),
            f"AuthorizeSecurityGroup{side}",
            f"RevokeSecurityGroup{side}",
        )
        own = {**GROUP, "IpPermissions.UserIdGroupPairs.GroupId": "{id}"}
        steps += (
            Each(
                name,
                Call(add, given=GROUP, inside="IpPermissions"),
                Call(remove, given=GROUP, inside="IpPermissions"),
            ),
            Each(
                f"{name}Self",
                Call(add, given=own, inside="IpPermissions"),
                Call(remove, given=own, inside="IpPermissions"),
            ),
        )
    return tuple(steps)


def _rule(side: str) -> Type:
    """A rule of a security group that is a resource of its own."""
    created = {name: f"IpPermissions.{path}" for name, path in RULE_SOURCES.items()}
    described = {
        f"{name}Description": f"IpPermissions.{path.partition('.')[0]}.Description"
        for name, path in RULE_SOURCES.items()
    }
    changed = "SecurityGroupRules.SecurityGroupRule"
    return Type(
        f"aws:vpc/securityGroup{side}Rule:SecurityGroup{side}Rule",
        "ec2",
        create=Call(
            f"AuthorizeSecurityGroup{side}",
            names={"securityGroupId": "GroupId", **created, **described},
            inside="IpPermissions",
            outputs={"id": "SecurityGroupRules[0].SecurityGroupRuleId"},
        ),
        read=Call(
            "DescribeSecurityGroupRules",
            given={"SecurityGroupRuleIds": ["{id}"]},
            at="SecurityGroupRules[0]",
            outputs={"securityGroupRuleId": "{id}", **_arn("security-group-rule")},
        ),
        update=(
            Call(
                "ModifySecurityGroupRules",
                names={
                    "referencedSecurityGroupId": f"{changed}.ReferencedGroupId",
                    **{f"{name}Description": f"{changed}.Description" for name in RULE_SOURCES},
                },
                given={
                    "GroupId": "{securityGroupId}",
                    "SecurityGroupRules.SecurityGroupRuleId": "{id}",
                },
                inside=changed,
            ),
        ),
        delete=Call(
            f"RevokeSecurityGroup{side}",
            given={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
        ),
        prepare=_described,
        tags=TAGS,
    )


def _ids_added_and_removed(name: str) -> Each:
    """A list of ids of an endpoint, which AWS changes by what to add and what to remove."""
    parameter = f"{name[0].upper()}{name[1:]}"
    endpoint = {"VpcEndpointId": "{id}"}
    return Each(
        name,
        Call("ModifyVpcEndpoint", names={"value": f"Add{parameter}"}, given=endpoint),
        Call("ModifyVpcEndpoint", names={"value": f"Remove{parameter}"}, given=endpoint),
        created=True,
    )


TYPES = (
    Type(
        "aws:ec2/vpc:Vpc",
        "ec2",
        create=Call("CreateVpc", outputs={"id": "Vpc.VpcId"}),
        read=(
            Call(
                "DescribeVpcs",
                given={"VpcIds": ["{id}"]},
                at="Vpcs[0]",
                outputs={
                    "cidrBlock": "CidrBlock",
                    "dhcpOptionsId": "DhcpOptionsId",
                    "instanceTenancy": "InstanceTenancy",
                    **_arn("vpc"),
                    **OWNER,
                },
            ),
            Call(
                "DescribeSecurityGroups",
                given={"Filters": [*_named("vpc-id", "{id}"), *_named("group-name", "default")]},
                outputs={"defaultSecurityGroupId": "SecurityGroups[0].GroupId"},
            ),
            Call(
                "DescribeRouteTables",
                given={"Filters": [*_named("vpc-id", "{id}"), *_named("association.main", "true")]},
                outputs={
                    "mainRouteTableId": "RouteTables[0].RouteTableId",
                    "defaultRouteTableId": "RouteTables[0].RouteTableId",
                },
            ),
            Call(
                "DescribeNetworkAcls",
                given={"Filters": [*_named("vpc-id", "{id}"), *_named("default", "true")]},
                outputs={"defaultNetworkAclId": "NetworkAcls[0].NetworkAclId"},
            ),
        ),
        steps=_one_by_one(
            "ModifyVpcAttribute",
            "VpcId",
            "enableDnsSupport",
            "enableDnsHostnames",
            "enableNetworkAddressUsageMetrics",
        ),
        delete=Call("DeleteVpc", given={"VpcId": "{id}"}),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/subnet:Subnet",
        "ec2",
        create=Call("CreateSubnet", outputs={"id": "Subnet.SubnetId"}),
        read=Call(
            "DescribeSubnets",
            given={"SubnetIds": ["{id}"]},
            at="Subnets[0]",
            outputs={
                "availabilityZone": "AvailabilityZone",
                "availabilityZoneId": "AvailabilityZoneId",
                "cidrBlock": "CidrBlock",
                **_arn("subnet"),
                **OWNER,
            },
        ),
        steps=_one_by_one(
            "ModifySubnetAttribute",
            "SubnetId",
            "mapPublicIpOnLaunch",
            "assignIpv6AddressOnCreation",
        ),
        delete=Call("DeleteSubnet", given={"SubnetId": "{id}"}),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/internetGateway:InternetGateway",
        "ec2",
        create=Call("CreateInternetGateway", outputs={"id": "InternetGateway.InternetGatewayId"}),
        read=Call(
            "DescribeInternetGateways",
            given={"InternetGatewayIds": ["{id}"]},
            at="InternetGateways[0]",
            outputs={**_arn("internet-gateway"), **OWNER},
        ),
        steps=(
            Call("AttachInternetGateway", takes=("vpcId",), given={"InternetGatewayId": "{id}"}),
        ),
        replaces=("vpcId",),
        delete=(
            Call(
                "DetachInternetGateway",
                when="vpcId",
                given={"InternetGatewayId": "{id}", "VpcId": "{vpcId}"},
            ),
            Call("DeleteInternetGateway", given={"InternetGatewayId": "{id}"}),
        ),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/eip:Eip",
        "ec2",
        create=Call("AllocateAddress", outputs={"id": "AllocationId"}),
        read=Call(
            "DescribeAddresses",
            given={"AllocationIds": ["{id}"]},
            at="Addresses[0]",
            outputs={
                "allocationId": "AllocationId",
                "publicIp": "PublicIp",
                **_arn("elastic-ip"),
            },
        ),
        delete=Call("ReleaseAddress", given={"AllocationId": "{id}"}),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/natGateway:NatGateway",
        "ec2",
        create=Call("CreateNatGateway", outputs={"id": "NatGateway.NatGatewayId"}),
        read=Call(
            "DescribeNatGateways",
            given={"NatGatewayIds": ["{id}"]},
            at="NatGateways[0]",
            outputs={
                "publicIp": "NatGatewayAddresses[0].PublicIp",
                "privateIp": "NatGatewayAddresses[0].PrivateIp",
                "networkInterfaceId": "NatGatewayAddresses[0].NetworkInterfaceId",
            },
        ),
        gone="State == 'deleted'",
        delete=Call("DeleteNatGateway", given={"NatGatewayId": "{id}"}),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/routeTable:RouteTable",
        "ec2",
        create=Call("CreateRouteTable", outputs={"id": "RouteTable.RouteTableId"}),
        read=Call(
            "DescribeRouteTables",
            given={"RouteTableIds": ["{id}"]},
            at="RouteTables[0]",
            outputs={**_arn("route-table"), **OWNER},
        ),
        steps=(
            Each(
                "routes",
                Call("CreateRoute", names=DESTINATIONS, given={"RouteTableId": "{id}"}),
                Call(
                    "DeleteRoute",
                    takes=("cidrBlock", "ipv6CidrBlock", "destinationPrefixListId"),
                    names=DESTINATIONS,
                    given={"RouteTableId": "{id}"},
                ),
            ),
        ),
        delete=Call("DeleteRouteTable", given={"RouteTableId": "{id}"}),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/route:Route",
        "ec2",
        id="r-{routeTableId}_{destination}",
        create=Call(
            "CreateRoute",
            names=DESTINATIONS,
        ),
        read=Call(
            "DescribeRouteTables",
            given={"RouteTableIds": ["{routeTableId}"]},
            at="RouteTables[0].Routes[?ends_with('{id}', join('', ['_', DestinationCidrBlock"
            " || DestinationIpv6CidrBlock || DestinationPrefixListId || '?']))] | [0]",
            outputs={"origin": "Origin", "state": "State"},
        ),
        prepare=_destined,
        update=(Call("ReplaceRoute", names=DESTINATIONS),),
        delete=Call(
            "DeleteRoute",
            given={
                "RouteTableId": "{routeTableId}",
                "DestinationCidrBlock": "{destinationCidrBlock}",
                "DestinationIpv6CidrBlock": "{destinationIpv6CidrBlock}",
                "DestinationPrefixListId": "{destinationPrefixListId}",
            },
        ),
        replaces=("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
    ),
    Type(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "ec2",
        create=Call("AssociateRouteTable", outputs={"id": "AssociationId"}),
        read=Call(
            "DescribeRouteTables",
            given={"Filters": _named("association.route-table-association-id", "{id}")},
            at="RouteTables[0]",
        ),
        delete=Call("DisassociateRouteTable", given={"AssociationId": "{id}"}),
    ),
    Type(
        "aws:ec2/securityGroup:SecurityGroup",
        "ec2",
        name="name",
        create=Call("CreateSecurityGroup", names={"name": "GroupName"}, outputs={"id": "GroupId"}),
        read=Call(
            "DescribeSecurityGroups",
            given={"GroupIds": ["{id}"]},
            at="SecurityGroups[0]",
            outputs={"vpcId": "VpcId", **_arn("security-group"), **OWNER},
        ),
        steps=(
            Call("RevokeSecurityGroupEgress", given={**GROUP, "IpPermissions": OPEN}),
            *_security_group_steps(),
        ),
        prepare=_permissions,
        defaults={"description": "Managed by Pulumi"},
        delete=Call("DeleteSecurityGroup", given=GROUP),
        ignored={"revokeRulesOnDelete": "the embedded AWS deletes a group with its rules"},
        tags=TAGS,
    ),
    _rule("Ingress"),
    _rule("Egress"),
    Type(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "ec2",
        create=Call(
            "DescribeSecurityGroups",
            given={"Filters": [*_named("vpc-id", "{vpcId}"), *_named("group-name", "default")]},
            outputs={"id": "SecurityGroups[0].GroupId"},
        ),
        read=Call(
            "DescribeSecurityGroups",
            given={"GroupIds": ["{id}"]},
            at="SecurityGroups[0]",
            outputs={
                "description": "Description",
                "name": "GroupName",
                "vpcId": "VpcId",
                **_arn("security-group"),
                **OWNER,
            },
        ),
        steps=(
            Call("RevokeSecurityGroupEgress", given={**GROUP, "IpPermissions": OPEN}),
            *_security_group_steps(),
        ),
        prepare=_permissions,
        replaces=("vpcId",),
        ignored={"revokeRulesOnDelete": "AWS never deletes a default group"},
        tags=TAGS,
    ),
    Type(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "ec2",
        create=Call(
            "CreateVpcEndpoint",
            names={"policy": "PolicyDocument"},
            outputs={"id": "VpcEndpoint.VpcEndpointId"},
        ),
        read=(
            Call(
                "DescribeVpcEndpoints",
                given={"VpcEndpointIds": ["{id}"]},
                at="VpcEndpoints[0]",
                outputs={
                    "state": "State",
                    "networkInterfaceIds": "NetworkInterfaceIds",
                    "dnsEntries": "DnsEntries[].{dnsName: DnsName, hostedZoneId: HostedZoneId}",
                    **_arn("vpc-endpoint"),
                },
            ),
            Call(
                "DescribeManagedPrefixLists",
                given={"Filters": _named("prefix-list-name", "{serviceName}")},
                outputs={"prefixListId": "PrefixLists[0].PrefixListId"},
            ),
        ),
        gone="State == 'deleted'",
        update=(
            Call(
                "ModifyVpcEndpoint",
                takes=("policy", "privateDnsEnabled", "ipAddressType", "dnsOptions"),
                names={"policy": "PolicyDocument"},
                given={"VpcEndpointId": "{id}"},
            ),
        ),
        steps=tuple(
            map(_ids_added_and_removed, ("routeTableIds", "subnetIds", "securityGroupIds"))
        ),
        delete=Call("DeleteVpcEndpoints", given={"VpcEndpointIds": ["{id}"]}),
        tags=TAGS,
    ),
    Type(
        "aws:ec2/flowLog:FlowLog",
        "ec2",
        create=Call(
            "CreateFlowLogs",
            names={"iamRoleArn": "DeliverLogsPermissionArn"},
            outputs={"id": "FlowLogIds[0]"},
        ),
        read=Call(
            "DescribeFlowLogs",
            given={"FlowLogIds": ["{id}"]},
            at="FlowLogs[0]",
            outputs={"logDestination": "LogDestination", **_arn("vpc-flow-log")},
        ),
        prepare=_logged,
        delete=Call("DeleteFlowLogs", given={"FlowLogIds": ["{id}"]}),
        tags=TAGS,
    ),
)
