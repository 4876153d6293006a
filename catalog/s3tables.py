"""Table buckets of S3 Tables, their namespaces and their tables of Iceberg.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_S3_Tables.html
"""

from catalog.record import Call, CallerKeyUse, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3tables.html"
)
"""Which actions there are, and on what."""
ENCRYPTION = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html"
BUCKETS, TABLES = "bucket/{name}", "bucket/{name}/table/*"
"""ARNs of table buckets and of tables, after the account; a table's ARN holds an id of AWS's."""
OF_BUCKET = {"tableBucketARN": "{tableBucketArn}"}
OF_NAMESPACE = {**OF_BUCKET, "namespace": "{namespace}"}
OF_TABLE = {**OF_NAMESPACE, "name": "{name}"}
LATER = "2026-01-01T00:00:00Z"
"""When something was made that was not made yet."""
TAGS = Tags(
    Call("TagResource", given={"resourceArn": "{arn}"}),
    Call("UntagResource", given={"resourceArn": "{arn}", "tagKeys": "{removed}"}),
)
KEY_USE = CallerKeyUse(
    create="Decrypt GenerateDataKey", alias="alias/{project}-{environment}-data", source=ENCRYPTION
)


def _maintenance(operation: str, type_: str, given: dict[str, str]) -> Call:
    """The call that writes one kind of maintenance; `embedded.reshaping` parts the kinds."""
    return Call(
        operation,
        takes=(type_,),
        names={type_: "value", f"{type_}.settings": f"settings.{type_}"},
        given={**given, "type": type_},
    )


TYPES = (
    Type(
        "aws:s3tables/tableBucket:TableBucket",
        "s3tables",
        id=arn_of("s3tables", "bucket/{name}"),
        name="name",
        limit=63,
        create=Call("CreateTableBucket", outputs={"id": "arn", "arn": "arn"}),
        read=Call(
            "GetTableBucket",
            given={"tableBucketARN": "{id}"},
            outputs={
                "arn": "arn",
                "createdAt": "to_string(createdAt)",
                "ownerAccountId": "ownerAccountId",
            },
        ),
        update=(
            Call(
                "PutTableBucketEncryption",
                takes=("encryptionConfiguration",),
                given={"tableBucketARN": "{id}"},
            ),
        ),
        steps=(
            _maintenance(
                "PutTableBucketMaintenanceConfiguration",
                "icebergUnreferencedFileRemoval",
                {"tableBucketARN": "{id}"},
            ),
        ),
        delete=Call("DeleteTableBucket", given={"tableBucketARN": "{id}"}),
        tags=TAGS,
        inputs={"name": "name"},
        ignored={"forceDestroy": "read when the table bucket is deleted"},
        cloudformation="AWS::S3Tables::TableBucket",
        outputs={
            "arn": arn_of("s3tables", "bucket/{name}"),
            "createdAt": LATER,
            "ownerAccountId": "{account}",
        },
        holds_data="its tables",
        iam=Iam(
            on=BUCKETS,
            create="PutTableBucketEncryption TagResource",
            read="GetTableBucketEncryption GetTableBucketMaintenanceConfiguration "
            "ListTagsForResource",
            # What `forceDestroy` empties.
            delete="ListNamespaces ListTables",
            source=AUTHORIZATION,
            key=KEY_USE,
        ),
    ),
    Type(
        "aws:s3tables/namespace:Namespace",
        "s3tables",
        id="{tableBucketArn};{namespace}",
        create=Call("CreateNamespace"),
        read=Call(
            "GetNamespace",
            given=OF_NAMESPACE,
            outputs={
                "createdAt": "to_string(createdAt)",
                "createdBy": "createdBy",
                "ownerAccountId": "ownerAccountId",
            },
        ),
        delete=Call("DeleteNamespace", given=OF_NAMESPACE),
        cloudformation="AWS::S3Tables::Namespace",
        outputs={"createdAt": LATER, "createdBy": "{account}", "ownerAccountId": "{account}"},
        holds_no_data="a namespace with tables in it cannot be deleted",
        iam=Iam(on=BUCKETS, source=AUTHORIZATION),
    ),
    Type(
        "aws:s3tables/table:Table",
        "s3tables",
        id="{tableBucketArn};{namespace};{name}",
        name="name",
        autonamed=False,
        create=Call("CreateTable", outputs={"arn": "tableARN"}),
        read=Call(
            "GetTable",
            given=OF_TABLE,
            outputs={
                "arn": "tableARN",
                "createdAt": "to_string(createdAt)",
                "createdBy": "createdBy",
                "metadataLocation": "metadataLocation",
                "modifiedAt": "to_string(modifiedAt)",
                "modifiedBy": "modifiedBy",
                "ownerAccountId": "ownerAccountId",
                "type": "type",
                "versionToken": "versionToken",
                "warehouseLocation": "warehouseLocation",
            },
        ),
        steps=(
            _maintenance("PutTableMaintenanceConfiguration", "icebergCompaction", OF_TABLE),
            _maintenance("PutTableMaintenanceConfiguration", "icebergSnapshotManagement", OF_TABLE),
        ),
        delete=Call("DeleteTable", given=OF_TABLE),
        tags=TAGS,
        inputs={"format": "format"},
        cloudformation="AWS::S3Tables::Table",
        outputs={
            "arn": "{tableBucketArn}/table/{hex}",
            "createdAt": LATER,
            "createdBy": "{account}",
            "modifiedAt": LATER,
            "modifiedBy": "{account}",
            "ownerAccountId": "{account}",
            "type": "customer",
            "versionToken": "{hex}",
            "warehouseLocation": "s3://{hex}--table-s3",
        },
        holds_data="its rows",
        iam=Iam(
            on=TABLES,
            create="PutTableEncryption TagResource PutTableData UpdateTableMetadataLocation",
            read="GetTableEncryption GetTableMaintenanceConfiguration ListTagsForResource",
            update="RenameTable",
            source=AUTHORIZATION,
            key=KEY_USE,
            grants=(
                Grant(
                    "s3tables", f"{BUCKETS} {TABLES}", create="CreateTable", source=AUTHORIZATION
                ),
            ),
        ),
    ),
    Type(
        "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
        "s3tables",
        id="{tableBucketArn}",
        create=Call("PutTableBucketPolicy"),
        read=Call("GetTableBucketPolicy", given={"tableBucketARN": "{id}"}),
        update=(Call("PutTableBucketPolicy", given={"tableBucketARN": "{id}"}),),
        delete=Call("DeleteTableBucketPolicy", given={"tableBucketARN": "{id}"}),
        replaces=("tableBucketArn",),
        cloudformation="AWS::S3Tables::TableBucketPolicy",
        holds_no_data="the policy is in the program",
        iam=Iam(on=BUCKETS, source=AUTHORIZATION),
    ),
    Type(
        "aws:s3tables/tablePolicy:TablePolicy",
        "s3tables",
        id="{tableBucketArn};{namespace};{name}",
        name="name",
        autonamed=False,
        create=Call("PutTablePolicy"),
        read=Call("GetTablePolicy", given=OF_TABLE),
        update=(Call("PutTablePolicy", given=OF_TABLE),),
        delete=Call("DeleteTablePolicy", given=OF_TABLE),
        replaces=("tableBucketArn", "namespace", "name"),
        cloudformation="AWS::S3Tables::TablePolicy",
        holds_no_data="the policy is in the program",
        iam=Iam(on=TABLES, source=AUTHORIZATION),
    ),
)
