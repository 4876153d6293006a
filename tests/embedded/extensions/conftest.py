"""What tests of the extensions begin with: a model to be served, a topic that is told."""

from collections.abc import Callable
from functools import partial

import pytest

from embedded.cloud import Cloud
from tests.feature_store import create
from tests.served_model import serving_role


@pytest.fixture(scope="module")
def role(cloud: Cloud) -> str:
    """ARN of a role that SageMaker assumes."""
    return serving_role(cloud)


@pytest.fixture(scope="module")
def a_model(cloud: Cloud, role: str) -> Callable[[str, str], str]:
    """Create a model of that name from the tarball at that S3 URI."""

    def create(name: str, data: str) -> str:
        cloud.client("sagemaker").create_model(
            ModelName=name,
            ExecutionRoleArn=role,
            PrimaryContainer={
                "Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
                "ModelDataUrl": data,
            },
        )
        return name

    return create


@pytest.fixture(scope="module")
def a_config(cloud: Cloud) -> Callable[..., str]:
    """Create an endpoint configuration of variants, given as name=(model, weight)."""

    def create(config: str, /, *, extra: dict | None = None, **variants: tuple[str, float]) -> str:
        cloud.client("sagemaker").create_endpoint_config(
            EndpointConfigName=config,
            ProductionVariants=[
                {
                    "VariantName": variant,
                    "ModelName": model,
                    "InstanceType": "ml.c6i.large",
                    "InitialInstanceCount": 1,
                    "InitialVariantWeight": weight,
                }
                for variant, (model, weight) in variants.items()
            ],
            **(extra or {}),
        )
        return config

    return create


@pytest.fixture
def topic(cloud):
    return cloud.client("sns").create_topic(Name="told")["TopicArn"]


@pytest.fixture(scope="module")
def runtime(cloud):
    return cloud.client("sagemaker-featurestore-runtime")


@pytest.fixture
def group(cloud, request):
    """Create a feature group of the test's name, and delete it in the end."""
    name = request.node.name.partition("[")[0].replace("_", "-")[-60:].strip("-")
    yield partial(create, cloud, name)
    cloud.client("sagemaker").delete_feature_group(FeatureGroupName=name)
