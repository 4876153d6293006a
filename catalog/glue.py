"""Databases of the data catalog.

https://docs.aws.amazon.com/glue/latest/webapi/
"""

from catalog.record import Call, Tags, Type

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
    ),
)
