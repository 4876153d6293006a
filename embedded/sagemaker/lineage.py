"""A graph of lineage: what was made of what, and the way through it.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-entities.html
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MOST_DEPTH = 10
"""Associations from the start, and as many unless told.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QueryLineage.html
"""
ASCENDANTS, DESCENDANTS, BOTH = "Ascendants", "Descendants", "Both"


@dataclass(frozen=True)
class Entity:
    """Something that was made, or that made something."""

    arn: str
    lineage_type: str
    """Artifact, Action, Context or TrialComponent."""
    type: str
    """Such as DataSet, Image, Model, TrainingJob or Endpoint."""
    name: str
    source: str
    """Where it is: an S3 URI, an image, or the ARN of what it stands for."""
    created: datetime
    told: Mapping[str, Any] = field(default_factory=dict)
    """What else it was created with."""


@dataclass(frozen=True)
class Association:
    """One thing's part in another, by their ARNs."""

    source: str
    destination: str
    kind: str
    """ContributedTo, AssociatedWith, DerivedFrom, Produced or SameAs."""
    created: datetime


class Graph:
    """Entities by their ARNs, and their associations."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = {}
        self.associations: dict[tuple[str, str], Association] = {}

    def add(self, entity: Entity) -> Entity:
        """Keep an entity; one that is there already is the same, and stays."""
        return self.entities.setdefault(entity.arn, entity)

    def join(self, source: Entity, destination: Entity, kind: str, created: datetime) -> None:
        """Keep an association of two entities."""
        found = Association(source.arn, destination.arn, kind, created)
        self.associations.setdefault((source.arn, destination.arn), found)

    def within(self, start: str, direction: str, depth: int) -> tuple[list[str], list[Association]]:
        """The ARNs that lead from a start or to it, nearest first, and the associations between.

        The start is among them. In `Both` directions each thing that is met is looked from in both.
        """
        distance, waiting, passed = {start: 0}, deque([start]), dict[tuple[str, str], Association]()
        while waiting:
            here = waiting.popleft()
            if distance[here] == depth:
                continue
            for association, there in self._beside(here, direction):
                passed[association.source, association.destination] = association
                if there not in distance:
                    distance[there] = distance[here] + 1
                    waiting.append(there)
        return list(distance), list(passed.values())

    def _beside(self, arn: str, direction: str) -> Iterator[tuple[Association, str]]:
        for each in self.associations.values():
            if each.destination == arn and direction in (ASCENDANTS, BOTH):
                yield each, each.source
            if each.source == arn and direction in (DESCENDANTS, BOTH):
                yield each, each.destination


def fits(entity: Entity, filters: Mapping[str, Any]) -> bool:
    """Whether an entity passes the Filters of QueryLineage; what is not asked passes all."""
    before, after = filters.get("CreatedBefore"), filters.get("CreatedAfter")
    wanted: Iterable[tuple[str, str]] = (
        (entity.type, "Types"),
        (entity.lineage_type, "LineageTypes"),
    )
    return (
        all(not filters.get(key) or value in filters[key] for value, key in wanted)
        and (before is None or entity.created.timestamp() <= float(before))
        and (after is None or entity.created.timestamp() >= float(after))
    )
