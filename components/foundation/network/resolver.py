"""Names in the network: which may be resolved, and a log of each that was asked for."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.foundation.network.domains import own_domains
from components.foundation.network.network_logs import DeliveredLog

ALLOW_PRIORITY, BLOCK_PRIORITY = 100, 200
GROUP_PRIORITY = 101
"""100 and less, and 9900 and more, are AWS Firewall Manager's.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_AssociateFirewallRuleGroup.html
"""


def dns_firewall(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    domains: Sequence[str],
    region: str,
) -> aws.route53.ResolverFirewallRuleGroupAssociation:
    """A DNS Firewall of the VPC: `domains` and AWS's own names resolve, and no other.

    A domain may begin with `*.` for all below it. Where it is an alias of another (as those of
    content networks are), that one is trusted too. If the firewall itself fails, nothing resolves.

    It costs next to nothing (0.60 US dollars for a million queries), and who knows an address
    needs no name: it keeps the honest and the careless in, not someone who means to get out.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
    """
    opts = pulumi.ResourceOptions(parent=parent)
    group = aws.route53.ResolverFirewallRuleGroup(f"{name}-names", name=f"{name}-names", opts=opts)
    rules: list[pulumi.Resource] = []
    for rule, priority, listed in (
        ("allowed", ALLOW_PRIORITY, [*own_domains(region), *domains]),
        ("others", BLOCK_PRIORITY, ["*"]),
    ):
        names = aws.route53.ResolverFirewallDomainList(
            f"{name}-{rule}", name=f"{name}-{rule}", domains=listed, opts=opts
        )
        blocks = rule == "others"
        rules.append(
            aws.route53.ResolverFirewallRule(
                f"{name}-{rule}-rule",
                name=rule,
                firewall_rule_group_id=group.id,
                firewall_domain_list_id=names.id,
                priority=priority,
                action="BLOCK" if blocks else "ALLOW",
                block_response="NXDOMAIN" if blocks else None,
                firewall_domain_redirection_action="TRUST_REDIRECTION_DOMAIN",
                opts=opts,
            )
        )
    aws.route53.ResolverFirewallConfig(
        f"{name}-closed", resource_id=vpc_id, firewall_fail_open="DISABLED", opts=opts
    )
    return aws.route53.ResolverFirewallRuleGroupAssociation(
        f"{name}-names-in-vpc",
        name=f"{name}-names",
        firewall_rule_group_id=group.id,
        vpc_id=vpc_id,
        priority=GROUP_PRIORITY,
        # Until all rules are there, the group would let through what the last one blocks.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=rules),
    )


def query_log(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    log: DeliveredLog,
) -> None:
    """Log every name that the VPC asks for, and what was answered.

    Answers that the resolver has in its cache are not logged again, so it stays small.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs.html
    """
    config = aws.route53.ResolverQueryLogConfig(
        f"{name}-query-log",
        name=f"{name}-queries",
        destination_arn=log.group.arn,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[log.opened]),
    )
    aws.route53.ResolverQueryLogConfigAssociation(
        f"{name}-query-log-of-vpc",
        resolver_query_log_config_id=config.id,
        resource_id=vpc_id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
