"""Where a version comes from and where it goes: from the tables of its data to its endpoint.

It is told of what the registry keeps with a version. Of trainings in AWS, SageMaker keeps a graph
of its own: https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking.html
"""

from collections.abc import Iterator
from typing import TypedDict

from infra.models.endpoints import coming, endpoint, serving
from infra.models.place import Place
from infra.models.reports import why_served
from infra.models.shapes import EndpointShape, WhyShape


class NodeShape(TypedDict):
    """A thing that the way goes through."""

    kind: str
    """table, snapshot, code, image, execution, version or endpoint."""
    name: str
    """What it is called: a table with its snapshot, a URI, a revision, an ARN."""
    led_to: list[str]
    """Kinds of what was made of it, or serves it."""


class LineageShape(TypedDict):
    """What `lineage` prints."""

    model: str
    version: int
    nodes: list[NodeShape]
    """From the data on."""


def lineage(place: Place, model: str, number: int | None) -> LineageShape:
    """The way of a version; of the approved one, or else the newest, unless one is named.

    Raises InputError for a version that is not there, and botocore's errors.
    """
    served = endpoint(place, model)
    found = why_served(place, model, number, served)
    return {"model": model, "version": found["version"], "nodes": [*nodes(found, served)]}


def nodes(found: WhyShape, served: EndpointShape | None) -> Iterator[NodeShape]:
    """The things that are known of a way, from the data on."""
    snapshot, execution = found["snapshot"], found["execution"]
    trained = ["execution" if execution else "version"]
    for table in (snapshot["made_of"] or {"tables": []})["tables"] if snapshot else []:
        at = f", snapshot {table['snapshot']}" if table["snapshot"] else ""
        yield {"kind": "table", "name": f"{table['table']}{at}", "led_to": ["snapshot"]}
    if snapshot:
        yield {"kind": "snapshot", "name": snapshot["uri"], "led_to": trained}
    if found["code"]:
        yield {"kind": "code", "name": found["code"], "led_to": trained}
    if found["image"]:
        yield {"kind": "image", "name": found["image"], "led_to": trained}
    if execution:
        yield {"kind": "execution", "name": execution, "led_to": ["version"]}
    serves = served is not None and (
        serving(served) == found["version"] or found["version"] in coming(served)
    )
    yield {"kind": "version", "name": found["arn"], "led_to": ["endpoint"] if serves else []}
    if served and serves:
        yield {"kind": "endpoint", "name": served["name"], "led_to": []}
