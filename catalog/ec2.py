"""Networks.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
"""

from typing import Any

from catalog.record import Call, Each, Tags, Type, Values

TAGS = Tags(
    Call("CreateTags", given={"Resources": ["{id}"]}),
    Call("DeleteTags", given={"Resources": ["{id}"], "Tags": "{removedPairs}"}),
    after_create=True,
)
OWNER = {"ownerId": "{account}"}
DESTINATIONS = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
}


def arn(kind: str) -> dict[str, str]:
    """The output `arn` of a kind of resource that its id names."""
    return {"arn": f"arn:{{partition}}:ec2:{{region}}:{{account}}:{kind}/{{id}}"}


def named(kind: str, value: str) -> list[dict[str, Any]]:
    """EC2's filter for one value."""
    return [{"Name": kind, "Values": [value]}]


def _one_by_one(operation: str, parameter: str, *names: str) -> tuple[Call, ...]:
    """Attributes of which AWS sets one in a call."""
    return tuple(Call(operation, takes=(name,), given={parameter: "{id}"}) for name in names)


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
                    **arn("vpc"),
                    **OWNER,
                },
            ),
            Call(
                "DescribeSecurityGroups",
                given={"Filters": [*named("vpc-id", "{id}"), *named("group-name", "default")]},
                outputs={"defaultSecurityGroupId": "SecurityGroups[0].GroupId"},
            ),
            Call(
                "DescribeRouteTables",
                given={"Filters": [*named("vpc-id", "{id}"), *named("association.main", "true")]},
                outputs={
                    "mainRouteTableId": "RouteTables[0].RouteTableId",
                    "defaultRouteTableId": "RouteTables[0].RouteTableId",
                },
            ),
            Call(
                "DescribeNetworkAcls",
                given={"Filters": [*named("vpc-id", "{id}"), *named("default", "true")]},
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
                **arn("subnet"),
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
            outputs={**arn("internet-gateway"), **OWNER},
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
                **arn("elastic-ip"),
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
            outputs={**arn("route-table"), **OWNER},
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
            given={"Filters": named("association.route-table-association-id", "{id}")},
            at="RouteTables[0]",
        ),
        delete=Call("DisassociateRouteTable", given={"AssociationId": "{id}"}),
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
                    **arn("vpc-endpoint"),
                },
            ),
            Call(
                "DescribeManagedPrefixLists",
                given={"Filters": named("prefix-list-name", "{serviceName}")},
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
            outputs={"logDestination": "LogDestination", **arn("vpc-flow-log")},
        ),
        prepare=_logged,
        delete=Call("DeleteFlowLogs", given={"FlowLogIds": ["{id}"]}),
        tags=TAGS,
    ),
)
