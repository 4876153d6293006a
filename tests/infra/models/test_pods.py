"""A model on Kubernetes: what is not seen is unknown, and never said to be undeployed."""

import json
import os
import sys
from dataclasses import replace
from functools import cache

import pytest

from components.mlops.kubernetes_serving.objects import annotations
from embedded.kubernetes.manifests import Folder
from infra.models import logs, reports, shapes
from infra.models.place import Place
from infra.models.pods import API, KIND
from infra.naming import Names
from scripts import model_decisions, model_words
from tests.embedded.extensions import kubernetes
from tests.json_shapes import misfits

MODEL, NAME, CLUSTER = "readmission", "maslow-dev-readmission", "maslow-dev-kubernetes"


def kept(canary=None, **condition):
    """KServe's object of version 1."""
    status = {"conditions": [{"type": "Ready", **condition}]} if condition else {}
    pods = {"vcpus": 1, "memory_gib": 1, "gpus": 0, "min": 1, "max": 1}
    told = {"name": NAME, "namespace": "oncology", "annotations": annotations("1", pods, None)}
    spec = {"predictor": {} if canary is None else {"canaryTrafficPercent": canary}}
    return {"apiVersion": API, "kind": KIND, "metadata": told, "spec": spec, "status": status}


@pytest.fixture
def place(cloud, project):
    """A stack with a model on Kubernetes, in the account of the tests."""
    return Place(Names("maslow", "dev"), project.stack("kubernetes"), cache(cloud.client))


@pytest.fixture
def kubectl(cloud, tmp_path, monkeypatch):
    """Has the cluster be there, and a kubectl that tells an object, or fails with a text."""
    cloud.client("eks").create_cluster(**kubernetes.request(cloud, CLUSTER))
    monkeypatch.setenv("PATH", str(tmp_path))

    def answers(told=None, fails=""):
        text = json.dumps(told) if told else ""
        (tmp_path / "aws").write_text("#!/bin/sh\n")
        (tmp_path / "kubectl").write_text(
            f"#!{sys.executable}\nimport sys\n"
            f"assert sys.argv[-5:] == "
            f"['inferenceservices.serving.kserve.io', {NAME!r}, '--ignore-not-found', "
            f"'--output', 'json'], sys.argv\n"
            f"print({text!r})\nsys.exit({fails!r} or 0)\n"
        )
        for name in ("aws", "kubectl"):
            (tmp_path / name).chmod(0o755)

    return answers


def listed(place, capsys):
    """What the list says of the model, after its shape was looked at."""
    found = reports.listed(place)
    assert misfits(found, list[shapes.ListedShape]) == []
    model_words.print_list(found[:1])
    return capsys.readouterr().out.removeprefix(f"  {MODEL}").strip()


def test_kserve_tells_which_version_serves_and_whether_it_is_ready(
    place, register, kubectl, capsys
):
    register("Approved")
    register("PendingManualApproval")
    kubectl(kept(status="True"))
    says = "KServe in oncology has version 1"
    assert listed(place, capsys) == f"{says}, which serves, waiting for a decision: 2"
    assert reports.why(place, MODEL, None)["rollout"] == "it serves: KServe says that it is ready"
    kubectl(kept(canary=10, status="True"))
    assert listed(place, capsys).startswith(f"{says} as a canary of 10% of the requests, which ser")
    kubectl(kept(status="False", message="no node"))
    assert listed(place, capsys).startswith(f"{says}, which is not ready: no node")
    kubectl(kept())
    status = reports.status(place, MODEL)
    assert misfits(status, shapes.StatusShape) == []
    model_words.print_status(status)
    assert f"Pods      {says}, and whether it serves is unknown: KServe" in capsys.readouterr().out


def test_what_the_cluster_does_not_tell_is_unknown_with_the_reason(
    place, register, kubectl, capsys, monkeypatch
):
    register("Approved")
    kubectl(fails="Unable to connect to the server: i/o timeout")
    because = "unknown: Unable to connect to the server: i/o timeout"
    assert listed(place, capsys) == f"what serves is {because}, version 1 is approved"
    assert reports.why(place, MODEL, None)["rollout"] == f"whether it is deployed is {because}"
    monkeypatch.setenv("PATH", os.devnull)
    assert listed(place, capsys).startswith("what serves is unknown: kubectl is not on the path")


def test_what_is_seen_not_to_be_there_is_not_deployed(place, register, kubectl, capsys, cloud):
    register("Approved")
    kubectl()
    says = f"not deployed: KServe in oncology has no {NAME}, version 1 is approved"
    assert listed(place, capsys) == says
    cloud.client("eks").delete_cluster(name=CLUSTER)
    assert listed(place, capsys) == says


def test_the_embedded_aws_tells_the_object_that_it_keeps_and_runs_no_pods(
    place, register, capsys, tmp_path
):
    class Running:
        def manifests(self):
            return tmp_path

    register("Approved")
    embedded = replace(place, running=Running())
    assert reports.serving_version(embedded, MODEL) is None
    Folder(tmp_path / CLUSTER).write(kept())
    assert reports.serving_version(embedded, MODEL) == 1
    assert model_decisions._served(embedded, MODEL, 1) == (
        "KServe has version 1, which no pod serves here"
    )
    because = "whether it serves is unknown: the embedded AWS runs no pods"
    assert listed(embedded, capsys) == f"KServe in oncology has version 1, and {because}"
    assert reports.why(embedded, MODEL, None)["rollout"] == f"KServe has it; {because}"


def test_what_pods_print_is_in_no_log_group(place):
    assert logs.sources(place, MODEL) == []
    assert logs.of_pods(place, MODEL)[:5] == [
        *("kubectl", "--namespace", "oncology", "logs", "--selector")
    ]
    assert logs.of_pods(place, "stay") is None
    assert [one.name for one in logs.sources(place, "stay")] == ["endpoint"]
