"""Managed MLflow of SageMaker: apps, and tracking servers where a region has no apps.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
"""

from catalog.record import OURS, Call, Iam, Type, arn_of
from catalog.sagemaker import AUTHORIZATION, TAGS

BY_ARN = {"Arn": "{id}"}
BY_NAME = {"TrackingServerName": "{id}"}

TYPES = (
    Type(
        "aws:sagemaker/mlflowApp:MlflowApp",
        "sagemaker",
        id=arn_of("sagemaker", "mlflow-app/app-{hex}"),
        name="name",
        limit=256,
        create=Call(
            "CreateMlflowApp",
            names={"defaultDomainIdLists": "DefaultDomainIdList"},
            outputs={"id": "Arn"},
        ),
        read=Call("DescribeMlflowApp", given=BY_ARN, outputs={"arn": "Arn"}),
        update=(
            Call(
                "UpdateMlflowApp",
                takes=(
                    "artifactStoreUri",
                    "modelRegistrationMode",
                    "weeklyMaintenanceWindowStart",
                    "defaultDomainIdLists",
                    "accountDefaultStatus",
                ),
                names={"defaultDomainIdLists": "DefaultDomainIdList"},
                given=BY_ARN,
            ),
        ),
        delete=Call("DeleteMlflowApp", given=BY_ARN),
        tags=TAGS,
        failed="Status == 'CreateFailed' && 'SageMaker could not make the app'",
        cloudformation="AWS::SageMaker::MlflowApp",
        outputs={"arn": "{id}"},
        inputs={"name": "Name", "roleArn": "RoleArn", "artifactStoreUri": "ArtifactStoreUri"},
        holds_data="experiments and runs: their parameters, metrics and tags",
        # SageMaker makes up the id, and the name is no part of the ARN.
        iam=Iam(on="mlflow-app/*", when=OURS, read="ListTags", source=AUTHORIZATION),
    ),
    Type(
        "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer",
        "sagemaker",
        id="{trackingServerName}",
        name="trackingServerName",
        autonamed=False,
        limit=256,
        create=Call("CreateMlflowTrackingServer"),
        read=Call(
            "DescribeMlflowTrackingServer",
            given=BY_NAME,
            outputs={"arn": "TrackingServerArn", "trackingServerUrl": "TrackingServerUrl"},
        ),
        update=(
            Call(
                "UpdateMlflowTrackingServer",
                takes=(
                    "artifactStoreUri",
                    "automaticModelRegistration",
                    "trackingServerSize",
                    "weeklyMaintenanceWindowStart",
                ),
                given=BY_NAME,
            ),
        ),
        delete=Call("DeleteMlflowTrackingServer", given=BY_NAME),
        tags=TAGS,
        failed="TrackingServerStatus == 'CreateFailed' && 'SageMaker could not make the server'",
        cloudformation="AWS::SageMaker::MlflowTrackingServer",
        outputs={
            "arn": arn_of("sagemaker", "mlflow-tracking-server/{trackingServerName}"),
            "trackingServerUrl": "https://t-{hex}.{region}.experiments.sagemaker.aws",
        },
        inputs={"roleArn": "RoleArn", "artifactStoreUri": "ArtifactStoreUri"},
        holds_data="experiments and runs: their parameters, metrics and tags",
        iam=Iam(on="mlflow-tracking-server/{name}", read="ListTags", source=AUTHORIZATION),
    ),
)
