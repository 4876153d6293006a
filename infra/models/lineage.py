"""Where a version comes from and where it goes: from the tables of its data to its endpoint.

It is told of what the registry keeps with a version, and of the graph that SageMaker records of
jobs, versions and endpoints: https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from botocore.exceptions import ClientError

from infra.models.endpoints import coming, endpoint, serving
from infra.models.place import Place
from infra.models.reports import why_served
from infra.models.shapes import EndpointShape, WhyShape

KINDS: Mapping[str, str] = {
    "DataSet": "data",
    "ProcessingJob": "job",
    "TrainingJob": "job",
    "TransformJob": "job",
    "ModelDeployment": "deployment",
    "ModelGroup": "group",
}
"""What a node is called, by SageMaker's type; others are called as theirs is."""
UNKNOWN = ("AccessDenied", "AccessDeniedException", "ResourceNotFound", "ValidationException")
"""What SageMaker answers whom it does not tell of lineage."""


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
    recorded: list[NodeShape] | None
    """The same as SageMaker has recorded it, by data, image, job, model, version, deployment and
    endpoint; None where it tells nothing of the version."""


def lineage(place: Place, model: str, number: int | None) -> LineageShape:
    """The way of a version; of the approved one, or else the newest, unless one is named.

    Raises InputError for a version that is not there, and botocore's errors.
    """
    served = endpoint(place, model)
    found = why_served(place, model, number, served)
    return {
        "model": model,
        "version": found["version"],
        "nodes": [*nodes(found, served)],
        "recorded": recorded(place, found["arn"]),
    }


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


def recorded(place: Place, package: str) -> list[NodeShape] | None:
    """What SageMaker has recorded of a version, from the data on; None where it tells nothing.

    Raises botocore's errors.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_QueryLineage.html
    """
    sagemaker = place.client("sagemaker")
    try:
        start = sagemaker.list_artifacts(SourceUri=package)["ArtifactSummaries"]
        if not start:
            return None
        arn = start[0]["ArtifactArn"]
        before, ways_to = _along(sagemaker, arn, "Ascendants")
        after, ways_from = _along(sagemaker, arn, "Descendants")
        vertices = {one["Arn"]: one for one in [*reversed(before), *after]}
        names = {arn: _name(sagemaker, one) for arn, one in vertices.items()}
    except ClientError as error:
        if error.response["Error"]["Code"] in UNKNOWN:
            return None
        raise
    kinds = {
        arn: "version" if names[arn] == package else _kind(one) for arn, one in vertices.items()
    }
    led_to: dict[str, list[str]] = {arn: [] for arn in vertices}
    for way in (*ways_to, *ways_from):
        kind = kinds.get(way["DestinationArn"])
        if kind and kind not in led_to.get(way["SourceArn"], [kind]):
            led_to[way["SourceArn"]].append(kind)
    return [{"kind": kinds[arn], "name": names[arn], "led_to": led_to[arn]} for arn in vertices]


def _along(sagemaker: Any, start: str, direction: str) -> tuple[list[Any], list[Any]]:
    """What leads to a thing or comes of it, nearest first, and the associations between them."""
    vertices: list[Any] = []
    edges: list[Any] = []
    more: dict[str, str] = {}
    while True:
        found = sagemaker.query_lineage(
            StartArns=[start], Direction=direction, IncludeEdges=True, **more
        )
        vertices += found.get("Vertices", [])
        edges += found.get("Edges", [])
        if not found.get("NextToken"):
            return vertices, edges
        more = {"NextToken": found["NextToken"]}


def _name(sagemaker: Any, vertex: Mapping[str, str]) -> str:
    """Where a thing is, or what a job or an endpoint is called."""
    if vertex["LineageType"] == "Artifact":
        told = sagemaker.describe_artifact(ArtifactArn=vertex["Arn"])
        return str(told["Source"]["SourceUri"])
    return vertex["Arn"].rpartition("/")[2].partition("-aws-")[0]


def _kind(vertex: Mapping[str, str]) -> str:
    return KINDS.get(vertex["Type"], vertex["Type"].lower())
