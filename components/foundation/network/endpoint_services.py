"""Which AWS services the network reaches by an interface endpoint, and who in it needs each.

The endpoints are those of the catalog's services; which workloads need one, its record says. Only
what runs inside the network counts: SageMaker's jobs and endpoints, and the models' builds. What
EventBridge, Step Functions, CodePipeline or the platform's own delivery call, they call from AWS's
side. Each endpoint costs about 8 US dollars a month in each zone, and its traffic.

https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

import enum
from collections.abc import Collection, Mapping
from types import MappingProxyType

from catalog.services import SERVICES


class Use(enum.Enum):
    """Something that workloads in the network do."""

    JOBS = "jobs"
    """Jobs of a model: processing, training, monitoring."""
    SERVING = "serving"
    """Endpoints of a model."""
    FEATURES = "features"
    """Reading the offline feature store: queries over the catalog."""
    ONLINE_FEATURES = "online features"
    """Reading and writing records of the online feature store."""
    DATA_JOBS = "data jobs"
    """Jobs of data, on Spark."""
    BUILDS = "builds"
    """Builds of a model: its tests, its image, its evaluation."""
    STUDIO = "studio"
    """Notebooks of people: SageMaker, its pipelines and endpoints, the lake and its queries."""
    EXPERIMENTS = "experiments"
    """Keeping runs with a tracking server of MLflow."""
    PACKAGES = "packages"
    """Getting packages from the account's own repository."""


_ENDPOINTS = sorted(
    ((endpoint, service) for service in SERVICES for endpoint in service.endpoints),
    key=lambda found: found[0].name,
)

ENDPOINTS: Mapping[str, str] = MappingProxyType(
    {endpoint.name: service.prefix for endpoint, service in _ENDPOINTS}
)
"""The interface endpoints that a stack file may ask for, each with its IAM service prefix."""

NEEDED: Mapping[str, frozenset[Use]] = MappingProxyType(
    {
        endpoint.name: frozenset(map(Use, endpoint.uses))
        for endpoint, _ in _ENDPOINTS
        if endpoint.uses
    }
)
"""The uses that need each endpoint. S3 has its gateway endpoint, for nothing.

https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
https://docs.aws.amazon.com/codeartifact/latest/ug/vpc-endpoints.html
"""

SHARED = frozenset(endpoint.name for endpoint, _ in _ENDPOINTS if endpoint.other_accounts)
"""Endpoints through which workloads rightly reach other accounts: AWS's own images, the registries
of an earlier environment, and roles there. Through the others they reach their own account only.
"""


def needed(uses: Collection[Use]) -> list[str]:
    """The endpoints without which these uses fail where there is no egress, sorted."""
    return sorted(service for service, by in NEEDED.items() if by & set(uses))


STUDIO, EXPERIMENTS = "sagemaker.studio", "sagemaker.experiments"
NAMED_OTHERWISE = (EXPERIMENTS, STUDIO)
"""Endpoints whose names in full are made otherwise than those of all others.

https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html
"""


def service_name(service: str, region: str) -> str:
    """What AWS calls the interface endpoint of a service: `sagemaker.api` in full."""
    if service in NAMED_OTHERWISE:
        first, _, last = service.partition(".")
        return f"aws.{first}.{region}.{last}"
    return f"com.amazonaws.{region}.{service}"
