"""Firewalls, what they let through, and their logs.

https://docs.aws.amazon.com/network-firewall/latest/APIReference/
"""

from catalog.record import (
    OURS,
    Call,
    Grant,
    Iam,
    Per,
    Tags,
    Type,
    arn_of,
    linked_role,
    listed,
)

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsnetworkfirewall.html"
"""Which actions there are, and on what."""

SERVICE = "network-firewall"
TAGS = Tags(
    Call("TagResource", given={"ResourceArn": "{arn}"}),
    Call("UntagResource", given={"ResourceArn": "{arn}", "TagKeys": "{removed}"}),
)
OF_FIREWALL = {"FirewallArn": "{firewallArn}"}
RULE_GROUP = {"RuleGroupArn": "{id}"}
POLICY = {"FirewallPolicyArn": "{id}"}
TOKEN = {"UpdateToken": "00000000-0000-4000-8000-000000000000"}
"""AWS hands one out with each description; who sends it back has seen the last change."""


TYPES = (
    Type(
        "aws:networkfirewall/firewall:Firewall",
        SERVICE,
        name="name",
        limit=128,
        create=Call(
            "CreateFirewall", names={"name": "FirewallName"}, outputs={"id": "Firewall.FirewallArn"}
        ),
        read=Call(
            "DescribeFirewall",
            given={"FirewallArn": "{id}"},
            at="FirewallStatus",
            outputs={
                "firewallStatuses": "[{syncStates: values(SyncStates)[].{attachments: "
                "[{endpointId: Attachment.EndpointId, subnetId: Attachment.SubnetId}]}}]"
            },
        ),
        delete=Call("DeleteFirewall", given={"FirewallArn": "{id}"}),
        tags=TAGS,
        id=arn_of("network-firewall", "firewall/{name}"),
        cloudformation="AWS::NetworkFirewall::Firewall",
        outputs={
            "arn": "{id}",
            "firewallStatuses": [
                {
                    "syncStates": Per(
                        "subnetMappings",
                        {"attachments": [{"endpointId": "vpce-{hex}", "subnetId": "{subnetId}"}]},
                    )
                }
            ],
        },
        holds_no_data="it lets traffic through; its logs are elsewhere",
        iam=Iam(
            on="firewall/{name}",
            read="ListTagsForResource",
            grants=(
                Grant(
                    "network-firewall",
                    "firewall/{name} firewall-policy/{name}",
                    create="CreateFirewall",
                    read="DescribeFirewall",
                    update="AssociateFirewallPolicy",
                ),
                Grant(
                    "network-firewall",
                    "firewall/{name}",
                    update="AssociateSubnets DisassociateSubnets UpdateFirewallDeleteProtection "
                    "UpdateFirewallDescription UpdateFirewallPolicyChangeProtection "
                    "UpdateSubnetChangeProtection",
                ),
                # The firewall's endpoints are made with the caller's permissions.
                Grant(
                    "ec2", "*", create="CreateVpcEndpoint", delete="DeleteVpcEndpoints", when=OURS
                ),
                listed("ec2", "Describe*"),
                linked_role("network-firewall.amazonaws.com"),
            ),
        ),
    ),
    Type(
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        SERVICE,
        name="name",
        limit=128,
        create=Call("CreateFirewallPolicy", names={"name": "FirewallPolicyName"}),
        read=Call(
            "DescribeFirewallPolicy",
            given=POLICY,
            at="FirewallPolicyResponse",
            outputs={"arn": "FirewallPolicyArn"},
        ),
        update=(
            Call(
                "UpdateFirewallPolicy",
                takes=("firewallPolicy", "description", "encryptionConfiguration"),
                given={**POLICY, **TOKEN},
            ),
        ),
        delete=Call("DeleteFirewallPolicy", given=POLICY),
        tags=TAGS,
        emulated=False,
        id=arn_of("network-firewall", "firewall-policy/{name}"),
        cloudformation="AWS::NetworkFirewall::FirewallPolicy",
        outputs={"arn": "{id}"},
        holds_no_data="a policy is written anew from the program",
        iam=Iam(
            on="firewall-policy/{name} stateful-rulegroup/{name} stateless-rulegroup/{name}",
            grants=(
                Grant(
                    "network-firewall",
                    "firewall-policy/{name}",
                    read="ListTagsForResource",
                    update="TagResource UntagResource",
                    delete="DeleteFirewallPolicy",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:networkfirewall/loggingConfiguration:LoggingConfiguration",
        SERVICE,
        id="{firewallArn}",
        create=Call("UpdateLoggingConfiguration"),
        read=Call(
            "DescribeLoggingConfiguration",
            given=OF_FIREWALL,
            at="LoggingConfiguration.LogDestinationConfigs",
        ),
        update=(
            Call(
                "UpdateLoggingConfiguration",
                takes=("loggingConfiguration", "enableMonitoringDashboard"),
                given=OF_FIREWALL,
            ),
        ),
        replaces=("firewallArn",),
        delete=Call(
            "UpdateLoggingConfiguration",
            given={**OF_FIREWALL, "LoggingConfiguration": {"LogDestinationConfigs": []}},
        ),
        cloudformation="AWS::NetworkFirewall::LoggingConfiguration",
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="firewall/{name}",
            grants=(
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
        ),
    ),
    Type(
        "aws:networkfirewall/ruleGroup:RuleGroup",
        SERVICE,
        name="name",
        limit=128,
        create=Call("CreateRuleGroup", names={"name": "RuleGroupName"}),
        read=Call(
            "DescribeRuleGroup",
            given=RULE_GROUP,
            at="RuleGroupResponse",
            outputs={"arn": "RuleGroupArn"},
        ),
        update=(
            Call(
                "UpdateRuleGroup",
                takes=("ruleGroup", "rules", "description", "encryptionConfiguration"),
                given={**RULE_GROUP, **TOKEN},
            ),
        ),
        delete=Call("DeleteRuleGroup", given=RULE_GROUP),
        tags=TAGS,
        emulated=False,
        id=arn_of("network-firewall", "stateful-rulegroup/{name}"),
        cloudformation="AWS::NetworkFirewall::RuleGroup",
        outputs={"arn": "{id}"},
        holds_no_data="rules and settings are written anew from the program",
        iam=Iam(
            on="stateful-rulegroup/{name} stateless-rulegroup/{name}",
            grants=(
                Grant(
                    "network-firewall",
                    "stateful-rulegroup/{name} stateless-rulegroup/{name}",
                    read="ListTagsForResource",
                    update="TagResource UntagResource",
                    delete="DeleteRuleGroup",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
