"""Databases of the data catalog.

https://docs.aws.amazon.com/glue/latest/webapi/
"""

from catalog.record import Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html"
)
"""Which actions there are, and on what."""

DATABASE = {"CatalogId": "{catalogId}", "Name": "{name}"}
ARN = "arn:{partition}:glue:{region}:{account}:database/{name}"

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
)
