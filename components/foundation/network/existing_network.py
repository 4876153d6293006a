"""A network that is already there: maslow adds its own security groups and endpoints, no more."""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.foundation.network.security_groups import endpoint_group, workload_group
from components.foundation.network.service_endpoints import interface_endpoints, s3_gateway


class ExistingNetworkArgs(PlacedArgs):
    """What is there, and what is wanted of it."""

    vpc_id: str
    """Id of the VPC. It resolves names (`enableDnsSupport`), and those of its own instances."""
    subnet_ids: list[str]
    """Ids of private subnets for workloads, in two zones or more."""
    route_table_ids: list[str]
    """Route tables of those subnets that get a gateway endpoint for S3; none if they have one."""
    internet: bool
    """Whether workloads may go out by the VPC's own routes."""
    interface_endpoints: list[str]
    """AWS services to make interface endpoints of, by their short names; none that the VPC has:
    AWS refuses a second one of the same private name."""
    trusted_accounts: NotRequired[list[str]]
    """Other accounts whose buckets may be reached by the gateway endpoint."""


class ExistingNetwork(pulumi.ComponentResource):
    """What workloads need in a VPC of someone else's: it has the outputs of `Network`.

    Its subnets, routes, gateways, logs and filters stay its owner's. Workloads reach whatever
    speaks HTTPS in the VPC, for endpoints that are there stand behind groups unknown here.

    Raises ValueError for fewer than two subnets.
    """

    vpc_id: pulumi.Output[str]
    """Id of the VPC."""
    private_subnet_ids: pulumi.Output[list[str]]
    """Ids of the subnets for workloads."""
    workload_security_group_id: pulumi.Output[str]
    """Group for workloads: all traffic within it, HTTPS within the VPC, to S3, and where it is
    allowed to anywhere."""

    def __init__(
        self, name: str, args: ExistingNetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ExistingNetwork", name, None, opts)
        if len(args["subnet_ids"]) < 2:  # noqa: PLR2004  the smallest that outlives a zone
            raise ValueError(f"{name}: workloads need subnets in two zones or more")
        looked_up = pulumi.InvokeOptions(parent=self)
        vpc_cidr = aws.ec2.get_vpc_output(id=args["vpc_id"], opts=looked_up).cidr_block
        if args["route_table_ids"]:
            s3_prefix_list_id: pulumi.Input[str] = s3_gateway(
                f"{name}-s3",
                parent=self,
                vpc_id=args["vpc_id"],
                route_table_ids=args["route_table_ids"],
                account_id=args["account_id"],
                trusted_accounts=args.get("trusted_accounts", []),
                region=args["region"],
            ).prefix_list_id
        else:
            s3_prefix_list_id = aws.ec2.get_prefix_list_output(
                name=f"com.amazonaws.{args['region']}.s3", opts=looked_up
            ).id
        if args["interface_endpoints"]:
            interface_endpoints(
                name,
                parent=self,
                vpc_id=args["vpc_id"],
                subnet_ids=args["subnet_ids"],
                group_id=endpoint_group(
                    f"{name}-endpoints", parent=self, vpc_id=args["vpc_id"], vpc_cidr=vpc_cidr
                ).id,
                services=args["interface_endpoints"],
                account_id=args["account_id"],
                region=args["region"],
            )
        self.vpc_id = pulumi.Output.from_input(args["vpc_id"])
        self.private_subnet_ids = pulumi.Output.from_input(args["subnet_ids"])
        self.workload_security_group_id = workload_group(
            f"{name}-workloads",
            parent=self,
            vpc_id=args["vpc_id"],
            s3_prefix_list_id=s3_prefix_list_id,
            endpoints={"cidr_ipv4": vpc_cidr},
            internet=args["internet"],
        ).id
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "workload_security_group_id": self.workload_security_group_id,
            }
        )
