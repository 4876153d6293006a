"""The network: a VPC whose workloads reach AWS privately, and the internet only if allowed."""

from typing import NotRequired, cast

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.foundation.network.cidr_plan import plan_cidrs
from components.foundation.network.egress import (
    Egress,
    NetworkPlan,
    egress_routes,
    firewall_subnets,
)
from components.foundation.network.egress_firewall import (
    EgressFirewall,
    FilterArgs,
    FilterBy,
    egress_firewall,
)
from components.foundation.network.network_logs import (
    FIREWALL_LOG,
    QUERIES,
    DeliveredLogs,
    delivered_logs,
    flow_log,
)
from components.foundation.network.resolver import dns_firewall, query_log
from components.foundation.network.security_groups import Target, endpoint_group, workload_group
from components.foundation.network.service_endpoints import interface_endpoints, s3_gateway
from components.foundation.network.subnets import association, route_table, subnet
from components.foundation.network.zones import network_zones


class NetworkArgs(PlacedArgs, LoggedArgs):
    """What a network is made of."""

    cidr: str
    """Address range of the VPC, between a /16 and a /23."""
    zone_count: int
    """Availability zones, 2 or 3."""
    zone_names: NotRequired[list[str]]
    """Their names; those that have every interface endpoint are chosen unless given."""
    live_zones: list[str]
    """Zones of the private subnets that there are already, in the subnets' order."""
    egress: Egress
    """How workloads reach the internet."""
    filter: NotRequired[FilterArgs]
    """What of the internet they reach; without it, all that HTTPS leads to."""
    interface_endpoints: list[str]
    """AWS services to reach privately, by their short names such as `sagemaker.api`."""
    trusted_accounts: NotRequired[list[str]]
    """Other accounts whose buckets may be reached: those that models are promoted from."""
    query_log: bool
    """Whether the names that workloads ask for are logged."""


class Network(pulumi.ComponentResource):
    """A VPC with a private subnet in each zone, private endpoints and flow logs.

    Raises ValueError for a filter where there is no egress: nothing would pass it.
    """

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
        if "filter" in args and args["egress"] is Egress.NONE:
            raise ValueError(f"{name}: without egress there is nothing to filter")
        vpc = self._vpc(name, args["cidr"])
        planned = self._plan(name, vpc, args)
        flow_log(
            name,
            parent=self,
            vpc_id=vpc.id,
            account_id=args["account_id"],
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
        )
        log_groups = self._delivered_logs(name, args)
        s3 = s3_gateway(
            f"{name}-s3",
            parent=self,
            vpc_id=vpc.id,
            route_table_ids=[table.id for table in planned.tables],
            account_id=args["account_id"],
            trusted_accounts=args.get("trusted_accounts", []),
            region=args["region"],
        )
        routes = self._egress_routes(name, planned, args, log_groups)
        if QUERIES in log_groups:
            query_log(name, parent=self, vpc_id=vpc.id, log=log_groups[QUERIES])
        subnet_ids = []
        for index, (placed, table) in enumerate(zip(planned.private, planned.tables, strict=True)):
            after: list[pulumi.Resource] = [s3, *routes[index : index + 1]]
            routed = association(
                f"{name}-private-{index + 1}-routes",
                parent=self,
                subnet=placed,
                table=table,
                after=after,
            )
            subnet_ids.append(routed.subnet_id)

        self.vpc_id = vpc.id
        self.private_subnet_ids = cast("pulumi.Output[list[str]]", pulumi.Output.all(*subnet_ids))
        self.workload_security_group_id = workload_group(
            f"{name}-workloads",
            parent=self,
            vpc_id=vpc.id,
            s3_prefix_list_id=s3.prefix_list_id,
            endpoints=self._reach_services(name, args),
            internet=args["egress"] is not Egress.NONE,
        ).id
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "private_subnet_ids": self.private_subnet_ids,
                "workload_security_group_id": self.workload_security_group_id,
            }
        )

    def _vpc(self, name: str, cidr: str) -> aws.ec2.Vpc:
        """The VPC, whose default group is closed so that nothing can use it."""
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=cidr,
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
        return vpc

    def _plan(self, name: str, vpc: aws.ec2.Vpc, args: NetworkArgs) -> NetworkPlan:
        """Zones, each with a private subnet and its route table."""
        plan = plan_cidrs(args["cidr"], args["zone_count"])
        numbers = range(args["zone_count"])
        zones = network_zones(
            args["zone_count"],
            args["interface_endpoints"],
            parent=self,
            region=args["region"],
            named=args.get("zone_names", []),
            live=args["live_zones"],
        )
        private = [
            subnet(
                f"{name}-private-{number + 1}",
                parent=self,
                vpc_id=vpc.id,
                cidr=plan.private[number],
                zone=zones[number],
            )
            for number in numbers
        ]
        return NetworkPlan(
            vpc_id=vpc.id,
            plan=plan,
            zones=[placed.availability_zone for placed in private],
            private=private,
            tables=[
                route_table(f"{name}-private-{number + 1}", parent=self, vpc_id=vpc.id)
                for number in numbers
            ],
        )

    def _delivered_logs(self, name: str, args: NetworkArgs) -> DeliveredLogs:
        """The log groups that AWS's network services deliver to, open to them."""
        filtered = "filter" in args and args["filter"]["by"] is FilterBy.FIREWALL
        return delivered_logs(
            name,
            [*([FIREWALL_LOG] if filtered else []), *([QUERIES] if args["query_log"] else [])],
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            account_id=args["account_id"],
            region=args["region"],
        )

    def _egress_routes(
        self, name: str, planned: NetworkPlan, args: NetworkArgs, log_groups: DeliveredLogs
    ) -> list[aws.ec2.Route]:
        """The private subnets' routes to the internet."""
        count = args["egress"].gateways(args["zone_count"])
        if not count:
            return []
        chosen = args.get("filter")
        firewall: EgressFirewall | None = None
        if chosen and chosen["by"] is FilterBy.DNS:
            dns_firewall(
                name,
                parent=self,
                vpc_id=planned.vpc_id,
                domains=chosen["domains"],
                region=args["region"],
            )
        elif chosen:
            firewall = egress_firewall(
                name,
                parent=self,
                vpc_id=planned.vpc_id,
                vpc_cidr=args["cidr"],
                subnets=firewall_subnets(name, parent=self, network=planned, count=count),
                domains=chosen["domains"],
                region=args["region"],
                log=log_groups[FIREWALL_LOG],
            )
        return egress_routes(name, parent=self, network=planned, count=count, firewall=firewall)

    def _reach_services(self, name: str, args: NetworkArgs) -> Target | None:
        """Make the interface endpoints; where they are, or None if none are asked for."""
        if not args["interface_endpoints"]:
            return None
        group = endpoint_group(
            f"{name}-endpoints", parent=self, vpc_id=self.vpc_id, vpc_cidr=args["cidr"]
        )
        interface_endpoints(
            name,
            parent=self,
            vpc_id=self.vpc_id,
            subnet_ids=self.private_subnet_ids,
            group_id=group.id,
            services=args["interface_endpoints"],
            account_id=args["account_id"],
            region=args["region"],
        )
        return {"referenced_security_group_id": group.id}
