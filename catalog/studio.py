"""SageMaker Studio: domains, the profiles of their people, and spaces.

https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated.html
"""

from catalog.record import (
    HERE,
    OURS,
    Call,
    CallerKeyUse,
    Grant,
    Iam,
    Type,
    arn_of,
    linked_role,
    listed,
)
from catalog.sagemaker import AUTHORIZATION, TAGS

DOMAINS, PROFILES, SPACES, APPS = "domain/*", "user-profile/*", "space/*", "app/*"
"""AWS makes up a domain's id, which the ARNs of all that is in it begin with."""
PROFILE = arn_of("sagemaker", "user-profile/{domainId}/{userProfileName}")
SPACE = arn_of("sagemaker", "space/{domainId}/{spaceName}")
OF_PROFILE = {"DomainId": "{domainId}", "UserProfileName": "{userProfileName}"}
OF_SPACE = {"DomainId": "{domainId}", "SpaceName": "{spaceName}"}
OF_SETUP = {"StudioLifecycleConfigName": "{id}"}
DELETING = "https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html"
"""What goes before a domain does, and what stays behind it."""
EMPTYING = (
    Grant(
        "sagemaker",
        f"{APPS} {SPACES}",
        delete="DeleteApp DeleteSpace",
        when=OURS,
        source=DELETING,
    ),
    listed("sagemaker", "ListApps ListSpaces", source=DELETING),
)
"""What people made in a domain goes before it does, by a hook."""
NETWORK = (
    Grant(
        "elasticfilesystem",
        "file-system/*",
        delete="DeleteMountTarget DescribeMountTargets",
        when=OURS,
        source=DELETING,
    ),
    Grant(
        "ec2",
        "network-interface/*",
        delete="DeleteNetworkInterface",
        when=OURS,
        source="https://docs.aws.amazon.com/efs/latest/ug/API_DeleteMountTarget.html",
    ),
    Grant(
        "ec2",
        "security-group/*",
        delete="DeleteSecurityGroup RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
        when=OURS,
        source=DELETING,
    ),
    Grant(
        "ec2",
        delete="DescribeSecurityGroups",
        when=HERE,
        reason="EC2 offers no resource to narrow a listing to",
        source=DELETING,
    ),
)
"""A hook clears away what SageMaker leaves in the network."""

