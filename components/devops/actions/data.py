"""The data catalog and its queries.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
"""

from components.devops.actions.grant import Grant, Table

TABLE: Table = {
    "aws:athena/workgroup:Workgroup": (
        Grant(
            "athena",
            "workgroup/{name}",
            create="CreateWorkGroup",
            read="GetWorkGroup ListTagsForResource",
            update="UpdateWorkGroup TagResource UntagResource",
            delete="DeleteWorkGroup",
        ),
    ),
    "aws:glue/catalogDatabase:CatalogDatabase": (
        Grant(
            "glue",
            "catalog database/{table}",
            create="CreateDatabase",
            read="GetDatabase GetTags",
            update="UpdateDatabase TagResource UntagResource",
        ),
        # Glue asks for the tables and functions, too, of a database that is deleted.
        Grant(
            "glue",
            "catalog database/{table} table/{table} userDefinedFunction/{table}",
            delete="DeleteDatabase",
        ),
    ),
}
