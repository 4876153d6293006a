"""Feature groups, the model registry, pipelines, endpoints and their monitors.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/
"""

from catalog.record import Call, CallerKeyUse, Grant, Iam, Tags, Type

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html"
)
"""Which actions there are, and on what."""

ENDPOINT_LOGS = "/aws/sagemaker/Endpoints/{name}"
PROCESSING_LOGS = "/aws/sagemaker/ProcessingJobs"
TRAINING_LOGS = "/aws/sagemaker/TrainingJobs"
"""Log groups that SageMaker makes.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

TAGS = Tags(
    Call("AddTags", given={"ResourceArn": "{arn}"}),
    Call("DeleteTags", given={"ResourceArn": "{arn}", "TagKeys": "{removed}"}),
)
PUT_GROUP_POLICY = Call("PutModelPackageGroupPolicy")


def named(
    what: str,
    kind: str,
    *,
    name: str = "name",
    of: str = "",
    update: tuple[str, ...] = (),
    names: dict[str, str] | None = None,
    autonamed: bool = True,
    limit: int = 63,
    presumed: dict[str, str] | None = None,
    sdk: str = "",
    holds_data: str = "",
    holds_no_data: str = "",
    iam: Iam | None = None,
    told: dict[str, str] | None = None,
    inputs: dict[str, str] | None = None,
    failed: str = "",
    log_groups: tuple[str, ...] = (),
) -> Type:
    """A type that SageMaker addresses by name, as it does nearly all.

    `what` is SageMaker's noun in its operations and `of` where its name differs from that; `kind`
    is the one of its ARNs; `update` holds what UpdateX carries; `sdk` is Pulumi's noun where it
    differs. `iam` is given where IAM asks for more than the operations and the tags. `told` are
    inputs that DescribeX tells, which may not be as they were asked for, and `inputs` those that an
    import learns from it.
    """
    noun, pulumis = of or what, sdk or what
    given = {f"{noun}Name": "{id}"}
    renames = {name: f"{noun}Name", **(names or {})}
    return Type(
        f"aws:sagemaker/{pulumis[0].lower()}{pulumis[1:]}:{pulumis}",
        "sagemaker",
        id=f"{{{name}}}",
        outputs={"arn": f"arn:aws:sagemaker:{{region}}:{{account}}:{kind}/{{{name}}}"},
        name=name,
        autonamed=autonamed,
        limit=limit,
        create=Call(f"Create{what}", names=renames),
        read=Call(f"Describe{what}", given=given, outputs={"arn": f"{noun}Arn", **(told or {})}),
        update=(Call(f"Update{what}", takes=update, names=names or {}, given=given),)
        if update
        else (),
        delete=Call(f"Delete{what}", given=given),
        presumed=presumed or {},
        inputs=inputs or {},
        failed=failed,
        tags=TAGS,
        cloudformation=f"AWS::SageMaker::{what}",
        holds_data=holds_data,
        holds_no_data=holds_no_data,
        log_groups=log_groups,
        iam=iam or Iam(on=f"{kind}/{{name}}", read="ListTags", source=AUTHORIZATION),
    )


TYPES = (
    named(
        "FeatureGroup",
        "feature-group",
        limit=64,
        name="featureGroupName",
        autonamed=False,
        update=("throughputConfig", "ttlDuration"),
        names={"ttlDuration": "OnlineStoreConfig.TtlDuration"},
        inputs={
            "recordIdentifierFeatureName": "RecordIdentifierFeatureName",
            "eventTimeFeatureName": "EventTimeFeatureName",
            "featureDefinitions": "FeatureDefinitions[].{featureName: FeatureName, "
            "featureType: FeatureType}",
            "offlineStoreConfig": "OfflineStoreConfig.{s3StorageConfig: S3StorageConfig"
            ".{s3Uri: S3Uri, kmsKeyId: KmsKeyId}, dataCatalogConfig: DataCatalogConfig"
            ".{catalog: Catalog, database: Database, tableName: TableName}, "
            "tableFormat: TableFormat}",
            "onlineStoreConfig": "OnlineStoreConfig.{enableOnlineStore: EnableOnlineStore, "
            "securityConfig: SecurityConfig.{kmsKeyId: KmsKeyId}, storageType: StorageType, "
            "ttlDuration: TtlDuration.{unit: Unit, value: Value}}",
            "roleArn": "RoleArn",
            "description": "Description",
        },
        holds_data="the records of the online store, and the table over the offline ones",
        iam=Iam(
            on="feature-group/{name}",
            read="ListTags",
            grants=(
                # A hook tells what features mean.
                Grant(
                    "sagemaker",
                    "feature-group/{name}",
                    create="DescribeFeatureMetadata UpdateFeatureMetadata",
                    update="DescribeFeatureMetadata UpdateFeatureMetadata",
                    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureMetadata.html",
                ),
                # Feature Store makes its table with the caller's permissions.
                Grant(
                    "glue",
                    "catalog database/{table} table/{table}",
                    create="CreateTable GetDatabase",
                    read="GetTable",
                    update="UpdateTable",
                    delete="DeleteTable",
                    source="https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html",
                ),
            ),
            # The online store's; what an offline one is written with is its role's to use.
            key=CallerKeyUse(
                create="Decrypt Encrypt GenerateDataKey ListGrants ReEncryptFrom ReEncryptTo "
                "RetireGrant RevokeGrant",
                source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OnlineStoreSecurityConfig.html",
            ),
        ),
    ),
    named(
        "ModelPackageGroup",
        "model-package-group",
        name="modelPackageGroupName",
        autonamed=False,
        inputs={"modelPackageGroupDescription": "ModelPackageGroupDescription"},
        holds_data="the versions of a model, with their metrics and approvals",
    ),
    Type(
        "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        "sagemaker",
        id="{modelPackageGroupName}",
        create=PUT_GROUP_POLICY,
        read=Call("GetModelPackageGroupPolicy", given={"ModelPackageGroupName": "{id}"}),
        update=(PUT_GROUP_POLICY,),
        delete=Call("DeleteModelPackageGroupPolicy", given={"ModelPackageGroupName": "{id}"}),
        holds_no_data="a policy is written anew from the program",
        iam=Iam(on="model-package-group/{name}"),
    ),
    named(
        "Pipeline",
        "pipeline",
        name="pipelineName",
        autonamed=False,
        limit=256,
        update=(
            "pipelineDisplayName",
            "pipelineDefinition",
            "pipelineDefinitionS3Location",
            "pipelineDescription",
            "roleArn",
            "parallelismConfiguration",
        ),
        holds_no_data="what its runs made is in buckets and in the registry",
        log_groups=(PROCESSING_LOGS, TRAINING_LOGS),
    ),
    named("Model", "model", holds_no_data="it names an image and artifacts, which are elsewhere"),
    named(
        "EndpointConfig",
        "endpoint-config",
        sdk="EndpointConfiguration",
        names={"kmsKeyArn": "KmsKeyId"},
        holds_no_data="it names models and instances, and keeps nothing",
    ),
    named(
        "Endpoint",
        "endpoint",
        update=("endpointConfigName", "deploymentConfig"),
        told={"endpointConfigName": "EndpointConfigName"},
        failed="EndpointStatus == 'Failed' && FailureReason",
        holds_no_data="it serves what the registry and the buckets keep",
        log_groups=(ENDPOINT_LOGS,),
        # An endpoint is made of a configuration, and moves to another.
        iam=Iam(
            on="endpoint/{name} endpoint-config/{name}",
            read="ListTags",
            update="UpdateEndpointWeightsAndCapacities",
            source=AUTHORIZATION,
        ),
    ),
)
