"""What is told of a model: in a list, by itself, and of one version why it is what it is."""

from collections.abc import Sequence
from typing import Any

from components.platform.serving_image import KEPT_AS
from components.platform.version_cards.runtime.card import (
    container_of,
    digest_of,
    property_of,
    revision_of,
)
from infra.models.endpoints import coming, endpoint, serving
from infra.models.health import alarms, drift, going_off
from infra.models.place import Place, iso
from infra.models.pods import pods
from infra.models.registry import (
    COMPARISON,
    Version,
    approved,
    chosen,
    described,
    document,
    measured,
    recorded,
    versions,
    waiting,
)
from infra.models.shapes import (
    EndpointShape,
    ListedShape,
    MadeShape,
    PodsShape,
    SnapshotShape,
    StatusShape,
    TunedShape,
    WhyShape,
)
from infra.models.turns import loop_of, turns

TUNED = "tuned:"
"""What the names of a version's properties begin with that tell the best hyperparameters."""


def listed(place: Place) -> list[ListedShape]:
    """Every model of an environment, in the order of its file. Raises botocore's errors."""
    return [_listed(place, model.name) for model in place.stack.platform.models]


def _listed(place: Place, model: str) -> ListedShape:
    found = versions(place, model)
    on_pods = pods(place, model)
    serves = None if on_pods else endpoint(place, model)
    return {
        "model": model,
        "approved": _number(approved(found)),
        "serving": on_pods["version"] if on_pods else serving(serves),
        "endpoint": serves["status"] if serves else None,
        "pods": on_pods,
        "hours": _hours(place, model),
        "waiting": [one.number for one in waiting(found)],
        "alarms": going_off(alarms(place, model)),
    }


def _hours(place: Place, model: str) -> str | None:
    platform = place.stack.platform
    stays = any(one.name == model and one.serving.always_on for one in platform.models)
    return None if stays or platform.hours is None else platform.hours.text


def status(place: Place, model: str) -> StatusShape:
    """What a model is at. Raises botocore's errors."""
    found, watched = versions(place, model), alarms(place, model)
    loop = loop_of(place, model)
    return {
        "model": model,
        "group": place.group(model),
        "approved": _number(approved(found)),
        "waiting": [one.shape() for one in waiting(found)],
        "endpoint": endpoint(place, model),
        "pods": pods(place, model),
        "hours": _hours(place, model),
        "alarms": watched,
        "drift": drift(place, model, watched),
        "loop": loop,
        "turns": turns(place, loop),
    }


def why(place: Place, model: str, number: int | None) -> WhyShape:
    """Why a version is what it is; of the approved one, or else the newest, unless one is named.

    Raises InputError for a version that is not there, and botocore's errors.
    """
    return why_served(place, model, number, endpoint(place, model))


def why_served(
    place: Place, model: str, number: int | None, serves: EndpointShape | None
) -> WhyShape:
    """The same where the model's endpoint is known already."""
    found = versions(place, model)
    version = chosen(model, found, number)
    package = described(place, version)
    kind, metrics = measured(place, package)
    container = container_of(package)
    made_in = property_of(package, KEPT_AS)
    image = made_in or container.get("Image")
    compared = document(place, property_of(package, COMPARISON))
    changed = package.get("LastModifiedTime")
    return {
        "model": model,
        "version": version.number,
        "arn": version.arn,
        "status": version.status,
        "created": iso(version.created),
        "decision": package.get("ApprovalDescription") or None,
        "changed": iso(changed) if changed else None,
        "snapshot": _snapshot(place, property_of(package, "snapshot")),
        "code": revision_of(package),
        "image": image,
        "image_digest": digest_of({"Image": image} if made_in else container),
        "tuned": _tuned(package),
        "kind": kind,
        "metrics": metrics,
        "comparison": recorded(compared) if compared else None,
        "execution": property_of(package, "execution"),
        "rollout": came_of(version, found, on_pods)
        if (on_pods := pods(place, model))
        else rollout(version, found, serves),
    }


def serving_version(place: Place, model: str) -> int | None:
    """The version that serves a model, wherever that is; None where none does or it is unknown."""
    if on_pods := pods(place, model):
        return on_pods["version"]
    return serving(endpoint(place, model))


def came_of(version: Version, found: Sequence[Version], on_pods: PodsShape) -> str | None:
    """What came of a deployment to Kubernetes; None where that cannot be told any more."""
    if on_pods["there"] and on_pods["version"] == version.number:
        return _had(on_pods)
    if version.status == "PendingManualApproval":
        return "it was not deployed: it waits for a decision"
    if version not in approved(found)[:1]:
        return None
    if on_pods["there"] is None:
        return f"whether it is deployed is unknown: {on_pods['unknown_because']}"
    other = f"version {on_pods['version'] or 'unknown'}" if on_pods["there"] else "none"
    return f"it is not deployed yet: KServe has {other}"


def _had(on_pods: PodsShape) -> str:
    """What KServe says of the version that it has."""
    if on_pods["ready"] is None:
        return f"KServe has it; whether it serves is unknown: {on_pods['unknown_because']}"
    if on_pods["ready"]:
        return "it serves: KServe says that it is ready"
    why = f": {on_pods['message']}" if on_pods["message"] else ""
    return f"KServe has it and says that it is not ready{why}"


def rollout(version: Version, found: Sequence[Version], serves: EndpointShape | None) -> str | None:
    """What came of a version's deployment; None where that cannot be told any more."""
    if serves and version.number in coming(serves):
        return f"it is being deployed: the endpoint is {serves['status']}"
    if serves and serving(serves) == version.number:
        return f"it serves: the endpoint is {serves['status']}"
    if version.status == "PendingManualApproval":
        return "it was not deployed: it waits for a decision"
    if version not in approved(found)[:1]:
        return None
    if serves is None:
        return "it is not deployed yet: there is no endpoint"
    failure = f": {serves['failure']}" if serves["failure"] else ""
    return (
        f"it does not serve, version {serving(serves) or 'unknown'} does: its deployment is still "
        f"to come, or was rolled back{failure}"
    )


def _tuned(package: dict[str, Any]) -> TunedShape | None:
    properties: dict[str, str] = package.get("CustomerMetadataProperties") or {}
    if "tuning" not in properties:
        return None
    found = {
        key.removeprefix(TUNED): value for key, value in properties.items() if key.startswith(TUNED)
    }
    return {"job": properties["tuning"], "training": properties.get("training"), "found": found}


def _snapshot(place: Place, uri: str | None) -> SnapshotShape | None:
    if uri is None:
        return None
    read: dict[str, Any] = document(place, uri) or {}
    files = read.get("files")
    return {
        "uri": uri,
        "rows": read.get("rows"),
        "sha256": read.get("sha256"),
        "files": len(files) if files is not None else None,
        "made_of": _made_of(read.get("made_of")),
    }


def _made_of(read: dict[str, Any] | None) -> MadeShape | None:
    """What a note says, whoever wrote it: what it lacks is unknown."""
    if not read:
        return None
    return {
        "as_of": str(read.get("as_of", "")),
        "query": str(read.get("query", "")),
        "tables": [
            {"table": each["table"], "snapshot": each.get("snapshot")}
            for each in read.get("tables", [])
        ],
    }


def _number(found: Sequence[Version]) -> int | None:
    return found[0].number if found else None
