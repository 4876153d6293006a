"""What an environment has to do with the accounts of others, as its graph names them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text
from rich.tree import Tree

from infra.graph import Graph

ARN = re.compile(r"arn:aws:([a-z0-9-]+):[a-z0-9-]*:(\d{12})?:([^\s\"'\\,]+)")
ACCOUNT_ITSELF = "root"
"""The principal beside which a condition names the roles that are let in."""


@dataclass(frozen=True)
class Ties:
    """What an environment has to do with the account of another one."""

    environment: str
    account_id: str
    lets_in: tuple[str, ...]
    """Names of its roles that policies of resources here let in, `*` for any part; sorted."""
    reaches: tuple[str, ...]
    """What of it is named here: service and resource, `*` for any part; sorted."""


def ties(graph: Graph, accounts: Mapping[str, str]) -> Iterator[Ties]:
    """The ties of a graph to other accounts; `accounts` gives that of each environment."""
    named = {
        match.groups()
        for resource in graph.resources
        for match in ARN.finditer(json.dumps(resource.inputs))
    }
    for environment, account_id in accounts.items():
        start = f"{graph.project}-{environment}-"
        there = sorted(
            (service, what)
            for service, of, what in named
            # A bucket's ARN tells of no account.
            if of == account_id or (not of and what.startswith(start))
        )
        if account_id == accounts.get(graph.stack) or not there:
            continue
        roles = [what for service, what in there if service == "iam" and what != ACCOUNT_ITSELF]
        reached = [f"{service} {what}" for service, what in there if service != "iam"]
        lets_in = (role.removeprefix("role/") for role in roles)
        yield Ties(environment, account_id, tuple(lets_in), tuple(reached))


def tree(graph: Graph, accounts: Mapping[str, str]) -> Tree | None:
    """The ties as a tree, None where there are none."""
    found = list(ties(graph, accounts))
    if not found:
        return None
    own = accounts.get(graph.stack, "")
    root = Tree(Text(f"across accounts, from {own}", style="bold"), guide_style="dim")
    for tie in found:
        branch = root.add(Text.assemble((tie.environment, "bold cyan"), f"  {tie.account_id}"))
        for what, names in (("lets in its roles", tie.lets_in), ("reaches", tie.reaches)):
            if names:
                leaf = branch.add(Text(what, style="green"))
                for name in names:
                    leaf.add(Text(name, style="dim", overflow="fold"))
    return root
