"""Image repositories and what they keep.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

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
    ),
    Type(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "ecr",
        id="{repository}",
        create=PUT_POLICY,
        read=Call("GetLifecyclePolicy", given=REPOSITORY, outputs={"registryId": "registryId"}),
        update=(PUT_POLICY,),
        delete=Call("DeleteLifecyclePolicy", given=REPOSITORY),
    ),
    Type(
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "ecr",
        id="{repository}",
        create=PUT_REPOSITORY_POLICY,
        read=Call("GetRepositoryPolicy", given=REPOSITORY, outputs={"registryId": "registryId"}),
        update=(PUT_REPOSITORY_POLICY,),
        delete=Call("DeleteRepositoryPolicy", given=REPOSITORY),
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
    ),
    Type(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        "ecr",
        id="{ecrRepositoryPrefix}",
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
    ),
    Type(
        "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        "ecr",
        id="{prefix}",
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
    ),
)
