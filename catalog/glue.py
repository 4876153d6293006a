"""Databases and tables of the data catalog.

https://docs.aws.amazon.com/glue/latest/webapi/
"""

from catalog.record import Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html"
)
"""Which actions there are, and on what."""

DATABASE = {"CatalogId": "{catalogId}", "Name": "{name}"}
TABLE = {"CatalogId": "{catalogId}", "DatabaseName": "{databaseName}"}
ARN = "arn:{partition}:glue:{region}:{account}:database/{name}"
TABLE_ARN = "arn:{partition}:glue:{region}:{account}:table/{databaseName}/{name}"
TABLE_INPUTS = (
    "databaseName",
    "name",
    "description",
    "owner",
    "parameters",
    "partitionKeys",
    "retention",
    "storageDescriptor",
    "tableType",
)

TYPES = (
    Type(
        "aws:glue/catalogDatabase:CatalogDatabase",
        "glue",
        id="{account}:{name}",
        name="name",
        create=Call("CreateDatabase", inside="DatabaseInput"),
        read=Call(
            "GetDatabase",
            given=DATABASE,
            at="Database",
            outputs={"arn": ARN, "catalogId": "{account}"},
        ),
        update=(Call("UpdateDatabase", inside="DatabaseInput", given=DATABASE),),
        delete=Call("DeleteDatabase", given=DATABASE),
        tags=Tags(
            Call("TagResource", names={"tags": "TagsToAdd"}, given={"ResourceArn": ARN}),
            Call("UntagResource", given={"ResourceArn": ARN, "TagsToRemove": "{removed}"}),
        ),
        cloudformation="AWS::Glue::Database",
        outputs={"arn": arn_of("glue", "database/{name}")},
        holds_data="the definitions of its tables",
        iam=Iam(
            on="catalog database/{table}",
            read="GetTags",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "glue",
                    # Glue asks for the tables and functions, too, of a database that is deleted.
                    "catalog database/{table} table/{table} userDefinedFunction/{table}",
                    delete="DeleteDatabase",
                ),
            ),
        ),
    ),
    Type(
        "aws:glue/catalogTable:CatalogTable",
        "glue",
        id="{account}:{databaseName}:{name}",
        name="name",
        create=Call("CreateTable", takes=TABLE_INPUTS, inside="TableInput"),
        read=Call(
            "GetTable",
            given={**TABLE, "Name": "{name}"},
            at="Table",
            outputs={"arn": TABLE_ARN, "catalogId": "{account}"},
        ),
        update=(Call("UpdateTable", takes=TABLE_INPUTS[1:], inside="TableInput", given=TABLE),),
        delete=Call("DeleteTable", given={**TABLE, "Name": "{name}"}),
        cloudformation="AWS::Glue::Table",
        outputs={"arn": arn_of("glue", "table/{databaseName}/{name}")},
        holds_no_data="it is written anew from the program, and what it describes is in S3",
        iam=Iam(
            grants=(
                Grant(
                    "glue",
                    "catalog database/{table} table/{table}",
                    create="CreateTable",
                    read="GetTable",
                    update="UpdateTable",
                    delete="DeleteTable",
                ),
                Grant(
                    "glue",
                    "catalog database/{table} table/{table}",
                    read="GetPartitionIndexes",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
