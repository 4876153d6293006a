"""Security groups and their rules, which EC2's API serves and pulumi-aws splits over two modules.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
"""

from catalog.ec2 import CARRIES_TRAFFIC, DESCRIBED, OWNER, TAGS, named
from catalog.record import OURS, Call, Each, Iam, Type, arn_of, listed

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
)
"""Which actions there are, and on what."""

GROUP = {"GroupId": "{id}"}
OPEN = [{"ipProtocol": "-1", "ipRanges": [{"cidrIp": "0.0.0.0/0"}]}]
RULE_SOURCES = {
    "cidrIpv4": "IpRanges.CidrIp",
    "cidrIpv6": "Ipv6Ranges.CidrIpv6",
    "prefixListId": "PrefixListIds.PrefixListId",
    "referencedSecurityGroupId": "UserIdGroupPairs.GroupId",
}


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
            outputs={"securityGroupRuleId": "{id}"},
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
        tags=TAGS,
        id="sgr-{hex}",
        outputs={"arn": arn_of("ec2", "security-group-rule/{id}")},
        cloudformation=f"AWS::EC2::SecurityGroup{side}",
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(
            on="*",
            when=OURS,
            update="UpdateSecurityGroupRuleDescriptions*",
            grants=(DESCRIBED,),
        ),
    )


TYPES = (
    Type(
        "aws:ec2/securityGroup:SecurityGroup",
        "ec2",
        name="name",
        create=Call("CreateSecurityGroup", names={"name": "GroupName"}, outputs={"id": "GroupId"}),
        read=Call(
            "DescribeSecurityGroups",
            given={"GroupIds": ["{id}"]},
            at="SecurityGroups[0]",
            outputs={"vpcId": "VpcId", **OWNER},
        ),
        steps=(
            Call("RevokeSecurityGroupEgress", given={**GROUP, "IpPermissions": OPEN}),
            *_security_group_steps(),
        ),
        defaults={"description": "Managed by Pulumi"},
        delete=Call("DeleteSecurityGroup", given=GROUP),
        ignored={"revokeRulesOnDelete": "the embedded AWS deletes a group with its rules"},
        tags=TAGS,
        id="sg-{hex}",
        cloudformation="AWS::EC2::SecurityGroup",
        outputs={"arn": arn_of("ec2", "security-group/{id}"), "name": "{logical}"},
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(
            on="*",
            when=OURS,
            update="UpdateSecurityGroupRuleDescriptions*",
            grants=(DESCRIBED,),
        ),
    ),
    _rule("Ingress"),
    _rule("Egress"),
    Type(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "ec2",
        create=Call(
            "DescribeSecurityGroups",
            given={"Filters": [*named("vpc-id", "{vpcId}"), *named("group-name", "default")]},
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
                **OWNER,
            },
        ),
        steps=(
            Call("RevokeSecurityGroupEgress", given={**GROUP, "IpPermissions": OPEN}),
            *_security_group_steps(),
        ),
        replaces=("vpcId",),
        ignored={"revokeRulesOnDelete": "AWS never deletes a default group"},
        tags=TAGS,
        id="sg-{hex}",
        outputs={"arn": arn_of("ec2", "security-group/{id}")},
        holds_no_data=CARRIES_TRAFFIC,
        iam=Iam(on="*", when=OURS, grants=(listed("ec2", "Describe*", source=AUTHORIZATION),)),
    ),
)
