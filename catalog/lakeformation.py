"""Who reads what of the lake: Lake Formation's settings, places, tags, grants and filters.

https://docs.aws.amazon.com/lake-formation/latest/APIReference/
"""

from catalog.record import HERE, Call, Each, Grant, Iam, Type

ACTIONS = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslakeformation.html"
)
"""Which actions there are: none of them names a resource."""
IN_CATALOG = Grant(
    "glue", "catalog database/{table} table/{table}", read="GetDatabase GetTable", source=ACTIONS
)
"""It looks up in the data catalog what a tag, a grant or a filter is about."""

PUT = Call(
    "PutDataLakeSettings",
    inside="DataLakeSettings",
    names={"admins": "DataLakeSettings.DataLakeAdmins"},
)

PLACE = {"ResourceArn": "{arn}"}

TAG = {"TagKey": "{key}"}

KINDS = {
    "database": "Database",
    "table": "Table",
    "tableWithColumns": "TableWithColumns",
    "dataLocation": "DataLocation",
    "dataCellsFilter": "DataCellsFilter",
    "lfTagPolicy": "LFTagPolicy",
}
"""The kinds of resources, which pulumi-aws has beside one another, and what AWS calls each."""
WITHIN = {
    "table.wildcard": "TableWildcard",
    "tableWithColumns.excludedColumnNames": "ColumnWildcard.ExcludedColumnNames",
    "dataLocation.arn": "ResourceArn",
    "lfTagPolicy.expressions": "Expression",
    "lfTagPolicy.expressions.key": "TagKey",
    "lfTagPolicy.expressions.values": "TagValues",
}
NAMES = {
    **{kind: f"Resource.{name}" for kind, name in KINDS.items()},
    **WITHIN,
    "principal": "Principal.DataLakePrincipalIdentifier",
    "lfTags.key": "TagKey",
    "lfTags.value": "TagValues",
}
"""What an input is called where it is sent as it is."""
AGAIN = {
    **{
        f"{KINDS[path.partition('.')[0]]}.{path.partition('.')[2]}": n for path, n in WITHIN.items()
    },
    "LFTagPolicy.expressions.key": "TagKey",
    "key": "TagKey",
    "value": "TagValues",
}
"""What is called how where a template names a whole resource, or a list of tags."""
RESOURCE = {name: f"{{{kind}}}" for kind, name in KINDS.items()}
GRANTEE = {
    "Principal": {"DataLakePrincipalIdentifier": "{principal}"},
    "Resource": RESOURCE,
}

OPTED = {"Principal": "{principals}", "Resource": "{resourceDatas}"}
OPTED_NAMES = {"table.wildcard": "TableWildcard"}

FILTER = {
    "TableCatalogId": "{tableData.tableCatalogId}",
    "DatabaseName": "{tableData.databaseName}",
    "TableName": "{tableData.tableName}",
    "Name": "{tableData.name}",
}


def _iam(*grants: Grant, create: str, read: str, update: str = "", delete: str) -> Iam:
    """Everywhere, for these actions; and what else the type's life asks of IAM."""
    own = Grant(
        "lakeformation",
        create=create,
        read=read,
        update=update,
        delete=delete,
        when=HERE,
        reason="Lake Formation offers no resource for any of its actions",
        source=ACTIONS,
    )
    return Iam(grants=(own, *grants))


