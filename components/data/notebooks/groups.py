"""The two security groups that EMR asks of a studio.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-security-groups.html
"""

import pulumi
import pulumi_aws as aws

ENGINE_PORT = 18888
"""Where a workspace reaches what it is attached to."""


def studio_groups(
    name: str, *, parent: pulumi.Resource, vpc_id: pulumi.Input[str]
) -> tuple[aws.ec2.SecurityGroup, aws.ec2.SecurityGroup]:
    """The groups of workspaces and of engines: the first reaches the second on one port.

    Workspaces get no way to the internet, by which they would reach Git repositories.
    """
    child = pulumi.ResourceOptions(parent=parent)
    workspace, engine = (
        aws.ec2.SecurityGroup(
            f"{name}-{kind}",
            vpc_id=vpc_id,
            description=description,
            revoke_rules_on_delete=True,
            tags={"Name": f"{name}-{kind}"},
            opts=child,
        )
        for kind, description in (
            ("workspace", "Workspaces of EMR Studio"),
            ("engine", "What workspaces of EMR Studio are attached to"),
        )
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-workspace-out",
        security_group_id=workspace.id,
        referenced_security_group_id=engine.id,
        ip_protocol="tcp",
        from_port=ENGINE_PORT,
        to_port=ENGINE_PORT,
        opts=child,
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-engine-in",
        security_group_id=engine.id,
        referenced_security_group_id=workspace.id,
        ip_protocol="tcp",
        from_port=ENGINE_PORT,
        to_port=ENGINE_PORT,
        opts=child,
    )
    return workspace, engine
