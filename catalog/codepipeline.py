"""Delivery pipelines.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/
"""

from catalog.record import OURS, Call, Grant, Iam, Tags, Type, arn_of

NAMES = {
    "artifactStores": "pipeline.artifactStore",
    "stages.actions.category": "actionTypeId.category",
    "stages.actions.owner": "actionTypeId.owner",
    "stages.actions.provider": "actionTypeId.provider",
    "stages.actions.version": "actionTypeId.version",
    "stages.actions.outputArtifactsForComputeActions": "outputArtifacts",
}
ARN = {"resourceArn": "{arn}"}

TYPES = (
    Type(
        "aws:codepipeline/pipeline:Pipeline",
        "codepipeline",
        id="{name}",
        name="name",
        limit=100,
        create=Call("CreatePipeline", names=NAMES, inside="pipeline"),
        read=Call("GetPipeline", given={"name": "{id}"}, outputs={"arn": "metadata.pipelineArn"}),
        update=(Call("UpdatePipeline", names=NAMES, inside="pipeline"),),
        delete=Call("DeletePipeline", given={"name": "{id}"}),
        tags=Tags(
            Call("TagResource", given=ARN),
            Call("UntagResource", given={**ARN, "tagKeys": "{removed}"}),
        ),
        cloudformation="AWS::CodePipeline::Pipeline",
        outputs={"arn": arn_of("codepipeline", "{name}")},
        holds_no_data="its artifacts are in a bucket",
        iam=Iam(
            on="{name}",
            read="ListTagsForResource",
            grants=(
                # A pipeline may take a connection that was made under the service's older name.
                Grant("codestar-connections", "connection/*", create="PassConnection", when=OURS),
            ),
        ),
    ),
)
