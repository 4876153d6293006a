"""What of an environment is open: to the internet, to other accounts, to tokens of other hosts."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from catalog.answers import ACCOUNT
from infra.across import ties
from infra.graph import Graph, Resource
from infra.settings import StackFile

ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET = "aws:s3/bucket:Bucket"
BUILD = "aws:codebuild/project:Project"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
PULL_REQUESTS = "maslow:index:PullRequestPreview"
VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
FILTERS = {
    "aws:networkfirewall/firewall:Firewall": "AWS Network Firewall",
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": "DNS Firewall",
}
NAMED = 3
"""How many names are told before the rest are counted."""

Allowed = Sequence[tuple[Resource, dict[str, Any]]]
"""Statements that allow something and say whom, each with its resource."""


def openings(graph: Graph, stack: StackFile) -> list[tuple[str, str]]:
    """What is open and to whom, each as a word or two and a sentence; empty where nothing is."""
    allowed = list(_statements(graph))
    return [
        *_internet(graph, stack),
        *_public(graph, allowed),
        *_accounts(graph, stack, allowed),
        *_tokens(allowed),
    ]


def _internet(graph: Graph, stack: StackFile) -> Iterator[tuple[str, str]]:
    if vpc := stack.platform.network.vpc:
        how = "jobs may use them" if vpc.internet else "jobs may use none"
        yield "internet", f"the ways out are those of {vpc.id}: {how}"
    elif gateways := len(graph.of_type(NAT_GATEWAY)):
        by = " and ".join(name for type_, name in FILTERS.items() if graph.of_type(type_))
        filtered = f"filtered by {by}" if by else "unfiltered"
        yield "internet", f"jobs reach it by {_number(gateways, 'NAT gateway')}, {filtered}"
    outside = [build for build in graph.of_type(BUILD) if "vpcConfig" not in build.inputs]
    if outside:
        yield "builds", f"{_number(len(outside), 'project')} of CodeBuild outside of the network"
    if any(resource.type == PULL_REQUESTS for resource in graph.resources):
        yield (
            "previews",
            "the code of pull requests runs by a role that reads the environment's state",
        )


def _public(graph: Graph, allowed: Allowed) -> Iterator[tuple[str, str]]:
    """What anybody reaches."""
    rules = [
        rule.name
        for rule in graph.of_type(INGRESS)
        if ANYWHERE & {rule.inputs.get("cidrIpv4"), rule.inputs.get("cidrIpv6")}
    ]
    blocked = {block.inputs.get("bucket") for block in graph.of_type(BLOCK)}
    buckets = [
        bucket.name for bucket in graph.of_type(BUCKET) if not {bucket.id, bucket.name} & blocked
    ]
    policies = [
        resource.name
        for resource, statement in allowed
        if "*" in _principals(statement, "AWS") and "Condition" not in statement
    ]
    for names, what in (
        (rules, "let in from anywhere"),
        (buckets, "may be made public: they have no public access block"),
        (policies, "allow anybody"),
    ):
        if names:
            yield "anybody", f"{_listed(names)} {what}"


def _accounts(graph: Graph, stack: StackFile, allowed: Allowed) -> Iterator[tuple[str, str]]:
    accounts = stack.platform.accounts
    for tie in ties(graph, accounts):
        told = (
            f"lets in {len(tie.lets_in):,} of its roles" if tie.lets_in else "",
            f"reaches {len(tie.reaches):,} of its resources" if tie.reaches else "",
        )
        yield tie.environment, f"account {tie.account_id}: {' and '.join(filter(None, told))}"
    others: dict[str, set[str]] = defaultdict(set)
    own = {*accounts.values(), stack.account or ACCOUNT}
    for resource, statement in allowed:
        for principal in _principals(statement, "AWS"):
            account = principal.split(":")[4] if principal.startswith("arn:") else principal
            if account.isdecimal() and account not in own:
                others[account].add(resource.name)
    for account, names in sorted(others.items()):
        yield "others", f"account {account} is let in by {_listed(sorted(names))}"


def _tokens(allowed: Allowed) -> Iterator[tuple[str, str]]:
    """Roles for whoever another host vouches for: jobs of CI, people of a SAML provider."""
    roles: dict[str, set[str]] = defaultdict(set)
    for resource, statement in allowed:
        for provider in _principals(statement, "Federated"):
            roles[provider].add(resource.name)
    for provider, names in sorted(roles.items()):
        host = provider.partition("provider/")[2] or provider
        yield "sign-in", f"{_number(len(names), 'role')} by tokens of {host}"


def _statements(graph: Graph) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """The statements that allow something, of all policies that say whom.

    Not those of endpoints in the network: they say what is reached from within.
    """
    for resource in graph.resources:
        if resource.type == VPC_ENDPOINT:
            continue
        for value in resource.inputs.values():
            if isinstance(value, str) and '"Statement"' in value and '"Principal"' in value:
                statements = json.loads(value)["Statement"]
                for each in [statements] if isinstance(statements, dict) else statements:
                    if each["Effect"] == "Allow":
                        yield resource, each


def _principals(statement: dict[str, Any], kind: str) -> list[str]:
    principal = statement.get("Principal", {})
    if isinstance(principal, str):
        return [principal] if kind == "AWS" else []
    named = principal.get(kind, [])
    return [named] if isinstance(named, str) else named


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
