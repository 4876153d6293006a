"""How a training goes, by what a cluster says of it."""

from datetime import UTC, datetime, timedelta

import pytest

from components.platform.pod_training.runtime.states import state

MADE = datetime(2026, 11, 28, 12, tzinfo=UTC)
JOB = {"metadata": {"creationTimestamp": "2026-11-28T12:00:00Z"}}
FAILED = {"conditions": [{"type": "Failed", "status": "True", "reason": "JobsFailed"}]}
RUNNING = {"name": "train", "state": {"running": {}}}


def pod(*containers, **status):
    return {
        "metadata": {"creationTimestamp": "2026-11-28T12:00:00Z"},
        "status": {"initContainerStatuses": [*containers], **status},
    }


def ended(name, code, reason="Error", message=""):
    told = {"exitCode": code, "reason": reason, "message": message}
    return {"name": name, "state": {"terminated": told}}


def waiting(reason):
    return {"name": "train", "state": {"waiting": {"reason": reason, "message": "not found"}}}


def after(job, *pods, hours=0.0):
    return state(job, pods, 7200, MADE + timedelta(hours=hours))


@pytest.mark.parametrize(
    "status",
    [
        {"conditions": [{"type": "Complete", "status": "True"}]},
        {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"},
    ],
    ids=["TrainJob", "RayJob"],
)
def test_one_that_is_complete_has_succeeded(status):
    assert after({**JOB, "status": status}) == (True, "")


@pytest.mark.parametrize(
    ("pods", "said"),
    [
        ([pod(ended("train", 1, message="no column x"))], "AlgorithmError: exit code 1: no column"),
        ([pod(ended("train", 137, "OOMKilled"))], "more memory than training.pods.memory_gib"),
        ([pod(ended("fetch-channels", 1, message="AccessDenied"))], "channels could not be fetch"),
        ([pod(ended("node", 1, message="NoSuchBucket"))], "container node failed: Error"),
        ([pod(reason="DeadlineExceeded")], "MaxRuntimeExceeded: still running after 7200 seconds"),
        ([pod(reason="Evicted", message="disk")], "its pod was ended: Evicted: disk"),
        ([], "JobsFailed: "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_why_one_failed_is_told_by_its_pods_or_else_by_itself(pods, said):
    found = after({**JOB, "status": FAILED}, *pods)
    assert found.ended
    assert said in found.failure


def test_a_job_of_rays_that_failed_tells_why():
    status = {"jobDeploymentStatus": "Failed", "reason": "AppFailed", "message": "exit code 1"}
    assert after({**JOB, "status": status}) == (True, "AppFailed: exit code 1")


def test_an_image_that_does_not_come_fails_it_once_a_registry_had_time():
    assert not after(JOB, pod(waiting("ImagePullBackOff")), hours=0.1).ended
    found = after(JOB, pod(waiting("ImagePullBackOff")), hours=0.2)
    assert found.failure == "the container train does not start: ImagePullBackOff: not found"
    assert not after(JOB, pod(waiting("PodInitializing")), hours=0.2).ended


def test_what_waits_is_waited_for_a_day_and_what_runs_for_its_time():
    unfit = {"conditions": [{"status": "False", "message": "0/3 nodes are available"}]}
    assert not after(JOB, pod(**unfit), hours=23).ended
    found = after(JOB, pod(**unfit), hours=25)
    assert found.failure == "no node took it within 24 hours: 0/3 nodes are available"
    assert "its team's share" in after(JOB, hours=25).failure
    assert not after(JOB, pod(RUNNING), hours=25).ended
    assert "neither ended nor was stopped" in after(JOB, pod(RUNNING), hours=28).failure
