"""Keys and aliases.

https://docs.aws.amazon.com/kms/latest/APIReference/
"""

from catalog.record import HERE, OURS, Call, Conditions, Grant, Iam, Tags, Type, arn_of, listed

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html"
"""Which actions there are, and on what."""

ALIASED: Conditions = {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{name}"}}
"""The key has an alias of the environment's."""

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
        inputs={"multiRegion": "MultiRegion"},
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
        id="{uuid}",
        cloudformation="AWS::KMS::Key",
        outputs={"arn": arn_of("kms", "key/{uuid}"), "keyId": "{uuid}"},
        holds_data="all that it ever encrypted, which nothing else decrypts",
        iam=Iam(
            on="key/*",
            when=OURS,
            grants=(
                Grant(
                    "kms", create="CreateKey", when=HERE, reason="a key has no ARN before it exists"
                ),
                Grant("kms", "key/*", update="PutKeyPolicy UpdateKeyDescription", when=ALIASED),
                Grant(
                    "kms",
                    "key/*",
                    # Services ask for grants of their own on the keys that they are told to use.
                    create="CreateGrant",
                    when={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                    source=AUTHORIZATION,
                ),
                Grant(
                    "kms",
                    "key/*",
                    read="DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags",
                ),
            ),
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
        limit=256,
        cloudformation="AWS::KMS::Alias",
        outputs={"arn": arn_of("kms", "{name}")},
        holds_no_data="a setting is written anew from the program",
        iam=Iam(on="key/* alias/{name}", when=OURS, grants=(listed("kms", "ListAliases"),)),
    ),
)
