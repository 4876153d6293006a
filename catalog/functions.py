"""The functions of pulumi-aws that look something up, and how AWS answers them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.record import arn_of

IMAGE_ACCOUNT = "683313688378"
"""Stands for the account that holds AWS's own SageMaker images, whichever the algorithm.

In AWS it differs by algorithm and region; this is scikit-learn's in us-east-1.
https://docs.aws.amazon.com/sagemaker/latest/dg/ecr-us-east-1.html
"""


@dataclass(frozen=True)
class Function:
    """A function of the provider.

    Templates may name `{region}`, `{account}`, `{hex}` (hexadecimal digits told from the arguments)
    and every argument by its camelCase name.
    """

    token: str
    outputs: Mapping[str, Any]
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Arguments that stand where none is given."""


FUNCTIONS = (
    Function(
        "aws:index/getAvailabilityZones:getAvailabilityZones",
        {
            "id": "{region}",
            "names": ["{region}a", "{region}b", "{region}c"],
            "zoneIds": ["{region}-az1", "{region}-az2", "{region}-az3"],
        },
    ),
    Function(
        "aws:ec2/getVpcEndpointService:getVpcEndpointService",
        {
            "id": "vpce-svc-{hex}",
            "serviceName": "{serviceName}",
            "serviceType": "{serviceType}",
            "availabilityZones": ["{region}a", "{region}b", "{region}c"],
        },
        defaults={"serviceType": "Interface"},
    ),
    Function(
        "aws:index/getCallerIdentity:getCallerIdentity",
        {
            "id": "{account}",
            "accountId": "{account}",
            "arn": "arn:aws:iam::{account}:user/maslow",
            "userId": "AIDACKCEVSQ6C2EXAMPLE",
        },
    ),
    Function(
        "aws:index/getPartition:getPartition",
        {
            "id": "aws",
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "reverseDnsPrefix": "com.amazonaws",
        },
    ),
    Function(
        "aws:index/getRegion:getRegion",
        {"id": "{region}", "name": "{region}", "region": "{region}"},
    ),
    Function(
        "aws:ec2/getPrefixList:getPrefixList",
        {"id": "pl-{hex:.8}", "name": "{name}", "cidrBlocks": []},
    ),
    Function(
        "aws:ec2/getVpc:getVpc",
        {
            "id": "{id}",
            "arn": arn_of("ec2", "vpc/{id}"),
            "cidrBlock": "10.90.0.0/16",
            "ownerId": "{account}",
        },
    ),
    Function(
        "aws:eks/getCluster:getCluster",
        {
            "id": "{name}",
            "arn": arn_of("eks", "cluster/{name}"),
            "endpoint": "https://{hex:.8}.gr7.{region}.eks.amazonaws.com",
            "certificateAuthorities": [{"data": "bm8gY2VydGlmaWNhdGU="}],
        },
    ),
    Function(
        "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage",
        {
            "id": IMAGE_ACCOUNT,
            "registryId": IMAGE_ACCOUNT,
            "registryPath": (
                f"{IMAGE_ACCOUNT}.dkr.ecr.{{region}}.amazonaws.com/{{repositoryName}}:{{imageTag}}"
            ),
        },
        defaults={"imageTag": "latest"},
    ),
)
