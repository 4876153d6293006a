"""The security group of a file system of Lustre: what its servers and its clients say."""

import pulumi
import pulumi_aws as aws

PORTS = ((988, 988), (1018, 1023))
"""Of Lustre, first and last.

https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html
"""


def lustre_group(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    workload_security_group_id: pulumi.Input[str],
) -> tuple[aws.ec2.SecurityGroup, list[pulumi.Resource]]:
    """The group of the servers, and its rules, without which FSx makes no file system.

    Servers speak to one another; workloads and servers begin to speak with each other from either
    side. Nothing else comes in or goes out.
    """
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc_id,
        description="Servers of the file system of Lustre",
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    # Both sides by a word for the names of rules. Workloads speak among themselves anyway.
    servers, workloads = ("servers", group.id), ("workloads", workload_security_group_id)
    rules: list[pulumi.Resource] = []
    for (here, group_id), (there, other_id) in (
        (servers, servers),
        (servers, workloads),
        (workloads, servers),
    ):
        for first, last in PORTS:
            rules += [
                aws.vpc.SecurityGroupIngressRule(
                    f"{name}-{here}-from-{there}-{first}",
                    security_group_id=group_id,
                    description=f"Lustre from {there}",
                    referenced_security_group_id=other_id,
                    ip_protocol="tcp",
                    from_port=first,
                    to_port=last,
                    opts=pulumi.ResourceOptions(parent=parent),
                ),
                aws.vpc.SecurityGroupEgressRule(
                    f"{name}-{here}-to-{there}-{first}",
                    security_group_id=group_id,
                    description=f"Lustre to {there}",
                    referenced_security_group_id=other_id,
                    ip_protocol="tcp",
                    from_port=first,
                    to_port=last,
                    opts=pulumi.ResourceOptions(parent=parent),
                ),
            ]
    return group, rules
