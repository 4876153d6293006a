"""Networks.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
"""

from typing import Any

from catalog.record import OURS, Call, Each, Grant, Iam, Tags, Type, arn_of, listed

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
)
"""Which actions there are, and on what."""

TAGS = Tags(
    Call("CreateTags", given={"Resources": ["{id}"]}),
    Call("DeleteTags", given={"Resources": ["{id}"], "Tags": "{removedPairs}"}),
    after_create=True,
)
DESCRIBED = listed("ec2", "Describe*")
CARRIES_TRAFFIC = "the network carries traffic and keeps none"
OWNER = {"ownerId": "{account}"}
DESTINATIONS = {
    "cidrBlock": "DestinationCidrBlock",
    "ipv6CidrBlock": "DestinationIpv6CidrBlock",
    "egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
}


def named(kind: str, value: str) -> list[dict[str, Any]]:
    """EC2's filter for one value."""
    return [{"Name": kind, "Values": [value]}]


def _one_by_one(operation: str, parameter: str, *names: str) -> tuple[Call, ...]:
    """Attributes of which AWS sets one in a call."""
    return tuple(Call(operation, takes=(name,), given={parameter: "{id}"}) for name in names)


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
        id="vpc-{hex}",
        cloudformation="AWS::EC2::VPC",
        outputs={
            "arn": arn_of("ec2", "vpc/{id}"),
            "defaultSecurityGroupId": "sg-{hex}",
            "defaultRouteTableId": "rtb-{hex}",
            "mainRouteTableId": "rtb-{hex}",
            "defaultNetworkAclId": "acl-{hex}",
        },
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(DESCRIBED,)),
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
        id="subnet-{hex}",
        cloudformation="AWS::EC2::Subnet",
        outputs={"arn": arn_of("ec2", "subnet/{id}")},
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(DESCRIBED,)),
    ),
    Type(
        "aws:ec2/internetGateway:InternetGateway",
        "ec2",
        create=Call("CreateInternetGateway", outputs={"id": "InternetGateway.InternetGatewayId"}),
        read=Call(
            "DescribeInternetGateways",
            given={"InternetGatewayIds": ["{id}"]},
            at="InternetGateways[0]",
            outputs={**OWNER},
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
        id="igw-{hex}",
        cloudformation="AWS::EC2::InternetGateway",
        outputs={"arn": arn_of("ec2", "internet-gateway/{id}")},
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(DESCRIBED,)),
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
            },
        ),
        delete=Call("ReleaseAddress", given={"AllocationId": "{id}"}),
        tags=TAGS,
        id="eipalloc-{hex}",
        cloudformation="AWS::EC2::EIP",
        outputs={
            "arn": arn_of("ec2", "elastic-ip/{id}"),
            "allocationId": "{id}",
            "publicIp": "198.51.100.7",
        },
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, delete="DisassociateAddress", grants=(DESCRIBED,)),
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
        id="nat-{hex}",
        cloudformation="AWS::EC2::NatGateway",
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(DESCRIBED,)),
    ),
    Type(
        "aws:ec2/routeTable:RouteTable",
        "ec2",
        create=Call("CreateRouteTable", outputs={"id": "RouteTable.RouteTableId"}),
        read=Call(
            "DescribeRouteTables",
            given={"RouteTableIds": ["{id}"]},
            at="RouteTables[0]",
            outputs={**OWNER},
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
        id="rtb-{hex}",
        cloudformation="AWS::EC2::RouteTable",
        outputs={"arn": arn_of("ec2", "route-table/{id}")},
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(
            on="*",
            when=OURS,
            update="ReplaceRoute",
            source=AUTHORIZATION,
            grants=(DESCRIBED,),
        ),
    ),
    Type(
        "aws:ec2/route:Route",
        "ec2",
        id="r-{routeTableId}{hex}",
        create=Call(
            "CreateRoute",
            names=DESTINATIONS,
        ),
        read=Call(
            "DescribeRouteTables",
            given={"RouteTableIds": ["{routeTableId}"]},
            at="RouteTables[0].Routes[?(DestinationCidrBlock || DestinationIpv6CidrBlock"
            " || DestinationPrefixListId) == '{destinationCidrBlock|destinationIpv6CidrBlock"
            "|destinationPrefixListId}'] | [0]",
            outputs={"origin": "Origin", "state": "State"},
        ),
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
        cloudformation="AWS::EC2::Route",
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(DESCRIBED,)),
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
        id="rtbassoc-{hex}",
        cloudformation="AWS::EC2::SubnetRouteTableAssociation",
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(
            on="*",
            when=OURS,
            update="ReplaceRouteTableAssociation",
            grants=(DESCRIBED,),
        ),
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
        id="vpce-{hex}",
        cloudformation="AWS::EC2::VPCEndpoint",
        outputs={
            "arn": arn_of("ec2", "vpc-endpoint/{id}"),
            "prefixListId": "pl-{hex}",
        },
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(
            on="*",
            when=OURS,
            grants=(
                Grant(
                    "route53",
                    # An interface endpoint answers to its service's name in a zone of AWS's.
                    "arn:aws:route53:::hostedzone/*",
                    create="AssociateVPCWithHostedZone",
                    source=AUTHORIZATION,
                ),
                DESCRIBED,
            ),
        ),
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
            outputs={"logDestination": "LogDestination"},
        ),
        delete=Call("DeleteFlowLogs", given={"FlowLogIds": ["{id}"]}),
        tags=TAGS,
        id="fl-{hex}",
        cloudformation="AWS::EC2::FlowLog",
        outputs={"arn": arn_of("ec2", "vpc-flow-log/{id}")},
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(DESCRIBED,)),
    ),
)
