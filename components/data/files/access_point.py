"""How a team reaches its folder on the shared file system."""

import pulumi
import pulumi_aws as aws

from components.data.files.policies import posix_id


def access_point(
    name: str,
    parent: pulumi.Resource,
    system: aws.efs.FileSystem,
    team: str,
    path: str,
    permissions: str,
) -> aws.efs.AccessPoint:
    """An access point of a team, which makes the folder at `path` when it is first mounted.

    Whoever mounts by it is the team's own user there. `permissions` are octal digits, as of chmod.

    https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
    """
    number = posix_id(team)
    return aws.efs.AccessPoint(
        name,
        file_system_id=system.id,
        posix_user={"uid": number, "gid": number},
        root_directory={
            "path": path,
            "creation_info": {
                "owner_uid": number,
                "owner_gid": number,
                "permissions": permissions,
            },
        },
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
