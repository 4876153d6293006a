"""The summary as a whole."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import catalog
from catalog.features import FEATURES
from catalog.kubernetes_versions import (
    Support,
    default_version,
    lifecycle_of,
    support_of,
    versions,
)
from catalog.service_record import Lifecycle, State
from catalog.services import by_client
from infra.days import spoken
from infra.exposure import openings
from infra.graph import Graph
from infra.settings import StackFile
from infra.summary.money import money
from infra.summary.needs import needs
from infra.summary.readers import lake_readers
from infra.summary.section import Row, Section, kinds

CLUSTER = "aws:eks/cluster:Cluster"
SOON = timedelta(days=90)
"""AWS itself tells the end of support 60 days before it, at the latest."""
NOTHING: tuple[Row, ...] = (("nothing", ""),)
LABELS = {State.CLOSED: "closed", State.ENDS: "ends", State.ENDED: "ended"}
SINCE = {State.CLOSED: "since", State.ENDS: "on", State.ENDED: "since"}


def sections(graph: Graph, stack: StackFile) -> list[Section]:
    """The whole summary, from the environment's name to what AWS retires of it."""
    return [
        Section(_head(graph, stack)),
        *needs(graph, stack),
        Section("Protected", tuple(_protected(graph))),
        *lake_readers(stack.platform),
        Section("Open", tuple(openings(graph, stack)) or NOTHING),
        money(graph, stack),
        *_retirements(graph),
    ]


def _head(graph: Graph, stack: StackFile) -> str:
    if stack.platform.cloud == "embedded":
        where = "an embedded AWS"
    else:
        where = f"account {stack.account}" if stack.account else "the account signed in to"
    return f"{graph.project} {graph.stack}: {graph.counted} in {stack.region}, {where}"


def _protected(graph: Graph) -> Iterator[Row]:
    refused = [each for each in graph.managed if each.options.get("protect")]
    kept = [each for each in graph.managed if each.options.get("retainOnDelete")]
    if refused:
        yield "refused", f"the deletion of {len(refused):,}: {kinds(refused)}"
    if kept:
        told = "" if refused else f": {kinds(kept)}"
        yield "kept", f"{len(kept):,} stay in AWS after a destroy{told}"
    if not refused and not kept:
        yield "nothing", "a destroy takes all of it, data included"


def _retirements(graph: Graph) -> Iterator[Section]:
    if rows := tuple(_retired(graph)):
        yield Section("Closed or ending", rows)


def _retired(graph: Graph) -> Iterator[Row]:
    """What AWS retires of the services and features that the graph uses."""
    types = Counter(resource.type for resource in graph.resources)
    types.update(str(resource.inputs.get("typeName")) for resource in graph.resources)
    for feature in FEATURES:
        if used := sum(types[type_] for type_ in feature.types):
            yield _ending(feature.name, feature.lifecycle, used)
    clusters = Counter(
        str(cluster.inputs.get("version") or default_version())
        for cluster in graph.of_type(CLUSTER)
    )
    yield from aging(clusters, datetime.now(UTC).date())
    known, services = catalog.entries(), by_client()
    used_by: Counter[str] = Counter()
    for type_ in types & known.keys():
        used_by[known[type_].service] += types[type_]
    for client, used in used_by.items():
        if lifecycle := services[client].lifecycle:
            yield _ending(services[client].prefix, lifecycle, used)


def aging(used: Mapping[str, int], day: date) -> Iterator[Row]:
    """What soon ends of the support of clusters, by how many have a version of Kubernetes."""
    for version, count in sorted(used.items()):
        if version not in versions():
            continue
        support, lifecycle = support_of(version, day), lifecycle_of(version, day)
        if support is not Support.STANDARD or lifecycle.date - day <= SOON:
            kind = "extended" if support is Support.ENDED else support.value
            yield _ending(f"{kind} support of Kubernetes {version}", lifecycle, count)


def _ending(name: str, lifecycle: Lifecycle, used: int) -> Row:
    state, day = lifecycle.state, spoken(lifecycle.date)
    return LABELS[state], f"{name} ({used:,} here): {state.value} {SINCE[state]} {day}"