TYPES = (
    Type(
        "aws:lakeformation/dataLakeSettings:DataLakeSettings",
        "lakeformation",
        id="{account}",
        create=PUT,
        read=Call("GetDataLakeSettings", at="DataLakeSettings"),
        update=(PUT,),
        delete=Call("PutDataLakeSettings", given={"DataLakeSettings": {"DataLakeAdmins": []}}),
        cloudformation="AWS::LakeFormation::DataLakeSettings",
        holds_no_data="who administers the data lake is written anew from the program",
        iam=_iam(
            create="PutDataLakeSettings",
            read="GetDataLakeSettings",
            update="PutDataLakeSettings",
            delete="PutDataLakeSettings",
        ),
    ),
    Type(
        "aws:lakeformation/resource:Resource",
        "lakeformation",
        id="{arn}",
        create=Call("RegisterResource", names={"arn": "ResourceArn"}),
        read=Call("DescribeResource", given=PLACE, at="ResourceInfo"),
        delete=Call("DeregisterResource", given=PLACE),
        cloudformation="AWS::LakeFormation::Resource",
        holds_no_data="what is registered stays where it is, in S3",
        iam=_iam(create="RegisterResource", read="DescribeResource", delete="DeregisterResource"),
    ),
    Type(
        "aws:lakeformation/lfTag:LfTag",
        "lakeformation",
        id="{account}:{key}",
        create=Call("CreateLFTag", names={"key": "TagKey", "values": "TagValues"}),
        read=Call("GetLFTag", given=TAG),
        steps=(
            Each(
                "values",
                add=Call(
                    "UpdateLFTag", names={"value": "TagValuesToAdd"}, takes=("value",), given=TAG
                ),
                remove=Call(
                    "UpdateLFTag", names={"value": "TagValuesToDelete"}, takes=("value",), given=TAG
                ),
                created=True,
            ),
        ),
        delete=Call("DeleteLFTag", given=TAG),
        cloudformation="AWS::LakeFormation::Tag",
        holds_no_data="what bears it is tagged anew from the program",
        iam=_iam(create="CreateLFTag", read="GetLFTag", update="UpdateLFTag", delete="DeleteLFTag"),
    ),
    Type(
        "aws:lakeformation/resourceLfTags:ResourceLfTags",
        "lakeformation",
        id="{hex}",
        create=Call("AddLFTagsToResource", names=NAMES),
        read=Call("GetResourceLFTags", names=AGAIN, given={"Resource": RESOURCE}),
        delete=Call(
            "RemoveLFTagsFromResource",
            names=AGAIN,
            given={"Resource": RESOURCE, "LFTags": "{lfTags}"},
        ),
        cloudformation="AWS::LakeFormation::TagAssociation",
        holds_no_data="it says how a table or a column is classified",
        iam=_iam(
            IN_CATALOG,
            create="AddLFTagsToResource",
            read="GetResourceLFTags",
            delete="RemoveLFTagsFromResource",
        ),
    ),
    Type(
        "aws:lakeformation/permissions:Permissions",
        "lakeformation",
        id="{hex}",
        create=Call("GrantPermissions", names=NAMES),
        read=Call(
            "ListPermissions", names=AGAIN, given=GRANTEE, at="PrincipalResourcePermissions[0]"
        ),
        delete=Call(
            "RevokePermissions", names=AGAIN, given={**GRANTEE, "Permissions": "{permissions}"}
        ),
        cloudformation="AWS::LakeFormation::Permissions",
        holds_no_data="it is granted anew from the program",
        iam=_iam(
            IN_CATALOG,
            create="GrantPermissions",
            read="ListPermissions",
            delete="RevokePermissions",
        ),
    ),
    Type(
        "aws:lakeformation/dataCellsFilter:DataCellsFilter",
        "lakeformation",
        id="{hex}",
        create=Call("CreateDataCellsFilter"),
        read=Call("GetDataCellsFilter", given=FILTER, at="DataCellsFilter"),
        update=(Call("UpdateDataCellsFilter"),),
        delete=Call("DeleteDataCellsFilter", given=FILTER),
        cloudformation="AWS::LakeFormation::DataCellsFilter",
        holds_no_data="it says which rows and columns are seen",
        iam=_iam(
            IN_CATALOG,
            create="CreateDataCellsFilter",
            read="GetDataCellsFilter ListDataCellsFilter",
            update="UpdateDataCellsFilter",
            delete="DeleteDataCellsFilter",
        ),
    ),
    Type(
        "aws:lakeformation/optIn:OptIn",
        "lakeformation",
        id="{hex}",
        create=Call(
            "CreateLakeFormationOptIn",
            names={
                "principals": "Principal",
                "resourceDatas": "Resource",
                "resourceDatas.table.wildcard": "TableWildcard",
            },
        ),
        read=Call(
            "ListLakeFormationOptIns",
            names=OPTED_NAMES,
            given=OPTED,
            at="LakeFormationOptInsInfoList[0]",
        ),
        delete=Call("DeleteLakeFormationOptIn", names=OPTED_NAMES, given=OPTED),
        holds_no_data="it says for whom Lake Formation decides",
        iam=_iam(
            IN_CATALOG,
            create="CreateLakeFormationOptIn",
            read="ListLakeFormationOptIns",
            delete="DeleteLakeFormationOptIn",
        ),
    ),
)
