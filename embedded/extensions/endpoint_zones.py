"""Interface endpoints, which are made only in zones that have their service.

https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCEndPoint

from embedded.extensions.operations import add

ALL = 10_000
_create = EC2Backend.create_vpc_endpoint  # replaced below


def install() -> None:
    """Have moto look at the subnets' zones first."""
    add(EC2Backend, create_vpc_endpoint)


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
