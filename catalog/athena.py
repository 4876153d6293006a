"""Query workgroups.

https://docs.aws.amazon.com/athena/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

ARN = "arn:{partition}:athena:{region}:{account}:workgroup/{name}"

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
            outputs={"arn": ARN},
        ),
        steps=(Call("UpdateWorkGroup", takes=("state",), given={"WorkGroup": "{id}"}),),
        remade="moto has no UpdateWorkGroup",
        delete=Call(
            "DeleteWorkGroup",
            given={"WorkGroup": "{id}", "RecursiveDeleteOption": "{forceDestroy}"},
        ),
        tags=Tags(
            Call("TagResource", given={"ResourceARN": ARN}),
            Call("UntagResource", given={"ResourceARN": ARN, "TagKeys": "{removed}"}),
        ),
    ),
)
