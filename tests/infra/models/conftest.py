"""Models of the tests' stack `dev` on an embedded AWS, of which only the registry is declared."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from embedded.cloud import Cloud
from infra.models.place import Place
from infra.naming import Names
from infra.project import Project

GROUP = "maslow-dev-readmission"
BUCKET = "artifacts"
METRICS = {"auc": {"value": 0.9}, "f1": {"value": 0.7}, "confusion_matrix": {"0": {"0": 3}}}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        place = {"LocationConstraint": "eu-west-1"}
        running.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        running.client("sagemaker").create_model_package_group(ModelPackageGroupName=GROUP)
        yield running


@pytest.fixture
def place(cloud: Cloud, project: Project) -> Place:
    return Place(Names("maslow", "dev"), project.stack("dev"), cache(cloud.client))


@pytest.fixture
def put(cloud: Cloud) -> Callable[[str, Any], str]:
    """Puts JSON under a key; returns its URI."""

    def keep(key: str, value: Any) -> str:
        cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=json.dumps(value).encode())
        return f"s3://{BUCKET}/{key}"

    return keep


@pytest.fixture
def register(cloud: Cloud, put: Callable[[str, Any], str]) -> Callable[..., str]:
    """Registers a version in a status, with metrics unless told otherwise; returns its ARN."""

    numbers = itertools.count()

    def create(
        status: str,
        *,
        metrics: Mapping[str, Any] | None = METRICS,
        image: str = "image",
        **properties: str,
    ) -> str:
        more: dict[str, Any] = {"CustomerMetadataProperties": properties} if properties else {}
        if metrics is not None:
            report = {"binary_classification_metrics": metrics, "acceptance": {"accepted": True}}
            uri = put(f"evaluations/{next(numbers)}/evaluation.json", report)
            statistics = {"ContentType": "application/json", "S3Uri": uri}
            more["ModelMetrics"] = {"ModelQuality": {"Statistics": statistics}}
        created = cloud.client("sagemaker").create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus=status,
            InferenceSpecification={
                "Containers": [{"Image": image, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            **more,
        )
        return str(created["ModelPackageArn"])

    return create
