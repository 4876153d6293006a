"""Shared file systems, their access points, and the addresses by which a network reaches them.

https://docs.aws.amazon.com/efs/latest/ug/api-reference.html
"""

from catalog.record import OURS, Call, CallerKeyUse, Grant, Iam, Tags, Type, arn_of, linked_role

FILE_SYSTEM = arn_of("elasticfilesystem", "file-system/{id}")
OF_ONE = arn_of("elasticfilesystem", "file-system/{fileSystemId}")
ACCESS_POINT = arn_of("elasticfilesystem", "access-point/{id}")
BY_ID = {"FileSystemId": "{fileSystemId}"}
AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "list_amazonelasticfilesystem.html"
)
"""Which actions there are, and on what."""
SYSTEMS, POINTS = "file-system/*", "access-point/*"
TAGS = Tags(
    Call("TagResource", given={"ResourceId": "{id}"}),
    Call("UntagResource", given={"ResourceId": "{id}", "TagKeys": "{removed}"}),
)
TRANSITIONS = {
    f"lifecyclePolicies.transitionTo{pulumi}": f"TransitionTo{aws}"
    for pulumi, aws in (
        ("Ia", "IA"),
        ("Archive", "Archive"),
        ("PrimaryStorageClass", "PrimaryStorageClass"),
    )
}

TYPES = (
    Type(
        "aws:efs/fileSystem:FileSystem",
        "efs",
        id="fs-{hex}",
        name="creationToken",
        limit=64,
        create=Call("CreateFileSystem", outputs={"id": "FileSystemId"}),
        read=Call(
            "DescribeFileSystems",
            given={"FileSystemId": "{id}"},
            at="FileSystems[0]",
            outputs={"arn": "FileSystemArn", "ownerId": "OwnerId"},
        ),
        update=(
            Call(
                "UpdateFileSystem",
                takes=("throughputMode", "provisionedThroughputInMibps"),
                given={"FileSystemId": "{id}"},
            ),
        ),
        steps=(
            Call(
                "PutLifecycleConfiguration",
                takes=("lifecyclePolicies",),
                names=TRANSITIONS,
                given={"FileSystemId": "{id}"},
                undo=Call(
                    "PutLifecycleConfiguration",
                    given={"FileSystemId": "{id}", "LifecyclePolicies": []},
                ),
            ),
        ),
        delete=Call("DeleteFileSystem", given={"FileSystemId": "{id}"}),
        tags=TAGS,
        inputs={
            "creationToken": "CreationToken",
            "encrypted": "Encrypted",
            "kmsKeyId": "KmsKeyId",
            "performanceMode": "PerformanceMode",
        },
        ignored={"protection": "a file system that is no copy of another needs none"},
        cloudformation="AWS::EFS::FileSystem",
        outputs={
            "arn": FILE_SYSTEM,
            "dnsName": "{id}.efs.{region}.amazonaws.com",
            "ownerId": "{account}",
        },
        holds_data="its files",
        iam=Iam(
            on=SYSTEMS,
            when=OURS,
            read="DescribeLifecycleConfiguration DescribeReplicationConfigurations",
            create="TagResource",
            source=AUTHORIZATION,
            key=CallerKeyUse(
                create="GenerateDataKeyWithoutPlaintext",
                alias="alias/{project}-{environment}-data",
                source="https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
            ),
            grants=(
                Grant(
                    "elasticfilesystem",
                    create="CreateFileSystem",
                    reason="a file system has no ARN before it is there",
                ),
            ),
        ),
    ),
    Type(
        "aws:efs/mountTarget:MountTarget",
        "efs",
        id="fsmt-{hex}",
        create=Call("CreateMountTarget", outputs={"id": "MountTargetId"}),
        read=Call(
            "DescribeMountTargets",
            given={"MountTargetId": "{id}"},
            at="MountTargets[0]",
            outputs={"networkInterfaceId": "NetworkInterfaceId", "ownerId": "OwnerId"},
        ),
        steps=(
            Call(
                "ModifyMountTargetSecurityGroups",
                takes=("securityGroups",),
                given={"MountTargetId": "{id}"},
            ),
        ),
        delete=Call("DeleteMountTarget", given={"MountTargetId": "{id}"}),
        cloudformation="AWS::EFS::MountTarget",
        outputs={
            "dnsName": "{fileSystemId}.efs.{region}.amazonaws.com",
            "fileSystemArn": OF_ONE,
            "networkInterfaceId": "eni-{hex}",
            "ownerId": "{account}",
        },
        holds_no_data="files are in the file system",
        iam=Iam(
            on=SYSTEMS,
            when=OURS,
            read="DescribeMountTargetSecurityGroups",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "ec2",
                    "network-interface/* subnet/* security-group/*",
                    create="CreateNetworkInterface",
                    update="ModifyNetworkInterfaceAttribute",
                    delete="DeleteNetworkInterface",
                    when=OURS,
                    source="https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html",
                ),
                Grant(
                    "ec2",
                    read="DescribeNetworkInterfaceAttribute DescribeNetworkInterfaces "
                    "DescribeSubnets",
                    reason="EC2 offers no resource to narrow a listing to",
                    source="https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html",
                ),
                linked_role("elasticfilesystem.amazonaws.com"),
            ),
        ),
    ),
    Type(
        "aws:efs/accessPoint:AccessPoint",
        "efs",
        id="fsap-{hex}",
        create=Call("CreateAccessPoint", outputs={"id": "AccessPointId"}),
        read=Call(
            "DescribeAccessPoints",
            given={"AccessPointId": "{id}"},
            at="AccessPoints[0]",
            outputs={"arn": "AccessPointArn", "ownerId": "OwnerId"},
        ),
        delete=Call("DeleteAccessPoint", given={"AccessPointId": "{id}"}),
        tags=TAGS,
        cloudformation="AWS::EFS::AccessPoint",
        outputs={"arn": ACCESS_POINT, "fileSystemArn": OF_ONE, "ownerId": "{account}"},
        holds_no_data="files are in the file system",
        iam=Iam(
            on=f"{SYSTEMS} {POINTS}",
            when=OURS,
            create="TagResource",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "efs",
        id="{fileSystemId}",
        create=Call("PutFileSystemPolicy"),
        read=Call("DescribeFileSystemPolicy", given=BY_ID),
        update=(Call("PutFileSystemPolicy", given=BY_ID),),
        delete=Call("DeleteFileSystemPolicy", given=BY_ID),
        replaces=("fileSystemId",),
        holds_no_data="the policy is in the program",
        iam=Iam(on=SYSTEMS, when=OURS),
    ),
    Type(
        "aws:efs/backupPolicy:BackupPolicy",
        "efs",
        id="{fileSystemId}",
        create=Call("PutBackupPolicy"),
        read=Call("DescribeBackupPolicy", given=BY_ID, at="BackupPolicy"),
        update=(Call("PutBackupPolicy", given=BY_ID),),
        delete=Call("PutBackupPolicy", given={**BY_ID, "BackupPolicy": {"Status": "DISABLED"}}),
        gone="Status == 'DISABLED'",
        replaces=("fileSystemId",),
        holds_no_data="backups that were made stay in the vault of AWS Backup",
        iam=Iam(
            on=SYSTEMS,
            when=OURS,
            grants=(linked_role("backup.amazonaws.com"),),
        ),
    ),
)
