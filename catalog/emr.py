"""Security configurations of EMR's clusters, and EMR Studios.

https://docs.aws.amazon.com/emr/latest/APIReference/
"""

from catalog.record import OURS, Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticmapreduce.html"
"""Which actions there are, and on what."""

SECURITY = {"Name": "{name}"}
STUDIO = {"StudioId": "{id}"}
IDENTITY = {
    "StudioId": "{studioId}",
    "IdentityType": "{identityType}",
    "IdentityId": "{identityId}",
    "IdentityName": "{identityName}",
}

TYPES = (
    Type(
        "aws:emr/securityConfiguration:SecurityConfiguration",
        "emr",
        id="{name}",
        name="name",
        limit=255,
        create=Call(
            "CreateSecurityConfiguration", names={"configuration": "SecurityConfiguration"}
        ),
        read=Call(
            "DescribeSecurityConfiguration",
            given=SECURITY,
            outputs={"creationDate": "CreationDateTime"},
        ),
        delete=Call("DeleteSecurityConfiguration", given=SECURITY),
        cloudformation="AWS::EMR::SecurityConfiguration",
        replaces=("name", "configuration"),
        holds_no_data="it says by which keys clusters encrypt",
        iam=Iam(
            grants=(
                Grant(
                    "elasticmapreduce",
                    create="CreateSecurityConfiguration",
                    read="DescribeSecurityConfiguration",
                    delete="DeleteSecurityConfiguration",
                    reason="EMR offers no resource for security configurations",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:emr/studio:Studio",
        "emr",
        name="name",
        limit=256,
        create=Call("CreateStudio", outputs={"id": "StudioId", "url": "Url"}),
        read=Call(
            "DescribeStudio",
            given=STUDIO,
            at="Studio",
            outputs={"arn": "StudioArn", "url": "Url"},
        ),
        update=(
            Call(
                "UpdateStudio",
                takes=("name", "description", "subnetIds", "defaultS3Location"),
                given=STUDIO,
            ),
        ),
        delete=Call("DeleteStudio", given=STUDIO),
        tags=Tags(
            Call("AddTags", given={"ResourceId": "{id}"}),
            Call("RemoveTags", given={"ResourceId": "{id}", "TagKeys": "{removed}"}),
        ),
        id="es-{hex}",
        cloudformation="AWS::EMR::Studio",
        replaces=("encryptionKeyArn",),
        outputs={
            "arn": arn_of("elasticmapreduce", "studio/{id}"),
            "url": "https://{id}.emrstudio-prod.{region}.amazonaws.com",
        },
        holds_no_data="workspaces are kept in S3",
        iam=Iam(
            on="studio/*",
            when=OURS,
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "elasticmapreduce",
                    create="CreateStudio",
                    reason="a studio gets its id only when it is created",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:emr/studioSessionMapping:StudioSessionMapping",
        "emr",
        id="{studioId}:{identityType}:{identityId|identityName}",
        create=Call("CreateStudioSessionMapping"),
        read=Call("GetStudioSessionMapping", given=IDENTITY, at="SessionMapping"),
        update=(
            Call(
                "UpdateStudioSessionMapping",
                takes=("sessionPolicyArn",),
                given=IDENTITY,
            ),
        ),
        delete=Call("DeleteStudioSessionMapping", given=IDENTITY),
        cloudformation="AWS::EMR::StudioSessionMapping",
        holds_no_data="it says who is let in",
        iam=Iam(on="studio/*", when=OURS, source=AUTHORIZATION),
    ),
)
