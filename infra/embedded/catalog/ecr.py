"""Image repositories and what they keep.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
"""

from infra.embedded.catalog.entry import Call, Tags, Type

REPOSITORY = {"repositoryName": "{id}"}
PUT_POLICY = Call(
    "PutLifecyclePolicy", names={"repository": "repositoryName", "policy": "lifecyclePolicyText"}
)

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
)
