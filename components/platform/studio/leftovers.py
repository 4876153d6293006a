"""What SageMaker leaves in the network when a domain goes, which would keep the network from going.

A home file system that is kept has its mount targets in the subnets, and two security groups for
it stay in any case, each named in the other's rule.

https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html
"""

from typing import Any

from components.platform.studio.emptying import await_none

IN_USE, GONE = "DependencyViolation", "InvalidGroup.NotFound"


def clear_network(ec2: Any, efs: Any, *, domain_id: str, vpc_id: str, file_system_id: str) -> None:
    """Delete the mount targets of a domain's files, and the security groups for them.

    The files stay as they are. Raises StillThere.
    """
    if file_system_id:
        _delete_mount_targets(efs, file_system_id)
    named = [
        {"Name": "vpc-id", "Values": [vpc_id]},
        {
            "Name": "group-name",
            "Values": [
                f"security-group-for-{way}-nfs-{domain_id}" for way in ("inbound", "outbound")
            ],
        },
    ]
    groups = ec2.describe_security_groups(Filters=named)["SecurityGroups"]
    for group in groups:
        if rules := group["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=rules)
        if rules := group["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=rules)
    left = {group["GroupId"]: group["GroupName"] for group in groups}

    def there() -> list[str]:
        for id_ in [*left]:
            if _deleted(ec2, id_):
                del left[id_]
        return [f"the security group {name}" for name in left.values()]

    await_none(there)


def _delete_mount_targets(efs: Any, file_system_id: str) -> None:
    def there() -> list[str]:
        try:
            found = efs.describe_mount_targets(FileSystemId=file_system_id)["MountTargets"]
        except efs.exceptions.FileSystemNotFound:
            return []
        return [target["MountTargetId"] for target in found]

    for target in there():
        try:
            efs.delete_mount_target(MountTargetId=target)
        except efs.exceptions.MountTargetNotFound:
            continue  # it went by itself, as the file system did
    await_none(lambda: [f"the mount target {target}" for target in there()])


def _deleted(ec2: Any, group_id: str) -> bool:
    """Whether a group is gone: it stays while a network interface is in it."""
    try:
        ec2.delete_security_group(GroupId=group_id)
    except ec2.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in (IN_USE, GONE):
            raise
        return bool(code == GONE)
    return True
