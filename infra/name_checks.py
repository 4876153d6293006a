"""Whether the engine and AWS would take the names of a graph: no two alike, none too long.

The names that people choose (of models, of feature groups, of what their own package declares) meet
those of the platform in the graph alone, and so that is where they are compared.
"""

from collections.abc import Iterator

import catalog
from catalog.record import Type
from infra.graph import Graph, Resource
from infra.naming import Names
from infra.settings import Mistake, StackFile
from infra.settings.mistakes import Path
from infra.settings.stackfile import refused

ADDED_BY_PULUMI = "-1a2b3c4"
"""What Pulumi adds to a resource's name, where it makes the name in AWS of it."""


def check_names(graph: Graph, stack: StackFile) -> None:
    """Raise SettingsError for names that the engine or AWS would not take."""
    # A name that is taken shows in many resources: the first tells enough.
    found: dict[Path, Mistake] = {}
    for mistake in (*_taken(graph, stack), *_too_long(graph, stack)):
        found.setdefault(mistake.path, mistake)
    if found:
        raise refused(stack, found.values())


def stands_apart(model: str, graph: Graph, stack: StackFile) -> bool:
    """Whether a model that a graph lacks could not bring a name that is taken.

    No name in the graph begins as the model's own would, nor does that of another model.
    """
    others = (each.name for each in stack.platform.models if each.name != model)
    if any(_begins(other, model) or _begins(model, other) for other in others):
        return False
    head = Names(graph.project, graph.stack)(model)
    return not any(
        _begins(name, head)
        for resource in graph.resources
        for name in (resource.name, _given(resource))
    )


def _taken(graph: Graph, stack: StackFile) -> Iterator[Mistake]:
    seen: set[tuple[str, str]] = set()
    repeated = [graph.by_urn[urn] for urn in graph.repeated]
    for resource in graph.resources:
        if entry := _entry(resource):
            if entry.name and not _given(resource):
                continue  # Pulumi adds what tells it from others
            here = (catalog.key_of(entry), resource.id)
            if here in seen:
                repeated.append(resource)
            seen.add(here)
    for resource in repeated:
        name = _given(resource) or resource.name
        yield Mistake(
            _chosen(resource, name, graph, stack),
            f"there would be two of {_kind(resource)} {name}.",
            "Choose another name: the platform has this one, or something else in the file.",
        )


def _too_long(graph: Graph, stack: StackFile) -> Iterator[Mistake]:
    for resource in graph.resources:
        entry = _entry(resource)
        if entry is None or not entry.name:
            continue
        name = _given(resource)
        if not name and entry.autonamed:
            name = f"{entry.prefix}{resource.name}{ADDED_BY_PULUMI}"
        if len(name) > entry.limit:
            yield Mistake(
                _chosen(resource, name, graph, stack),
                f"{_kind(resource)} {name} would have a name of {len(name)} characters.",
                f"AWS takes {entry.limit}"
                + ("." if _given(resource) else f", of which Pulumi adds {len(ADDED_BY_PULUMI)}."),
            )


def _entry(resource: Resource) -> Type | None:
    """The record of what AWS has of it, None for what is no resource of AWS or not known."""
    if not resource.in_aws:
        return None
    try:
        return catalog.entry_of(resource.type, resource.inputs)
    except catalog.UnknownType:
        return None


def _given(resource: Resource) -> str:
    """Its name in AWS, if the program gives it one."""
    entry = _entry(resource)
    given = resource.inputs.get(entry.name) if entry else None
    return given if isinstance(given, str) else ""


def _chosen(resource: Resource, name: str, graph: Graph, stack: StackFile) -> Path:
    """The setting by which a name was chosen, as far as names tell; the longest that fits."""
    settings = stack.platform
    parent: Resource | None = resource
    while parent and parent.parent in graph.by_urn:
        parent = graph.by_urn[parent.parent]
    if settings.custom and parent and parent.name == "custom":
        return ("custom", "module")
    names = Names(graph.project, graph.stack)
    chosen: list[tuple[str, Path]] = [
        *(
            (names(model.name), ("models", index, "name"))
            for index, model in enumerate(settings.models)
        ),
        *(
            (names(f"{group.name}-v{group.version}"), ("features", index, "name"))
            for index, group in enumerate(settings.features)
        ),
    ]
    fitting = [
        (head, path) for head, path in chosen if _begins(name, head) or _begins(resource.name, head)
    ]
    return max(fitting, default=("", ()), key=lambda each: len(each[0]))[1]


def _begins(name: str, head: str) -> bool:
    return name == head or name.startswith(f"{head}-")


def _kind(resource: Resource) -> str:
    return resource.type.rpartition(":")[2]