TYPES = (
    Type(
        "aws:sagemaker/domain:Domain",
        "sagemaker",
        id="d-{hex}",
        name="domainName",
        autonamed=False,
        limit=63,
        create=Call("CreateDomain", outputs={"id": "DomainId"}),
        read=Call(
            "DescribeDomain",
            given={"DomainId": "{id}"},
            outputs={
                "arn": "DomainArn",
                "homeEfsFileSystemId": "HomeEfsFileSystemId",
                "securityGroupIdForDomainBoundary": "SecurityGroupIdForDomainBoundary",
                "singleSignOnApplicationArn": "SingleSignOnApplicationArn",
                "singleSignOnManagedApplicationInstanceId": (
                    "SingleSignOnManagedApplicationInstanceId"
                ),
                "url": "Url",
            },
        ),
        update=(
            Call(
                "UpdateDomain",
                takes=(
                    "appNetworkAccessType",
                    "appSecurityGroupManagement",
                    "defaultSpaceSettings",
                    "defaultUserSettings",
                    "domainSettings",
                    "subnetIds",
                    "tagPropagation",
                    "vpcId",
                ),
                names={"domainSettings": "DomainSettingsForUpdate"},
                given={"DomainId": "{id}"},
            ),
        ),
        delete=Call(
            "DeleteDomain",
            given={
                "DomainId": "{id}",
                "RetentionPolicy.HomeEfsFileSystem": "{retentionPolicy.homeEfsFileSystem}",
            },
        ),
        tags=TAGS,
        ignored={"retentionPolicy": "read when the domain is deleted"},
        cloudformation="AWS::SageMaker::Domain",
        outputs={
            "arn": arn_of("sagemaker", "domain/{id}"),
            "url": "https://{id}.studio.{region}.sagemaker.aws",
        },
        log_groups=("/aws/sagemaker/studio",),
        holds_data="the files of people's homes, which its retention policy keeps or deletes",
        iam=Iam(
            on=DOMAINS,
            when=OURS,
            read="ListTags",
            source=AUTHORIZATION,
            key=CallerKeyUse(
                create="Decrypt GenerateDataKeyWithoutPlaintext",
                alias="alias/{project}-{environment}-data",
                source="https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-studio.html",
            ),
            grants=(
                linked_role("sagemaker.amazonaws.com"),
                linked_role("elasticfilesystem.amazonaws.com"),
                Grant(
                    "elasticfilesystem",
                    create="CreateFileSystem",
                    reason="a file system has no ARN before it is there",
                    source="https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html",
                ),
                *EMPTYING,
                *NETWORK,
            ),
        ),
    ),
    Type(
        "aws:sagemaker/userProfile:UserProfile",
        "sagemaker",
        id=PROFILE,
        name="userProfileName",
        autonamed=False,
        limit=63,
        create=Call("CreateUserProfile", outputs={"id": "UserProfileArn"}),
        read=Call(
            "DescribeUserProfile",
            given=OF_PROFILE,
            outputs={"arn": "UserProfileArn", "homeEfsFileSystemUid": "HomeEfsFileSystemUid"},
        ),
        update=(Call("UpdateUserProfile", takes=("userSettings",), given=OF_PROFILE),),
        delete=Call("DeleteUserProfile", given=OF_PROFILE),
        tags=TAGS,
        cloudformation="AWS::SageMaker::UserProfile",
        outputs={"arn": "{id}"},
        holds_no_data="a person's files are in the domain's file system and in spaces",
        iam=Iam(
            on=PROFILES,
            when=OURS,
            read="ListTags",
            source=AUTHORIZATION,
            grants=EMPTYING,
        ),
    ),
    Type(
        "aws:sagemaker/space:Space",
        "sagemaker",
        id=SPACE,
        name="spaceName",
        autonamed=False,
        limit=63,
        create=Call("CreateSpace", outputs={"id": "SpaceArn"}),
        read=Call(
            "DescribeSpace",
            given=OF_SPACE,
            outputs={
                "arn": "SpaceArn",
                "homeEfsFileSystemUid": "HomeEfsFileSystemUid",
                "url": "Url",
            },
        ),
        update=(Call("UpdateSpace", takes=("spaceSettings", "spaceDisplayName"), given=OF_SPACE),),
        delete=Call("DeleteSpace", given=OF_SPACE),
        tags=TAGS,
        inputs={
            "ownershipSettings": "OwnershipSettings.{ownerUserProfileName: OwnerUserProfileName}",
            "spaceSharingSettings": "SpaceSharingSettings.{sharingType: SharingType}",
        },
        cloudformation="AWS::SageMaker::Space",
        outputs={"arn": "{id}"},
        holds_data="what is on its disk",
        iam=Iam(
            on=SPACES,
            when=OURS,
            read="ListTags",
            source=AUTHORIZATION,
            grants=EMPTYING,
        ),
    ),
    Type(
        "aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig",
        "sagemaker",
        id="{studioLifecycleConfigName}",
        name="studioLifecycleConfigName",
        autonamed=False,
        limit=63,
        create=Call("CreateStudioLifecycleConfig", outputs={"arn": "StudioLifecycleConfigArn"}),
        read=Call(
            "DescribeStudioLifecycleConfig",
            given=OF_SETUP,
            outputs={"arn": "StudioLifecycleConfigArn"},
        ),
        delete=Call("DeleteStudioLifecycleConfig", given=OF_SETUP),
        tags=TAGS,
        cloudformation="AWS::SageMaker::StudioLifecycleConfig",
        outputs={"arn": arn_of("sagemaker", "studio-lifecycle-config/{studioLifecycleConfigName}")},
        holds_no_data="it is a script of the repository",
        iam=Iam(on="studio-lifecycle-config/{name}", read="ListTags", source=AUTHORIZATION),
    ),
)
