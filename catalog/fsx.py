"""File systems of Lustre, and the places in S3 that their folders are linked to.

https://docs.aws.amazon.com/fsx/latest/APIReference/
"""

from catalog.record import OURS, Call, CallerKeyUse, Grant, Iam, Tags, Type, arn_of, linked_role

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonfsx.html"
)
"""Which actions there are, and on what."""
LISTING = "FSx offers no resource to narrow a listing to"
MANAGED = "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonFSxFullAccess.html"
"""What AWS gives to whom it lets make file systems."""
LINKING = "https://docs.aws.amazon.com/fsx/latest/LustreGuide/setting-up.html"
"""What the caller needs to link a file system to S3."""
S3_ROLE = "s3.data-source.lustre.fsx.amazonaws.com"
SYSTEMS, LINKS = "file-system/*", "association/*"
TAGS = Tags(
    Call("TagResource", given={"ResourceARN": "{arn}"}),
    Call("UntagResource", given={"ResourceARN": "{arn}", "TagKeys": "{removed}"}),
)

TYPES = (
    Type(
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "fsx",
        id="fs-{hex}",
        create=Call(
            "CreateFileSystem",
            given={"FileSystemType": "LUSTRE"},
            inside="LustreConfiguration",
            outputs={"id": "FileSystem.FileSystemId"},
        ),
        read=Call(
            "DescribeFileSystems",
            given={"FileSystemIds": ["{id}"]},
            at="FileSystems[0]",
            outputs={
                "arn": "ResourceARN",
                "dnsName": "DNSName",
                "mountName": "LustreConfiguration.MountName",
            },
        ),
        update=(
            Call(
                "UpdateFileSystem",
                takes=(
                    "automaticBackupRetentionDays",
                    "dataCompressionType",
                    "logConfiguration",
                    "perUnitStorageThroughput",
                    "rootSquashConfiguration",
                    "storageCapacity",
                    "weeklyMaintenanceStartTime",
                ),
                given={"FileSystemId": "{id}"},
                inside="LustreConfiguration",
            ),
        ),
        delete=Call(
            "DeleteFileSystem",
            given={
                "FileSystemId": "{id}",
                "LustreConfiguration.SkipFinalBackup": "{skipFinalBackup}",
            },
        ),
        tags=TAGS,
        ignored={"skipFinalBackup": "read when the file system is deleted"},
        cloudformation="AWS::FSx::FileSystem",
        outputs={
            "arn": arn_of("fsx", "file-system/{id}"),
            "dnsName": "{id}.fsx.{region}.amazonaws.com",
            "mountName": "{hex}",
            "ownerId": "{account}",
        },
        holds_data="its files, but for those of folders that are linked",
        iam=Iam(
            on=SYSTEMS,
            when=OURS,
            create="TagResource",
            read="ListTagsForResource",
            source=AUTHORIZATION,
            key=CallerKeyUse(
                create="Decrypt GenerateDataKey",
                alias="alias/{project}-{environment}-data",
                source="https://docs.aws.amazon.com/fsx/latest/LustreGuide/encryption-at-rest.html",
            ),
            grants=(
                linked_role("fsx.amazonaws.com"),
                Grant("fsx", read="DescribeFileSystems", reason=LISTING, source=AUTHORIZATION),
                Grant(
                    "ec2",
                    create="DescribeRouteTables DescribeSecurityGroups DescribeSubnets "
                    "DescribeVpcs",
                    reason="EC2 offers no resource to narrow a listing to",
                    source=MANAGED,
                ),
                Grant("ec2", "vpc/*", create="GetSecurityGroupsForVpc", source=MANAGED),
                Grant(
                    "logs",
                    "log-group:/aws/fsx/{name} log-group:/aws/fsx/{name}:log-stream:*",
                    create="CreateLogStream PutLogEvents",
                    update="CreateLogStream PutLogEvents",
                    source=MANAGED,
                ),
            ),
        ),
    ),
    Type(
        "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation",
        "fsx",
        id="dra-{hex}",
        create=Call("CreateDataRepositoryAssociation", outputs={"id": "Association.AssociationId"}),
        read=Call(
            "DescribeDataRepositoryAssociations",
            given={"AssociationIds": ["{id}"]},
            at="Associations[0]",
            outputs={"arn": "ResourceARN", "associationId": "AssociationId"},
        ),
        update=(
            Call(
                "UpdateDataRepositoryAssociation",
                takes=("importedFileChunkSize", "s3"),
                given={"AssociationId": "{id}"},
            ),
        ),
        delete=Call(
            "DeleteDataRepositoryAssociation",
            given={
                "AssociationId": "{id}",
                "DeleteDataInFileSystem": "{deleteDataInFilesystem}",
            },
        ),
        tags=TAGS,
        ignored={"deleteDataInFilesystem": "read when the association is deleted"},
        cloudformation="AWS::FSx::DataRepositoryAssociation",
        outputs={
            "arn": arn_of("fsx", "association/{fileSystemId}/{id}"),
            "associationId": "{id}",
        },
        holds_no_data="objects are in S3, and files in the file system",
        iam=Iam(
            on=f"{SYSTEMS} {LINKS}",
            when=OURS,
            create="TagResource",
            source=AUTHORIZATION,
            grants=(
                linked_role(S3_ROLE),
                Grant(
                    "fsx",
                    read="DescribeDataRepositoryAssociations",
                    reason=LISTING,
                    source=AUTHORIZATION,
                ),
                Grant(
                    "iam",
                    f"arn:aws:iam::{{account}}:role/aws-service-role/{S3_ROLE}/*",
                    create="AttachRolePolicy PutRolePolicy",
                    source=LINKING,
                ),
            ),
        ),
    ),
)
