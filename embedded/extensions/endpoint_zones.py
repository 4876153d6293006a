"""Interface endpoints, which are made only in zones that have their service.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-interface-endpoint-create.html
"""

import json
from typing import Any
from uuid import uuid4

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCEndPoint

from embedded.extensions.operations import add

ALL = 10_000
# Both are replaced below.
_create = EC2Backend.create_vpc_endpoint
_collect = EC2Backend._collect_default_endpoint_services  # noqa: SLF001  moto has no other way


def install() -> None:
    """Have moto look at the subnets' zones first, and know the service that it lacks."""
    add(EC2Backend, create_vpc_endpoint)
    EC2Backend._collect_default_endpoint_services = staticmethod(  # type: ignore[method-assign]  # noqa: SLF001
        _services
    )


def _services(account_id: str, region: str) -> list[dict[str, Any]]:
    """The services of a region, with the one of MLflow's tracking servers, which is SageMaker's."""
    found: list[dict[str, Any]] = _collect(account_id, region)
    name, like = f"aws.sagemaker.{region}.experiments", f"aws.sagemaker.{region}.studio"
    names = {each["ServiceName"]: each for each in found}
    if name not in names and like in names:
        text = json.dumps(names[like]).replace("studio", "experiments")
        found.append(json.loads(text) | {"ServiceId": f"vpce-svc-{uuid4().hex[:17]}"})
    return found


def create_vpc_endpoint(self: EC2Backend, **request: Any) -> VPCEndPoint:
    """CreateVpcEndpoint, refusing a subnet in a zone that the service is not in."""
    if (request["endpoint_type"] or "").lower() == "interface":
        _require_zones(self, request["service_name"], request["subnet_ids"] or [])
    return _create(self, **request)


def _require_zones(backend: EC2Backend, service_name: str, subnet_ids: list[str]) -> None:
    found = backend.describe_vpc_endpoint_services([], [], ALL, None, backend.region_name)
    offered = {each["ServiceName"]: each["AvailabilityZones"] for each in found["servicesDetails"]}
    for subnet_id in subnet_ids:
        zone = backend.get_subnet(subnet_id).availability_zone
        if zone not in offered.get(service_name, [zone]):
            raise EC2ClientError(
                "InvalidParameter",
                f"The VPC endpoint service {service_name} does not support the availability zone "
                f"of the subnet: {subnet_id}.",
            )
