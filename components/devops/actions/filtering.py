"""What filters the ways out of a network: Network Firewall, and the firewall of its resolver.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsnetworkfirewall.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53resolver.html
"""

from components.devops.actions.grant import OURS, Grant, Table, linked_role, listed

FIREWALL, POLICY = "firewall/{name}", "firewall-policy/{name}"
RULES = "stateful-rulegroup/{name} stateless-rulegroup/{name}"


def _firewall(noun: str, on: str, *, update: str, beside: str = "") -> tuple[Grant, ...]:
    """A resource of Network Firewall; what uses others needs them named `beside` it."""
    return (
        Grant(
            "network-firewall",
            f"{on} {beside}",
            create=f"Create{noun}",
            read=f"Describe{noun}",
            update=update,
        ),
        Grant(
            "network-firewall",
            on,
            read="ListTagsForResource",
            update="TagResource UntagResource",
            delete=f"Delete{noun}",
        ),
    )


def _resolver(
    on: str, create: str, read: str, update: str = "", delete: str = "", *, tagged: bool = True
) -> Grant:
    tags = "TagResource UntagResource" if tagged else ""
    return Grant(
        "route53resolver",
        on,
        create=create,
        read=f"{read} ListTagsForResource" if tagged else read,
        update=f"{update} {tags}",
        delete=delete,
        when=OURS,
    )


TABLE: Table = {
    "aws:networkfirewall/firewall:Firewall": (
        *_firewall(
            "Firewall",
            FIREWALL,
            beside=POLICY,
            update="AssociateFirewallPolicy",
        ),
        Grant(
            "network-firewall",
            FIREWALL,
            update="AssociateSubnets DisassociateSubnets UpdateFirewallDeleteProtection "
            "UpdateFirewallDescription UpdateFirewallPolicyChangeProtection "
            "UpdateSubnetChangeProtection",
        ),
        # The firewall's endpoints are made with the caller's permissions.
        Grant("ec2", "*", create="CreateVpcEndpoint", delete="DeleteVpcEndpoints", when=OURS),
        listed("ec2", "Describe*"),
        linked_role("network-firewall.amazonaws.com"),
    ),
    "aws:networkfirewall/firewallPolicy:FirewallPolicy": _firewall(
        "FirewallPolicy", POLICY, beside=RULES, update="UpdateFirewallPolicy"
    ),
    "aws:networkfirewall/loggingConfiguration:LoggingConfiguration": (
        Grant(
            "network-firewall",
            FIREWALL,
            create="UpdateLoggingConfiguration",
            read="DescribeLoggingConfiguration",
        ),
        Grant(
            "logs",
            create="CreateLogDelivery PutResourcePolicy",
            update="UpdateLogDelivery",
            delete="DeleteLogDelivery",
            reason="a delivery of logs has no ARN",
        ),
        listed(
            "logs",
            "DescribeLogGroups DescribeResourcePolicies GetLogDelivery ListLogDeliveries",
        ),
    ),
    "aws:networkfirewall/ruleGroup:RuleGroup": _firewall(
        "RuleGroup", RULES, update="UpdateRuleGroup"
    ),
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": (
        _resolver("firewall-config/*", "UpdateFirewallConfig", "GetFirewallConfig", tagged=False),
        listed("ec2", "Describe*"),
    ),
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": (
        _resolver(
            "firewall-domain-list/*",
            "CreateFirewallDomainList",
            "GetFirewallDomainList ListFirewallDomains",
            "UpdateFirewallDomains",
            "DeleteFirewallDomainList",
        ),
    ),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": (
        _resolver(
            "firewall-rule-group/* firewall-domain-list/*",
            "CreateFirewallRule",
            "ListFirewallRules",
            "UpdateFirewallRule",
            "DeleteFirewallRule",
            tagged=False,
        ),
    ),
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": (
        _resolver(
            "firewall-rule-group/*",
            "CreateFirewallRuleGroup",
            "GetFirewallRuleGroup",
            delete="DeleteFirewallRuleGroup",
        ),
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        _resolver(
            "firewall-rule-group-association/* firewall-rule-group/*",
            "AssociateFirewallRuleGroup",
            "GetFirewallRuleGroupAssociation",
            "UpdateFirewallRuleGroupAssociation",
            "DisassociateFirewallRuleGroup",
        ),
        listed("ec2", "Describe*"),
    ),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": (
        _resolver(
            "resolver-query-log-config/*",
            "CreateResolverQueryLogConfig",
            "GetResolverQueryLogConfig",
            delete="DeleteResolverQueryLogConfig",
        ),
        Grant(
            "logs",
            create="CreateLogDelivery PutResourcePolicy",
            delete="DeleteLogDelivery",
            reason="a delivery of logs has no ARN",
        ),
        listed("logs", "DescribeLogGroups DescribeResourcePolicies"),
        linked_role("route53resolver.amazonaws.com"),
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": (
        _resolver(
            "resolver-query-log-config/*",
            "AssociateResolverQueryLogConfig",
            "GetResolverQueryLogConfig",
            delete="DisassociateResolverQueryLogConfig",
            tagged=False,
        ),
        listed("route53resolver", "GetResolverQueryLogConfigAssociation"),
        listed("ec2", "Describe*"),
    ),
}
