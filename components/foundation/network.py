"""The network: a VPC whose workloads reach AWS privately, and the internet only if allowed."""

import enum
from typing import TypedDict, cast

import pulumi
import pulumi_aws as aws

from components.foundation.cidr_plan import plan_cidrs
from components.foundation.execution_role import ExecutionRole
from components.foundation.log_group import encrypted_log_group
from components.foundation.network_policies import flow_log_policy, s3_endpoint_policy
from components.foundation.security_groups import endpoint_group, workload_group
from components.foundation.subnets import (
    ANYWHERE,
    association,
    nat_gateways,
    route_table,
    subnet,
)
from components.iam import rendered

SAGEMAKER_ENDPOINTS = (
    "athena",
    "ecr.api",
    "ecr.dkr",
    "glue",
    "kms",
    "logs",
    "monitoring",
    "sagemaker.api",
    "sagemaker.featurestore-runtime",
    "sagemaker.runtime",
    "sts",
)
"""Interface endpoints that SageMaker's workloads need in a VPC without egress.

They pull images, write logs and metrics, use keys, call SageMaker and read features (the offline
feature store with Athena, over the Glue catalog). S3 has its gateway endpoint.

https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
"""


class Egress(enum.Enum):
    """How workloads reach the internet."""

    NONE = "none"
    """Not at all: there is no internet gateway, no NAT gateway and no public subnet."""
    SINGLE = "single"
    """Through one NAT gateway; the loss of its zone cuts all zones off."""
    PER_ZONE = "per-zone"
    """Through a NAT gateway in each zone."""


class NetworkArgs(TypedDict):
    """What a network is made of."""

    cidr: str
    """Address range of the VPC, between a /16 and a /24."""
    zone_count: int
    """Availability zones, 2 or 3."""
    egress: Egress
    """How workloads reach the internet."""
    interface_endpoints: list[str]
    """AWS services to reach privately, by their short names such as `sagemaker.api`."""
    region: str
    """Region of the network."""
    account_id: pulumi.Input[str]
    """Account of the network."""
    log_key_arn: pulumi.Input[str]
    """Key that encrypts the flow logs."""
    log_retention_days: int
    """Days that flow logs are kept."""


class Network(pulumi.ComponentResource):
    """A VPC with a private subnet in each zone, private endpoints and flow logs."""

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    private_subnet_ids: pulumi.Output[list[str]]
    """Ids of the subnets for workloads, one per zone, known once their routes are in place."""
    workload_security_group_id: pulumi.Output[str]
    """Group for workloads: all traffic within it, HTTPS to AWS and, with egress, to anywhere."""

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Network", name, None, opts)
        plan = plan_cidrs(args["cidr"], args["zone_count"])
        zone_names = aws.get_availability_zones_output(
            state="available",
            # Local Zones and Wavelength Zones, which have few services, must be opted into.
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            opts=pulumi.InvokeOptions(parent=self),
        ).names
        zones = [zone_names[index] for index in range(args["zone_count"])]

        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=args["cidr"],
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags={"Name": f"{name}-vpc"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._write_flow_logs(name, vpc.id, args)

        tables = [
            route_table(f"{name}-private-{number}", parent=self, vpc_id=vpc.id)
            for number, _ in enumerate(zones, start=1)
        ]
        s3 = aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args['region']}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id for table in tables],
            policy=rendered(
                s3_endpoint_policy, account_id=args["account_id"], region=args["region"]
            ),
            tags={"Name": f"{name}-s3"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        gateways: list[aws.ec2.NatGateway] = []
        if args["egress"] is not Egress.NONE:
            count = 1 if args["egress"] is Egress.SINGLE else len(zones)
            gateways = nat_gateways(
                name, parent=self, vpc_id=vpc.id, cidrs=plan.public[:count], zones=zones[:count]
            )
        subnet_ids = []
        for index, (zone, table) in enumerate(zip(zones, tables, strict=True)):
            private = f"{name}-private-{index + 1}"
            routes: list[pulumi.Resource] = [s3]
            if gateways:
                routes.append(
                    aws.ec2.Route(
                        f"{private}-internet",
                        route_table_id=table.id,
                        destination_cidr_block=ANYWHERE,
                        nat_gateway_id=gateways[index % len(gateways)].id,
                        opts=pulumi.ResourceOptions(parent=self),
                    )
                )
            placed = subnet(
                private, parent=self, vpc_id=vpc.id, cidr=plan.private[index], zone=zone
            )
            routed = association(
                f"{private}-routes", parent=self, subnet=placed, table=table, after=routes
            )
            subnet_ids.append(routed.subnet_id)

        self.vpc_id = vpc.id
        self.private_subnet_ids = cast("pulumi.Output[list[str]]", pulumi.Output.all(*subnet_ids))
        self.workload_security_group_id = workload_group(
            f"{name}-workloads",
            parent=self,
            vpc_id=vpc.id,
            s3_prefix_list_id=s3.prefix_list_id,
            endpoint_group_id=self._reach_services(name, vpc.id, args),
            internet=args["egress"] is not Egress.NONE,
        ).id
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "workload_security_group_id": self.workload_security_group_id,
            }
        )

    def _write_flow_logs(self, name: str, vpc_id: pulumi.Output[str], args: NetworkArgs) -> None:
        log_group = encrypted_log_group(
            f"{name}-flow-logs",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
        )
        role = ExecutionRole(
            f"{name}-flow-logs",
            {
                "service": "vpc-flow-logs.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"write": rendered(flow_log_policy, log_group_arn=log_group.arn)},
            },
            pulumi.ResourceOptions(parent=self),
        )
        aws.ec2.FlowLog(
            f"{name}-flow-log",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=log_group.arn,
            iam_role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )

    def _reach_services(
        self, name: str, vpc_id: pulumi.Output[str], args: NetworkArgs
    ) -> pulumi.Output[str] | None:
        """Make the interface endpoints; the id of their group, or None if none are asked for."""
        if not args["interface_endpoints"]:
            return None
        group = endpoint_group(
            f"{name}-endpoints", parent=self, vpc_id=vpc_id, vpc_cidr=args["cidr"]
        )
        for service in args["interface_endpoints"]:
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{args['region']}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=self.private_subnet_ids,
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags={"Name": f"{name}-{service}"},
                opts=pulumi.ResourceOptions(parent=self),
            )
        return group.id
