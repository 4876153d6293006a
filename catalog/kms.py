"""Keys and aliases.

https://docs.aws.amazon.com/kms/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

ROTATION = Call(
    "EnableKeyRotation",
    takes=("rotationPeriodInDays",),
    when="enableKeyRotation",
    given={"KeyId": "{id}"},
    undo=Call("DisableKeyRotation", given={"KeyId": "{id}"}),
)

TYPES = (
    Type(
        "aws:kms/key:Key",
        "kms",
        create=Call(
            "CreateKey",
            names={"customerMasterKeySpec": "KeySpec"},
            outputs={"id": "KeyMetadata.KeyId"},
        ),
        read=Call(
            "DescribeKey",
            given={"KeyId": "{id}"},
            at="KeyMetadata",
            outputs={"arn": "Arn", "keyId": "KeyId"},
        ),
        gone="KeyState == 'PendingDeletion'",
        update=(
            Call("UpdateKeyDescription", takes=("description",), given={"KeyId": "{id}"}),
            Call(
                "PutKeyPolicy", takes=("policy",), given={"KeyId": "{id}", "PolicyName": "default"}
            ),
        ),
        steps=(ROTATION,),
        delete=Call(
            "ScheduleKeyDeletion",
            given={"KeyId": "{id}", "PendingWindowInDays": "{deletionWindowInDays}"},
        ),
        tags=Tags(
            Call("TagResource", given={"KeyId": "{id}"}),
            Call("UntagResource", given={"KeyId": "{id}", "TagKeys": "{removed}"}),
        ),
    ),
    Type(
        "aws:kms/alias:Alias",
        "kms",
        id="{name}",
        name="name",
        create=Call("CreateAlias", names={"name": "AliasName"}),
        read=Call(
            "ListAliases",
            at="Aliases[?AliasName=='{id}'] | [0]",
            outputs={
                "arn": "AliasArn",
                "targetKeyArn": "arn:{partition}:kms:{region}:{account}:key/{targetKeyId}",
            },
        ),
        update=(Call("UpdateAlias", takes=("targetKeyId",), given={"AliasName": "{id}"}),),
        delete=Call("DeleteAlias", given={"AliasName": "{id}"}),
        prefix="alias/",
    ),
)
