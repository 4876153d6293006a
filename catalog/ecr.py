"""Image repositories and what they keep.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
"""

from catalog.record import Call, CallerKeyUse, Grant, Iam, Tags, Type, arn_of, linked_role, listed

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html"
"""Which actions there are, and on what."""

REPOSITORY = {"repositoryName": "{id}"}
PUT_POLICY = Call(
    "PutLifecyclePolicy", names={"repository": "repositoryName", "policy": "lifecyclePolicyText"}
)
PUT_REPOSITORY_POLICY = Call(
    "SetRepositoryPolicy", names={"repository": "repositoryName", "policy": "policyText"}
)
PUT_SCANNING = Call("PutRegistryScanningConfiguration")
TEMPLATE = {"prefix": "{prefix}"}

TYPES = (
    Type(
        "aws:ecr/repository:Repository",
        "ecr",
        id="{name}",
        name="name",
        limit=256,
        create=Call("CreateRepository", names={"name": "repositoryName"}),
        read=Call(
            "DescribeRepositories",
            given={"repositoryNames": ["{id}"]},
            at="repositories[0]",
            outputs={
                "arn": "repositoryArn",
                "registryId": "registryId",
                "repositoryUrl": "repositoryUri",
            },
        ),
        inputs={"encryptionConfigurations": "[encryptionConfiguration]"},
        update=(
            Call(
                "PutImageTagMutability",
                takes=("imageTagMutability", "imageTagMutabilityExclusionFilters"),
                given=REPOSITORY,
            ),
            Call(
                "PutImageScanningConfiguration",
                takes=("imageScanningConfiguration",),
                given=REPOSITORY,
            ),
        ),
        delete=Call("DeleteRepository", given={**REPOSITORY, "force": "{forceDelete}"}),
        tags=Tags(
            Call("TagResource", given={"resourceArn": "{arn}"}),
            Call("UntagResource", given={"resourceArn": "{arn}", "tagKeys": "{removed}"}),
        ),
        cloudformation="AWS::ECR::Repository",
        outputs={
            "arn": arn_of("ecr", "repository/{name}"),
            "registryId": "{account}",
            "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
        },
        holds_data="the images",
        iam=Iam(
            on="repository/{name}",
            read="ListTagsForResource",
            key=CallerKeyUse(
                create="RetireGrant",
                delete="RetireGrant",
                source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html",
            ),
        ),
    ),
    Type(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "ecr",
        id="{repository}",
        create=PUT_POLICY,
        read=Call("GetLifecyclePolicy", given=REPOSITORY, outputs={"registryId": "registryId"}),
        update=(PUT_POLICY,),
        delete=Call("DeleteLifecyclePolicy", given=REPOSITORY),
        holds_no_data="a policy is written anew from the program",
        iam=Iam(on="repository/{name}"),
    ),
    Type(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "ecr",
        id="{repository}",
        create=PUT_REPOSITORY_POLICY,
        read=Call("GetRepositoryPolicy", given=REPOSITORY, outputs={"registryId": "registryId"}),
        update=(PUT_REPOSITORY_POLICY,),
        delete=Call("DeleteRepositoryPolicy", given=REPOSITORY),
        outputs={"registryId": "{account}"},
        holds_no_data="a policy is written anew from the program",
        iam=Iam(on="repository/{name}"),
    ),
    Type(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        "ecr",
        id="{account}",
        create=PUT_SCANNING,
        read=Call("GetRegistryScanningConfiguration", outputs={"registryId": "registryId"}),
        update=(PUT_SCANNING,),
        # A registry is never without one: what goes is what was asked beyond AWS's own default.
        delete=Call("PutRegistryScanningConfiguration", given={"scanType": "BASIC", "rules": []}),
        cloudformation="AWS::ECR::RegistryScanningConfiguration",
        outputs={"registryId": "{account}"},
        holds_no_data="a setting is written anew from the program",
        iam=Iam(
            grants=(
                Grant(
                    "ecr",
                    create="PutRegistryScanningConfiguration",
                    reason="the account's registry has no ARN",
                ),
                listed("ecr", "GetRegistryScanningConfiguration"),
                # The enhanced scan is Inspector's, which is switched on with it.
                Grant("inspector2", create="Enable", reason="a region has one Inspector"),
                listed("inspector2", "ListAccountPermissions"),
                linked_role("inspector2.amazonaws.com"),
            )
        ),
    ),
    Type(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "ecr",
        id="{ecrRepositoryPrefix}",
        name="ecrRepositoryPrefix",
        autonamed=False,
        limit=30,
        emulated=False,
        create=Call("CreatePullThroughCacheRule"),
        read=Call(
            "DescribePullThroughCacheRules",
            given={"ecrRepositoryPrefixes": ["{id}"]},
            at="pullThroughCacheRules[0]",
        ),
        update=(
            Call(
                "UpdatePullThroughCacheRule",
                takes=("credentialArn", "customRoleArn"),
                given={"ecrRepositoryPrefix": "{id}"},
            ),
        ),
        delete=Call("DeletePullThroughCacheRule", given={"ecrRepositoryPrefix": "{id}"}),
        changes=dict.fromkeys(
            ("credentialArn", "customRoleArn"),
            "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UpdatePullThroughCacheRule.html",
        ),
        cloudformation="AWS::ECR::PullThroughCacheRule",
        outputs={"registryId": "{account}"},
        holds_no_data="what was pulled is in repositories of its own",
        iam=Iam(
            grants=(
                Grant(
                    "ecr",
                    create="CreatePullThroughCacheRule",
                    update="UpdatePullThroughCacheRule",
                    delete="DeletePullThroughCacheRule",
                    reason="the account's registry has no ARN",
                    source=AUTHORIZATION,
                ),
                # ECR tries the login of a registry that wants one, as its caller.
                Grant("secretsmanager", "secret:ecr-pullthroughcache/*", create="GetSecretValue"),
                listed("ecr", "DescribePullThroughCacheRules"),
                linked_role("pullthroughcache.ecr.amazonaws.com"),
            )
        ),
    ),
    Type(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "ecr",
        id="{prefix}",
        name="prefix",
        autonamed=False,
        limit=256,
        emulated=False,
        create=Call("CreateRepositoryCreationTemplate"),
        read=Call(
            "DescribeRepositoryCreationTemplates",
            given={"prefixes": ["{prefix}"]},
            at="repositoryCreationTemplates[0]",
        ),
        update=(Call("UpdateRepositoryCreationTemplate", given=TEMPLATE),),
        replaces=("prefix",),
        delete=Call("DeleteRepositoryCreationTemplate", given=TEMPLATE),
        cloudformation="AWS::ECR::RepositoryCreationTemplate",
        outputs={"registryId": "{account}"},
        holds_no_data="a setting is written anew from the program",
        iam=Iam(
            grants=(
                Grant(
                    "ecr",
                    create="CreateRepositoryCreationTemplate",
                    update="UpdateRepositoryCreationTemplate",
                    delete="DeleteRepositoryCreationTemplate",
                    reason="the account's registry has no ARN",
                ),
                listed("ecr", "DescribeRepositoryCreationTemplates"),
            )
        ),
    ),
)
