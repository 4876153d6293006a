"""EC2's network: resources by id, told apart by their tags.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from components.devops.actions.grant import OURS, Grant, Table, listed

DESCRIBED = listed("ec2", "Describe*")


def _ec2(create: str, update: str = "", delete: str = "", *, tagged: bool = True) -> Grant:
    tags = "CreateTags DeleteTags" if tagged else ""
    return Grant("ec2", "*", create=create, update=f"{update} {tags}", delete=delete, when=OURS)


RULES = "UpdateSecurityGroupRuleDescriptions* ModifySecurityGroupRules"

TABLE: Table = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (
        _ec2(
            "RevokeSecurityGroupIngress RevokeSecurityGroupEgress",
            "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress",
        ),
        DESCRIBED,
    ),
    "aws:ec2/eip:Eip": (
        _ec2("AllocateAddress", delete="DisassociateAddress ReleaseAddress"),
        DESCRIBED,
    ),
    "aws:ec2/flowLog:FlowLog": (
        _ec2("CreateFlowLogs", delete="DeleteFlowLogs"),
        DESCRIBED,
    ),
    "aws:ec2/internetGateway:InternetGateway": (
        _ec2(
            "CreateInternetGateway AttachInternetGateway",
            "DetachInternetGateway",
            "DeleteInternetGateway",
        ),
        DESCRIBED,
    ),
    "aws:ec2/natGateway:NatGateway": (
        _ec2("CreateNatGateway", delete="DeleteNatGateway"),
        DESCRIBED,
    ),
    "aws:ec2/route:Route": (
        _ec2("CreateRoute", "ReplaceRoute", "DeleteRoute", tagged=False),
        DESCRIBED,
    ),
    "aws:ec2/routeTable:RouteTable": (
        _ec2("CreateRouteTable CreateRoute", "ReplaceRoute DeleteRoute", "DeleteRouteTable"),
        DESCRIBED,
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        _ec2(
            "AssociateRouteTable",
            "ReplaceRouteTableAssociation",
            "DisassociateRouteTable",
            tagged=False,
        ),
        DESCRIBED,
    ),
    "aws:ec2/securityGroup:SecurityGroup": (
        _ec2(
            "CreateSecurityGroup RevokeSecurityGroupEgress",
            "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress "
            "UpdateSecurityGroupRuleDescriptions*",
            "DeleteSecurityGroup",
        ),
        DESCRIBED,
    ),
    "aws:ec2/subnet:Subnet": (
        _ec2("CreateSubnet", "ModifySubnetAttribute", "DeleteSubnet"),
        DESCRIBED,
    ),
    "aws:ec2/vpc:Vpc": (
        _ec2("CreateVpc", "ModifyVpcAttribute", "DeleteVpc"),
        DESCRIBED,
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        _ec2("CreateVpcEndpoint", "ModifyVpcEndpoint", "DeleteVpcEndpoints"),
        # An interface endpoint answers to its service's name through a zone that AWS owns.
        Grant("route53", "arn:aws:route53:::hostedzone/*", create="AssociateVPCWithHostedZone"),
        DESCRIBED,
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        _ec2("AuthorizeSecurityGroupEgress", RULES, "RevokeSecurityGroupEgress"),
        DESCRIBED,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        _ec2("AuthorizeSecurityGroupIngress", RULES, "RevokeSecurityGroupIngress"),
        DESCRIBED,
    ),
}
