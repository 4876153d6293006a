"""Feature groups, the model registry, pipelines, endpoints and their monitors.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

INPUT, OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
TAGS = Tags(
    Call("AddTags", given={"ResourceArn": "{arn}"}),
    Call("DeleteTags", given={"ResourceArn": "{arn}", "TagKeys": "{removed}"}),
)
PUT_GROUP_POLICY = Call("PutModelPackageGroupPolicy")


def _named(
    what: str,
    *,
    name: str = "name",
    of: str = "",
    update: tuple[str, ...] = (),
    names: dict[str, str] | None = None,
    autonamed: bool = True,
    limit: int = 63,
    presumed: dict[str, str] | None = None,
    sdk: str = "",
) -> Type:
    """A type that SageMaker addresses by name, as it does nearly all.

    `what` is SageMaker's noun in its operations and `of` where its name and ARN differ from that;
    `update` holds what UpdateX carries; `sdk` is Pulumi's noun where it differs.
    """
    noun, pulumis = of or what, sdk or what
    given = {f"{noun}Name": "{id}"}
    renames = {name: f"{noun}Name", **(names or {})}
    return Type(
        f"aws:sagemaker/{pulumis[0].lower()}{pulumis[1:]}:{pulumis}",
        "sagemaker",
        id=f"{{{name}}}",
        name=name if autonamed else "",
        limit=limit,
        create=Call(f"Create{what}", names=renames),
        read=Call(f"Describe{what}", given=given, outputs={"arn": f"{noun}Arn"}),
        update=(Call(f"Update{what}", takes=update, names=names or {}, given=given),)
        if update
        else (),
        delete=Call(f"Delete{what}", given=given),
        presumed=presumed or {},
        tags=TAGS,
    )


TYPES = (
    _named(
        "FeatureGroup",
        name="featureGroupName",
        autonamed=False,
        update=("throughputConfig",),
    ),
    _named("ModelPackageGroup", name="modelPackageGroupName", autonamed=False),
    Type(
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "sagemaker",
        id="{modelPackageGroupName}",
        create=PUT_GROUP_POLICY,
        read=Call("GetModelPackageGroupPolicy", given={"ModelPackageGroupName": "{id}"}),
        update=(PUT_GROUP_POLICY,),
        delete=Call("DeleteModelPackageGroupPolicy", given={"ModelPackageGroupName": "{id}"}),
    ),
    _named(
        "Pipeline",
        name="pipelineName",
        autonamed=False,
        update=(
            "pipelineDisplayName",
            "pipelineDefinition",
            "pipelineDefinitionS3Location",
            "pipelineDescription",
            "roleArn",
            "parallelismConfiguration",
        ),
    ),
    _named("Model"),
    _named("EndpointConfig", sdk="EndpointConfiguration", names={"kmsKeyArn": "KmsKeyId"}),
    _named("Endpoint", update=("endpointConfigName", "deploymentConfig")),
    _named(
        "DataQualityJobDefinition",
        of="JobDefinition",
        presumed={
            "dataQualityJobInput.endpointInput.localPath": INPUT,
            "dataQualityJobInput.batchTransformInput.localPath": INPUT,
            "dataQualityJobOutputConfig.monitoringOutputs.s3Output.localPath": OUTPUT,
        },
    ),
    _named(
        "MonitoringSchedule",
        update=("monitoringScheduleConfig",),
        names={"monitoringScheduleConfig.monitoringJobDefinition.baseline": "BaselineConfig"},
    ),
)
