"""The newest approved version of a model: looked up in the registry, or assumed offline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.common.workload import artifacts_prefix
from components.platform.serving_image import KEPT_AS
from infra.naming import Names, cut

NO_SUCH_GROUP = {"ValidationException", "ResourceNotFound", "ResourceNotFoundException"}
"""What SageMaker answers for a model package group that is not there yet."""

ASSUMED_ENVIRONMENT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}
"""What SageMaker's own containers are told of a model's code."""


@dataclass(frozen=True)
class ModelVersion:
    """An approved model package."""

    arn: str
    """ARN of the model package."""
    baseline_uri: str | None = None
    """S3 URI of baseline.json, which its monitors compare with, where its training wrote one."""
    image_uri: str | None = None
    """Image of the jobs that made it, which serves it as well unless `serving_image` does."""
    model_data: str | None = None
    """S3 URI of its model.tar.gz."""
    serving_image: str | None = None
    """Image that serves it, where that is not the one of its jobs."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What its container is told by environment variables."""

    @property
    def number(self) -> str:
        """Its number in the group, which the ARN ends with."""
        return self.arn.rpartition("/")[2]


Lookup = Callable[[str], ModelVersion | None]
"""From the name of a model package group, or its ARN where it is in another account, to its newest
approved version, if it has one."""


def none_yet(_group: str) -> ModelVersion | None:
    """The first pass over an environment: nothing is trained yet."""
    return None


def assumed(region: str, account: str, names: Names, *, built: bool = False) -> Lookup:
    """Every group has an approved version 1 with a baseline, trained in the environment of `names`.

    With `built`, its delivery built the image, too.
    """
    bucket = f"{names('artifacts')}-bucket"

    def look_up(group: str) -> ModelVersion:
        name = group.rpartition("/")[2]
        home = f"s3://{bucket}/{artifacts_prefix(name.removeprefix(names('')))}"
        images = f"{cut(name, 40)}-images"
        return ModelVersion(
            f"arn:aws:sagemaker:{region}:{account}:model-package/{name}/1",
            f"{home}/runs/1/baseline/baseline.json",
            f"{account}.dkr.ecr.{region}.amazonaws.com/{images}:1" if built else None,
            f"{home}/runs/1/model.tar.gz",
            environment=ASSUMED_ENVIRONMENT,
        )

    return look_up


def in_registry(sagemaker: Any) -> Lookup:
    """Ask SageMaker's model registry, by a boto3 client.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html

    The look-up raises botocore's ClientError for anything but a missing group.
    """

    def look_up(group: str) -> ModelVersion | None:
        try:
            packages = sagemaker.list_model_packages(
                ModelPackageGroupName=group,
                ModelApprovalStatus="Approved",
                SortBy="CreationTime",
                SortOrder="Descending",
                MaxResults=1,
            )["ModelPackageSummaryList"]
        except sagemaker.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in NO_SUCH_GROUP:
                return None
            raise
        if not packages:
            return None
        arn = packages[0]["ModelPackageArn"]
        described = sagemaker.describe_model_package(ModelPackageName=arn)
        registered = described.get("DriftCheckBaselines", {}).get("ModelDataQuality", {})
        containers = described.get("InferenceSpecification", {}).get("Containers", [])
        first = containers[0] if containers else {}
        served_in = first.get("Image")
        made_in = described.get("CustomerMetadataProperties", {}).get(KEPT_AS, served_in)
        # Both are what SageMaker Model Monitor compared with, before there were monitors of ours.
        ours = "Statistics" in registered and "Constraints" not in registered
        return ModelVersion(
            arn,
            registered["Statistics"]["S3Uri"] if ours else None,
            made_in,
            first.get("ModelDataUrl"),
            served_in if served_in != made_in else None,
            first.get("Environment", {}),
        )

    return look_up
