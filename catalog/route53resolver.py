"""DNS Firewall and the log of queries, which pulumi-aws has among Route 53.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53_Resolver.html
"""

from catalog.record import Call, Tags, Type

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
    ),
)
