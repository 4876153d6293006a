"""How a training goes, by what the cluster says of its job and of its pods.

A job that fails may have no words for it; its pods have: how a container ended, and what it left in
the file that SageMaker reads, too.
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .jobs import FETCH, TRAIN

HOUR = 3600
PULL_SECONDS = 600
"""How long an image may not be there, since a registry may be away for a while."""
WAIT_HOURS = 24
"""How long a job waits for its share and for a node, as what is queued may."""
SPARE_SECONDS = HOUR
"""What fetching and keeping may take beside the training."""
STUCK = (
    *("CreateContainerConfigError", "CreateContainerError", "ErrImagePull", "ImageInspectError"),
    *("ImagePullBackOff", "InvalidImageName"),
)


class State(NamedTuple):
    """How a training goes."""

    ended: bool
    failure: str = ""
    """Why it failed; empty for one that did not."""


GOES_ON = State(ended=False)


def state(
    job: Mapping[str, Any], pods: Sequence[Mapping[str, Any]], seconds: int, now: datetime
) -> State:
    """How a job goes. `seconds` are those that its training may take."""
    over, message = _over(job.get("status") or {})
    if over == "succeeded":
        return State(ended=True)
    if over == "failed":
        return State(True, next(_ends(pods, seconds), "") or message or "the job failed")
    age = (now - _time(job["metadata"]["creationTimestamp"])).total_seconds()
    begun = any(_begun(pod) for pod in pods)
    for pod in pods:
        for container, waiting in _waiting(pod):
            since = (now - _time(pod["metadata"]["creationTimestamp"])).total_seconds()
            if waiting.get("reason") in STUCK and since > PULL_SECONDS:
                said = f"{waiting['reason']}: {waiting.get('message', '')}"
                return State(True, f"the container {container} does not start: {said}")
    if not begun and age > WAIT_HOURS * HOUR:
        return State(True, f"no node took it within {WAIT_HOURS} hours: {_why_pending(pods)}")
    if age > WAIT_HOURS * HOUR + seconds + SPARE_SECONDS:
        return State(True, "it neither ended nor was stopped in its time")
    return GOES_ON


def _over(status: Mapping[str, Any]) -> tuple[str, str]:
    """Whether a TrainJob or a RayJob has succeeded or failed, and what it says of it."""
    for condition in status.get("conditions") or []:
        if condition.get("status") == "True" and condition["type"] in ("Complete", "Failed"):
            said = f"{condition.get('reason', '')}: {condition.get('message', '')}"
            return ("succeeded" if condition["type"] == "Complete" else "failed"), said
    if status.get("jobDeploymentStatus") == "Complete" and status.get("jobStatus") == "SUCCEEDED":
        return "succeeded", ""
    if status.get("jobDeploymentStatus") in ("Complete", "Failed", "ValidationFailed"):
        reasons = [status.get("reason"), status.get("message")]
        return "failed", ": ".join(str(each) for each in reasons if each)
    return "", ""


def _ends(pods: Sequence[Mapping[str, Any]], seconds: int) -> Iterator[str]:
    """Why pods failed, in the words that SageMaker has for it where it has any."""
    for pod in pods:
        status = pod.get("status") or {}
        if status.get("reason") == "DeadlineExceeded":
            yield f"MaxRuntimeExceeded: still running after {seconds} seconds"
        elif status.get("reason"):
            yield f"its pod was ended: {status['reason']}: {status.get('message', '')}"
        for name, ended in _terminated(pod):
            if not ended.get("exitCode"):
                continue
            said = str(ended.get("message") or "").strip()
            why = f"{ended.get('reason')}, exit code {ended['exitCode']}"
            if ended.get("reason") == "OOMKilled":
                yield f"{name} took more memory than training.pods.memory_gib: {why}"
            elif name == TRAIN:
                yield f"AlgorithmError: exit code {ended['exitCode']}: {said}"
            elif name == FETCH:
                yield f"its channels could not be fetched: {why}: {said}"
            else:
                yield f"the container {name} failed: {why}: {said}"


def _begun(pod: Mapping[str, Any]) -> bool:
    return any(
        "running" in (each.get("state") or {}) or "terminated" in (each.get("state") or {})
        for each in _containers(pod)
    )


def _waiting(pod: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in _containers(pod):
        if waiting := (each.get("state") or {}).get("waiting"):
            yield each["name"], waiting


def _terminated(pod: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in _containers(pod):
        if ended := (each.get("state") or {}).get("terminated"):
            yield each["name"], ended


def _containers(pod: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    status = pod.get("status") or {}
    yield from status.get("initContainerStatuses") or []
    yield from status.get("containerStatuses") or []


def _why_pending(pods: Sequence[Mapping[str, Any]]) -> str:
    for pod in pods:
        for condition in (pod.get("status") or {}).get("conditions") or []:
            if condition.get("status") == "False" and condition.get("message"):
                return str(condition["message"])
    return "it waits for its team's share, or its pods are not made"


def _time(text: str) -> datetime:
    """A time as Kubernetes writes it, to the second and in UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
