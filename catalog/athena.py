"""Query workgroups, and what is saved in them.

https://docs.aws.amazon.com/athena/latest/APIReference/
"""

from catalog.record import Call, Iam, Tags, Type, arn_of

ARN = arn_of("athena", "workgroup/{name}")

TYPES = (
    Type(
        "aws:athena/workgroup:Workgroup",
        "athena",
        id="{name}",
        name="name",
        limit=128,
        create=Call(
            "CreateWorkGroup",
            names={"configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn": "KmsKey"},
        ),
        read=Call(
            "GetWorkGroup",
            given={"WorkGroup": "{id}"},
            at="WorkGroup",
        ),
        update=(
            Call(
                "UpdateWorkGroup",
                takes=("description", "configuration"),
                names={
                    "configuration": "ConfigurationUpdates",
                    "configuration.resultConfiguration": "ResultConfigurationUpdates",
                    "configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn": "KmsKey",
                },
                given={"WorkGroup": "{id}"},
            ),
        ),
        steps=(Call("UpdateWorkGroup", takes=("state",), given={"WorkGroup": "{id}"}),),
        delete=Call(
            "DeleteWorkGroup",
            given={"WorkGroup": "{id}", "RecursiveDeleteOption": "{forceDestroy}"},
        ),
        tags=Tags(
            Call("TagResource", given={"ResourceARN": ARN}),
            Call("UntagResource", given={"ResourceARN": ARN, "TagKeys": "{removed}"}),
        ),
        cloudformation="AWS::Athena::WorkGroup",
        outputs={"arn": ARN},
        holds_data="the history of its queries",
        iam=Iam(on="workgroup/{name}", read="ListTagsForResource"),
    ),
    Type(
        "aws:athena/namedQuery:NamedQuery",
        "athena",
        id="{uuid}",
        name="name",
        limit=128,
        create=Call(
            "CreateNamedQuery",
            names={"query": "QueryString", "workgroup": "WorkGroup"},
            outputs={"id": "NamedQueryId"},
        ),
        read=Call("GetNamedQuery", given={"NamedQueryId": "{id}"}, at="NamedQuery"),
        delete=Call("DeleteNamedQuery", given={"NamedQueryId": "{id}"}),
        cloudformation="AWS::Athena::NamedQuery",
        replaces=("database", "description", "name", "query", "workgroup"),
        holds_no_data="a query is a file of the repository",
        iam=Iam(on="workgroup/{name}"),
    ),
    Type(
        "aws:athena/preparedStatement:PreparedStatement",
        "athena",
        id="{workgroup}/{name}",
        name="name",
        limit=256,
        create=Call(
            "CreatePreparedStatement",
            names={"name": "StatementName", "workgroup": "WorkGroup"},
        ),
        read=Call(
            "GetPreparedStatement",
            given={"StatementName": "{name}", "WorkGroup": "{workgroup}"},
            at="PreparedStatement",
        ),
        update=(
            Call(
                "UpdatePreparedStatement",
                given={"StatementName": "{name}", "WorkGroup": "{workgroup}"},
            ),
        ),
        delete=Call(
            "DeletePreparedStatement",
            given={"StatementName": "{name}", "WorkGroup": "{workgroup}"},
        ),
        cloudformation="AWS::Athena::PreparedStatement",
        replaces=("name", "workgroup"),
        holds_no_data="a statement is a file of the repository",
        iam=Iam(on="workgroup/{name}"),
    ),
)
