"""The plan as a person reads it: the graph as a tree by need, with counts and protection."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rich.text import Text
from rich.tree import Tree

from infra.graph import Graph, Resource

SHOWN_OF_A_KIND = 4
"""How many components of one class are listed before the rest fold into a line."""


def tree(graph: Graph) -> Tree:
    """The graph as a tree: need, component, and under each the resources it declares.

    Components of one class fold into one line from the fifth on.
    """
    root = Tree(Text(f"{graph.project} {graph.stack}", style="bold"), guide_style="dim")
    for need in graph.needs:
        owned = list(graph.below(need))
        branch = root.add(Text.assemble((need.name, "bold cyan"), _counts(owned)))
        children = graph.children.get(need.urn, [])
        direct = [child for child in children if child.custom]
        if direct:
            branch.add(Text(_kinds(direct), style="dim"))
        _add_components(branch, [child for child in children if not child.custom], graph)
    return root


def totals(graph: Graph) -> str:
    """One sentence: how many resources, of them protected, and kept."""
    managed = [*graph.managed, *graph.objects]
    components = sum(not r.custom for r in graph.resources)
    protected = sum(bool(r.options.get("protect")) for r in managed)
    kept = sum(bool(r.options.get("retainOnDelete")) for r in managed)
    return (
        f"{graph.counted} in {components:,} components; {protected:,} protected from "
        f"deletion, {kept:,} kept when the stack is destroyed."
    )


def _add_components(branch: Tree, components: Sequence[Resource], graph: Graph) -> None:
    by_class: dict[str, list[Resource]] = defaultdict(list)
    for component in components:
        by_class[component.type].append(component)
    for type_, same in by_class.items():
        for component in same[:SHOWN_OF_A_KIND]:
            owned = list(graph.below(component))
            leaf = branch.add(
                Text.assemble((_kind(type_), "green"), f" {component.name}", _counts(owned))
            )
            leaf.add(Text(_kinds(owned), style="dim"))
        folded = same[SHOWN_OF_A_KIND:]
        if folded:
            owned = [r for component in folded for r in graph.below(component)]
            branch.add(
                Text.assemble(
                    f"… and {len(folded):,} more ", (_kind(type_), "green"), _counts(owned)
                )
            )


def _counts(resources: Sequence[Resource]) -> Text:
    protected = sum(bool(r.options.get("protect")) for r in resources)
    text = Text(f"  {len(resources):,}")
    if protected:
        text.append(f", {protected:,} protected", style="yellow")
    return text


def _kinds(resources: Iterable[Resource]) -> str:
    counted = Counter(_kind(resource.type) for resource in resources)
    return ", ".join(kind if n == 1 else f"{kind} ×{n:,}" for kind, n in counted.items())


def _kind(type_: str) -> str:
    return type_.rpartition(":")[2]
