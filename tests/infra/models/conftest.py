"""Models of the tests' stack `dev` on an embedded AWS, of which only the registry is declared."""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

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


@pytest.fixture(scope="session")
def fits() -> Callable[[Any, Any], list[str]]:
    """From a value and the type that it should have to the places where it has another."""
    return misfits


def misfits(value: Any, type_: Any, path: str = "$") -> list[str]:
    """Where a value is not of a type, of those that infra/models/shapes.py uses."""
    origin, args = get_origin(type_), get_args(type_)
    found: list[str]
    if is_typeddict(type_):
        hints = get_type_hints(type_)
        if not isinstance(value, dict) or value.keys() != hints.keys():
            return [f"{path}: {value} has not the keys {sorted(hints)}"]
        found = [bad for key in hints for bad in misfits(value[key], hints[key], f"{path}.{key}")]
    elif origin is Literal:
        found = [] if value in args else [f"{path}: {value} is none of {args}"]
    elif origin in (list, dict):
        if not isinstance(value, origin):
            return [f"{path}: {value} is no {origin.__name__}"]
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        found = [bad for key, one in parts for bad in misfits(one, args[-1], f"{path}.{key}")]
    elif args:  # a union
        tried = [misfits(value, one, path) for one in args]
        found = min(tried, key=len)
    else:
        fits = isinstance(value, type_) or (type_ is float and isinstance(value, int))
        found = [] if fits else [f"{path}: {value!r} is no {type_.__name__}"]
    return found
