"""Query workgroups.

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
)
