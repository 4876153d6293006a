"""A firewall on the way out: what is said in a TLS or HTTP greeting decides, not the address."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.network.domains import firewall_targets, own_domains
from components.foundation.network.network_logs import DeliveredLog

CAPACITY = 500
"""Rules that the group has room for, for ever: a change would replace it. A domain takes two."""


class FilterBy(enum.Enum):
    """What decides which domains of the internet can be reached."""

    DNS = "dns"
    """Route 53 Resolver DNS Firewall: only allowed names resolve. Who knows an address is free."""
    FIREWALL = "firewall"
    """AWS Network Firewall: only connections to allowed names pass, whatever their address."""


class FilterArgs(TypedDict):
    """What of the internet may be reached."""

    by: FilterBy
    """What decides it."""
    domains: list[str]
    """Names such as `data.example.org`; `*.data.example.org` is all below it."""


@dataclass(frozen=True)
class EgressFirewall:
    """A firewall and where it stands."""

    firewall: aws.networkfirewall.Firewall
    subnets: Sequence[aws.ec2.Subnet]
    """Where its endpoints stand, and nothing else."""

    @property
    def endpoint_ids(self) -> list[pulumi.Output[str]]:
        """Id of the endpoint in each of its subnets, for routes to lead to."""
        return [
            pulumi.Output.all(self.firewall.firewall_statuses, subnet.id).apply(
                lambda known: endpoint_of(*known)
            )
            for subnet in self.subnets
        ]


def endpoint_of(statuses: Sequence[Any], subnet_id: str) -> str:
    """The endpoint in a subnet, in the statuses that AWS describes a firewall by.

    Raises LookupError where the firewall has none there.
    """
    for status in statuses:
        for state in status["sync_states"]:
            for attachment in state["attachments"]:
                if attachment["subnet_id"] == subnet_id:
                    return str(attachment["endpoint_id"])
    raise LookupError(f"the firewall has no endpoint in {subnet_id}")


def egress_firewall(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    vpc_cidr: str,
    subnets: Sequence[aws.ec2.Subnet],
    domains: Sequence[str],
    region: str,
    log: DeliveredLog,
) -> EgressFirewall:
    """A firewall with an endpoint in each of `subnets`, which hold nothing else.

    It lets connections through whose greeting (TLS server name, HTTP host) bears an allowed
    domain or AWS's own, drops all others, and logs what it drops and every flow. A client that
    lies about the name it wants is believed. An endpoint costs about 290 US dollars a month.

    Its rules are encrypted by AWS's own key: they say no more than the stack file does.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
    """
    opts = pulumi.ResourceOptions(parent=parent)
    rules = aws.networkfirewall.RuleGroup(
        f"{name}-domains",
        name=f"{name}-domains",
        type="STATEFUL",
        capacity=CAPACITY,
        rule_group={
            "rule_variables": {
                "ip_sets": [{"key": "HOME_NET", "ip_set": {"definitions": [vpc_cidr]}}]
            },
            "rules_source": {
                "rules_source_list": {
                    "generated_rules_type": "ALLOWLIST",
                    "target_types": ["TLS_SNI", "HTTP_HOST"],
                    "targets": firewall_targets([*own_domains(region), *domains]),
                }
            },
            "stateful_rule_options": {"rule_order": "STRICT_ORDER"},
        },
        opts=opts,
    )
    policy = aws.networkfirewall.FirewallPolicy(
        f"{name}-policy",
        name=f"{name}-policy",
        firewall_policy={
            "stateless_default_actions": ["aws:forward_to_sfe"],
            "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
            "stateful_engine_options": {
                "rule_order": "STRICT_ORDER",
                "stream_exception_policy": "DROP",
            },
            # A connection must be made, and its whole greeting be there (that of post-quantum
            # TLS takes two packets), before it can be judged; what the server says is let be.
            "stateful_default_actions": [
                "aws:drop_established_app_layer_to_server",
                "aws:alert_established_app_layer_to_server",
            ],
            "stateful_rule_group_references": [{"priority": 1, "resource_arn": rules.arn}],
        },
        opts=opts,
    )
    firewall = aws.networkfirewall.Firewall(
        f"{name}-firewall",
        name=f"{name}-firewall",
        vpc_id=vpc_id,
        firewall_policy_arn=policy.arn,
        subnet_mappings=[{"subnet_id": subnet.id} for subnet in subnets],
        opts=opts,
    )
    aws.networkfirewall.LoggingConfiguration(
        f"{name}-firewall-logging",
        firewall_arn=firewall.arn,
        logging_configuration={
            "log_destination_configs": [
                {
                    "log_type": log_type,
                    "log_destination_type": "CloudWatchLogs",
                    "log_destination": {"logGroup": log.group.name},
                }
                for log_type in ("ALERT", "FLOW")
            ]
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[log.opened]),
    )
    return EgressFirewall(firewall, subnets)
