"""What a rule finds wrong with a resource."""

from dataclasses import dataclass

from infra.graph import Resource


@dataclass(frozen=True)
class Finding:
    """One resource that a rule does not allow."""

    rule: str
    """Id of the rule, which is the name of its module."""
    type: str
    """Pulumi type token of the resource."""
    resource: str
    """Logical name of the resource."""
    message: str
    """What is wrong, and what would be right."""


def found(rule: str, resource: Resource, message: str) -> Finding:
    """A finding of the rule whose module is called `rule` (`__name__` will do)."""
    return Finding(rule.rpartition(".")[2], resource.type, resource.name, message)
