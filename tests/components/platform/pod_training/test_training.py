"""What trains a model on Kubernetes: its objects, as a cluster takes them, and its roles."""

import json

import pytest

from components.platform.pod_training.objects import runtime_files
from components.platform.pod_training.runtime.ask import Asker
from components.platform.pod_training.runtime.jobs import objects
from components.platform.pod_training.training import PodTraining
from infra.graph import record
from tests.components.platform.pod_training.some_cluster import REQUEST, TOLD, cluster
from tests.role_policies import allowed, policies

KEY = "arn:aws:kms:eu-west-1:123456789012:key"
HEAD = "maslow-dev-readmission-trains-"
ARGS = {
    "model": "readmission",
    "pipeline_name": "maslow-dev-readmission",
    "object_name": "readmission-train",
    "namespace": "oncology",
    "cluster": "maslow-dev",
    "cluster_arn": "arn:aws:eks:eu-west-1:123456789012:cluster/maslow-dev",
    "by": "trainer",
    "pods": TOLD["pods"],
    "queue": "default",
    "runtime_image": TOLD["runtime_image"],
    "data_bucket": "curated",
    "data_prefix": "readmission",
    "data_key_arn": f"{KEY}/data",
    "artifacts_bucket": "artifacts",
    "artifacts_key_arn": f"{KEY}/artifacts",
    "messages_key_arn": f"{KEY}/messages",
    "topic_arn": "arn:aws:sns:eu-west-1:123456789012:critical",
    "subnet_ids": ["subnet-1"],
    "security_group_id": "sg-1",
    "account_id": "123456789012",
    "region": "eu-west-1",
}
VERSIONS = {"core/v1": "v1", "apps/v1": "apps/v1", "rbac.authorization.k8s.io/v1": None}


def graph_of(**changes):
    return record(lambda: PodTraining("maslow-dev-readmission-trains", {**ARGS, **changes}))


def manifests(graph):
    """The objects by their kinds and names, as the provider sends them."""
    found = {}
    for each in graph.objects:
        if each.type.startswith("kubernetes:"):
            _, version, kind = each.type.split(":")
            api = VERSIONS[version] or version
            manifest = {**each.inputs, "apiVersion": api, "kind": kind}
            found[kind, manifest["metadata"]["name"]] = manifest
    return found


def told(graph):
    """What the pod that asks is told."""
    deployment = manifests(graph)["Deployment", "readmission-train"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return json.loads({each["name"]: each["value"] for each in container["env"]}["TOLD"])


def test_the_cluster_takes_every_object_and_what_is_asked_by_them(tmp_path):
    made, graph = cluster(tmp_path), graph_of()
    for (kind, name), manifest in manifests(graph).items():
        if kind != "ServiceAccount":  # some_cluster has them
            assert made.create(manifest)[0].name == name
    for each in objects(told(graph), REQUEST):
        made.create(each.manifest)
    (code,) = [each for (kind, _), each in manifests(graph).items() if kind == "ConfigMap"]
    assert code["data"] == runtime_files()
    assert told(graph)["code"] == code["metadata"]["name"]


@pytest.mark.parametrize(
    ("by", "kinds"), [("trainer", ["trainjobs", "trainingruntimes"]), ("ray", ["rayjobs"])]
)
def test_what_asks_may_do_that_in_the_namespace_and_nothing_else(by, kinds):
    found = manifests(graph_of(by=by))
    rules = found["Role", "readmission-train"]["rules"]
    assert [rule["resources"] for rule in rules] == [kinds, ["pods"], ["pods/log"]]
    assert {verb for rule in rules[1:] for verb in rule["verbs"]} == {"get", "list"}
    (subject,) = found["RoleBinding", "readmission-train"]["subjects"]
    pod = found["Deployment", "readmission-train"]["spec"]["template"]["spec"]
    assert subject["name"] == pod["serviceAccountName"] == "readmission-train"
    assert pod["automountServiceAccountToken"] is True
    assert told(graph_of(by=by))["account"] == "readmission-train-pods"


def test_pods_have_the_rights_of_sagemakers_jobs_to_the_data_and_no_others():
    trains, asks = (policies(graph_of(), HEAD)[each] for each in ("trains-training", "asks-asking"))
    assert allowed(trains, "s3:GetObject", "arn:aws:s3:::curated/readmission/a")
    assert allowed(trains, "s3:PutObject", "arn:aws:s3:::artifacts/models/readmission/a")
    assert not allowed(trains, "s3:PutObject", "arn:aws:s3:::curated/readmission/a")
    assert not allowed(trains, "s3:GetObject", "arn:aws:s3:::curated/others/a")
    pipeline = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline"
    tell = "sagemaker:SendPipelineExecutionStepSuccess"
    assert allowed(asks, tell, f"{pipeline}/maslow-dev-readmission/execution/abc")
    assert not allowed(asks, tell, f"{pipeline}/maslow-dev-others/execution/abc")
    assert not any("s3:" in action for each in asks["Statement"] for action in each["Action"])


def test_messages_stay_as_long_as_they_can_and_silence_is_an_alarm():
    found = {each.type.rpartition(":")[2]: each.inputs for each in graph_of().resources}
    assert found["Queue"]["messageRetentionSeconds"] == 14 * 24 * 3600
    assert found["Queue"]["kmsMasterKeyId"] == f"{KEY}/messages"
    alarm = found["MetricAlarm"]
    assert (alarm["metricName"], alarm["treatMissingData"]) == ("Available", "breaching")
    assert alarm["dimensions"] == {"Pipeline": "maslow-dev-readmission"}


def test_all_that_the_pod_looks_for_is_told_it():
    known = told(graph_of())
    assert TOLD.keys() <= known.keys()
    Asker(known, None, None, None, None)
    assert told(graph_of(queue=""))["queue"] == ""
