"""DNS Firewall and the log of queries, which pulumi-aws has among Route 53.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53_Resolver.html
"""

from catalog.record import OURS, Call, Grant, Iam, Tags, Type, arn_of, linked_role, listed

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53resolver.html"
"""Which actions there are, and on what."""

SERVICE = "route53resolver"
REQUEST = {"CreatorRequestId": "maslow"}
RULE = {
    "FirewallRuleGroupId": "{firewallRuleGroupId}",
    "FirewallDomainListId": "{firewallDomainListId}",
}
TAGS = Tags(
    Call("TagResource", given={"ResourceArn": "{arn}"}),
    Call("UntagResource", given={"ResourceArn": "{arn}", "TagKeys": "{removed}"}),
)

TYPES = (
    Type(
        "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
        SERVICE,
        create=Call("UpdateFirewallConfig"),
        read=Call("GetFirewallConfig", given={"ResourceId": "{resourceId}"}),
        update=(
            Call(
                "UpdateFirewallConfig",
                takes=("firewallFailOpen",),
                given={"ResourceId": "{resourceId}"},
            ),
        ),
        delete=Call(
            "UpdateFirewallConfig",
            given={"ResourceId": "{resourceId}", "FirewallFailOpen": "DISABLED"},
        ),
        emulated=False,
        id="rslvr-fc-{hex}",
        outputs={"ownerId": "{account}"},
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="firewall-config/*",
            when=OURS,
            grants=(
                # The provider looks it up by its id, which only a listing tells.
                listed(
                    "route53resolver",
                    "ListFirewallConfigs",
                    source="https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/route53resolver/firewall_config.go",
                ),
                listed("ec2", "Describe*", source=AUTHORIZATION),
            ),
        ),
    ),
    Type(
        "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
        SERVICE,
        name="name",
        limit=64,
        create=Call("CreateFirewallDomainList", takes=("name", "tags"), given=REQUEST),
        read=Call(
            "GetFirewallDomainList",
            given={"FirewallDomainListId": "{id}"},
            at="FirewallDomainList",
            outputs={"arn": "Arn"},
        ),
        steps=(
            Call(
                "UpdateFirewallDomains",
                takes=("domains",),
                given={"FirewallDomainListId": "{id}", "Operation": "REPLACE"},
            ),
        ),
        delete=Call("DeleteFirewallDomainList", given={"FirewallDomainListId": "{id}"}),
        tags=TAGS,
        emulated=False,
        id="rslvr-fdl-{hex}",
        cloudformation="AWS::Route53Resolver::FirewallDomainList",
        outputs={"arn": arn_of("route53resolver", "firewall-domain-list/rslvr-fdl-{hex}")},
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="firewall-domain-list/*",
            when=OURS,
            read="ListFirewallDomains ListTagsForResource",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
        SERVICE,
        name="name",
        limit=64,
        create=Call("CreateFirewallRuleGroup", given=REQUEST),
        read=Call(
            "GetFirewallRuleGroup",
            given={"FirewallRuleGroupId": "{id}"},
            at="FirewallRuleGroup",
            outputs={"arn": "Arn"},
        ),
        delete=Call("DeleteFirewallRuleGroup", given={"FirewallRuleGroupId": "{id}"}),
        tags=TAGS,
        emulated=False,
        id="rslvr-frg-{hex}",
        cloudformation="AWS::Route53Resolver::FirewallRuleGroup",
        outputs={
            "arn": arn_of("route53resolver", "firewall-rule-group/rslvr-frg-{hex}"),
            "ownerId": "{account}",
        },
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(on="firewall-rule-group/*", when=OURS, read="ListTagsForResource"),
    ),
    Type(
        "aws:route53/resolverFirewallRule:ResolverFirewallRule",
        SERVICE,
        name="name",
        limit=64,
        create=Call("CreateFirewallRule", names={"qType": "Qtype"}, given=REQUEST),
        read=Call("ListFirewallRules", given={"FirewallRuleGroupId": "{firewallRuleGroupId}"}),
        update=(Call("UpdateFirewallRule", names={"qType": "Qtype"}),),
        replaces=("firewallRuleGroupId", "firewallDomainListId", "qType"),
        delete=Call("DeleteFirewallRule", given={**RULE, "Qtype": "{qType}"}),
        emulated=False,
        id="{firewallRuleGroupId}:{firewallDomainListId}",
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(on="firewall-rule-group/* firewall-domain-list/*", when=OURS),
    ),
    Type(
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        SERVICE,
        name="name",
        limit=64,
        create=Call("AssociateFirewallRuleGroup", given=REQUEST),
        read=Call(
            "GetFirewallRuleGroupAssociation",
            given={"FirewallRuleGroupAssociationId": "{id}"},
            at="FirewallRuleGroupAssociation",
            outputs={"arn": "Arn"},
        ),
        update=(
            Call(
                "UpdateFirewallRuleGroupAssociation",
                takes=("name", "priority", "mutationProtection"),
                given={"FirewallRuleGroupAssociationId": "{id}"},
            ),
        ),
        delete=Call(
            "DisassociateFirewallRuleGroup", given={"FirewallRuleGroupAssociationId": "{id}"}
        ),
        tags=TAGS,
        emulated=False,
        id="rslvr-frgassoc-{hex}",
        cloudformation="AWS::Route53Resolver::FirewallRuleGroupAssociation",
        outputs={
            "arn": arn_of("route53resolver", "firewall-rule-group-association/rslvr-frgassoc-{hex}")
        },
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="firewall-rule-group-association/* firewall-rule-group/*",
            when=OURS,
            read="ListTagsForResource",
            grants=(listed("ec2", "Describe*"),),
        ),
    ),
    Type(
        "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig",
        SERVICE,
        name="name",
        limit=64,
        create=Call("CreateResolverQueryLogConfig", given=REQUEST),
        read=Call(
            "GetResolverQueryLogConfig",
            given={"ResolverQueryLogConfigId": "{id}"},
            at="ResolverQueryLogConfig",
            outputs={"arn": "Arn"},
        ),
        delete=Call("DeleteResolverQueryLogConfig", given={"ResolverQueryLogConfigId": "{id}"}),
        tags=TAGS,
        emulated=False,
        id="rqlc-{hex}",
        cloudformation="AWS::Route53Resolver::ResolverQueryLoggingConfig",
        outputs={
            "arn": arn_of("route53resolver", "resolver-query-log-config/rqlc-{hex}"),
            "ownerId": "{account}",
        },
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="resolver-query-log-config/*",
            when=OURS,
            read="ListTagsForResource",
            grants=(
                Grant(
                    "logs",
                    create="CreateLogDelivery PutResourcePolicy",
                    delete="DeleteLogDelivery",
                    reason="a delivery of logs has no ARN",
                ),
                listed("logs", "DescribeLogGroups DescribeResourcePolicies"),
                linked_role("route53resolver.amazonaws.com"),
            ),
        ),
    ),
    Type(
        "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
        SERVICE,
        create=Call("AssociateResolverQueryLogConfig"),
        read=Call(
            "GetResolverQueryLogConfigAssociation",
            given={"ResolverQueryLogConfigAssociationId": "{id}"},
        ),
        delete=Call(
            "DisassociateResolverQueryLogConfig",
            given={
                "ResolverQueryLogConfigId": "{resolverQueryLogConfigId}",
                "ResourceId": "{resourceId}",
            },
        ),
        emulated=False,
        id="rqlca-{hex}",
        cloudformation="AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="resolver-query-log-config/*",
            when=OURS,
            read="GetResolverQueryLogConfig",
            source=AUTHORIZATION,
            grants=(
                listed("route53resolver", "GetResolverQueryLogConfigAssociation"),
                listed("ec2", "Describe*"),
            ),
        ),
    ),
)
