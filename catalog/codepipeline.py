"""Delivery pipelines.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

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
    ),
)
