"""The plan as a person reads it: the graph as a tree by need, with counts and protection."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rich.text import Text
from rich.tree import Tree

from infra.graph import STACK_TYPE, Graph, Resource

SHOWN_OF_A_KIND = 4
"""How many components of one class are listed before the rest fold into a line."""


def tree(graph: Graph) -> Tree:
    """The graph as a tree: need, component, and under each the resources it declares.

    Components of one class fold into one line from the fifth on.
    """
    children = _by_parent(graph.resources)
    needs = [r for r in graph.resources if _is_top_level(r) and not r.custom]
    root = Tree(Text(f"{graph.project} {graph.stack}", style="bold"), guide_style="dim")
    for need in needs:
        owned = list(_custom_below(need, children))
        branch = root.add(Text.assemble((need.name, "bold cyan"), _counts(owned)))
        direct = [child for child in children[need.urn] if child.custom]
        if direct:
            branch.add(Text(_kinds(direct), style="dim"))
        _add_components(branch, [c for c in children[need.urn] if not c.custom], children)
    return root


def totals(graph: Graph) -> str:
    """One sentence: how many resources, of them protected, and kept."""
    managed = graph.managed
    components = sum(not r.custom for r in graph.resources)
    protected = sum(bool(r.options.get("protect")) for r in managed)
    kept = sum(bool(r.options.get("retainOnDelete")) for r in managed)
    return (
        f"{len(managed):,} resources in {components:,} components; {protected:,} protected from "
        f"deletion, {kept:,} kept when the stack is destroyed."
    )


def _add_components(
    branch: Tree, components: Sequence[Resource], children: dict[str, list[Resource]]
) -> None:
    by_class: dict[str, list[Resource]] = defaultdict(list)
    for component in components:
        by_class[component.type].append(component)
    for type_, same in by_class.items():
        for component in same[:SHOWN_OF_A_KIND]:
            owned = list(_custom_below(component, children))
            leaf = branch.add(
                Text.assemble((_kind(type_), "green"), f" {component.name}", _counts(owned))
            )
            leaf.add(Text(_kinds(owned), style="dim"))
        folded = same[SHOWN_OF_A_KIND:]
        if folded:
            owned = [r for component in folded for r in _custom_below(component, children)]
            branch.add(
                Text.assemble(
                    f"… and {len(folded):,} more ", (_kind(type_), "green"), _counts(owned)
                )
            )


def _by_parent(resources: Iterable[Resource]) -> dict[str, list[Resource]]:
    children: dict[str, list[Resource]] = defaultdict(list)
    for resource in resources:
        children[resource.parent].append(resource)
    return children


def _is_top_level(resource: Resource) -> bool:
    return f"::{STACK_TYPE}::" in resource.parent


def _custom_below(resource: Resource, children: dict[str, list[Resource]]) -> Iterable[Resource]:
    for child in children[resource.urn]:
        if child.custom:
            yield child
        else:
            yield from _custom_below(child, children)


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
