"""The inline policies of a component's roles, and what they allow."""

import json
from fnmatch import fnmatchcase
from typing import Any

from infra.graph import Graph


def policies(graph: Graph, head: str) -> dict[str, Any]:
    """The documents by the names of their resources, after `head`, which all begin with."""
    return {
        each.name.removeprefix(head): json.loads(each.inputs["policy"])
        for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")
    }


def allowed(policy: Any, action: str, resource: str) -> bool:
    """Whether a statement names the action, and a pattern that the resource fits."""
    return any(
        action in statement["Action"]
        and any(fnmatchcase(resource, each) for each in statement["Resource"])
        for statement in policy["Statement"]
    )
