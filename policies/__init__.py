"""Rules over the recorded graph, one a module: a function from a graph to what it finds wrong.

They read the graph alone, so that they hold for resources of a team's own as for the platform's.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from infra.graph import Graph
from policies.finding import Finding

Rule = Callable[[Graph], list[Finding]]


def rules() -> list[Rule]:
    """Every rule: the function of a module that is called as the module is."""
    names = sorted(module.name for module in iter_modules(__path__))
    found = (getattr(import_module(f"{__name__}.{name}"), name, None) for name in names)
    return [rule for rule in found if rule]


def findings(graph: Graph) -> list[Finding]:
    """What all rules find wrong with a graph."""
    return [finding for rule in rules() for finding in rule(graph)]
