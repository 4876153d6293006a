"""A model on Kubernetes: its objects, as a cluster takes them, its roles and its alarms."""

import json

import pytest

from catalog.add_ons import add_ons
from components.mlops.kubernetes_serving import objects, serving
from components.mlops.kubernetes_serving.deployed import deployed
from components.mlops.kubernetes_serving.objects import runtime_files
from components.mlops.kubernetes_serving.serving import KubernetesServing
from components.platform.kubernetes.team_rules import PodSecurity, namespace_labels, quota_of
from embedded.kubernetes.cluster import Cluster, Release, Setup
from embedded.kubernetes.errors import NotTaken
from embedded.kubernetes.manifests import Folder
from infra.graph import record
from tests.role_policies import allowed, policies

IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
CLUSTER_ARN = "arn:aws:eks:eu-west-1:123456789012:cluster/maslow-dev"
QUOTA = {"vcpus": 16, "memory_gib": 64, "gpus": 4, "neuron": 0, "storage_gib": 100}
PODS = {"vcpus": 1.5, "memory_gib": 4, "gpus": 0, "min": 1, "max": 3}
HEAD = "maslow-dev-readmission-pods-"
ARGS = {
    "model": "readmission",
    "version": "3",
    "endpoint_name": "maslow-dev-readmission",
    "object_name": "maslow-dev-readmission",
    "namespace": "oncology",
    "cluster": "maslow-dev",
    "cluster_arn": CLUSTER_ARN,
    "image_uri": IMAGE,
    "runtime_image": IMAGE,
    "environment": {"SAGEMAKER_PROGRAM": "inference.py"},
    "model_data": "s3://artifacts/models/readmission/runs/1/model.tar.gz",
    "pods": PODS,
    "knative": None,
    "latency_ms": 250,
    "error_percent": 2.0,
    "capture_percent": 20,
    "artifacts_bucket": "artifacts",
    "artifacts_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/artifacts",
    "capture_bucket": "raw",
    "capture_prefix": "captured/readmission",
    "capture_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
    "alert_topics": {
        severity: f"arn:aws:sns:eu-west-1:123456789012:{severity}"
        for severity in ("critical", "warning", "info")
    },
    "subnet_ids": ["subnet-1"],
    "security_group_id": "sg-1",
    "account_id": "123456789012",
    "region": "eu-west-1",
}


def graph_of(**changes):
    args = {**ARGS, **changes}
    return record(lambda: KubernetesServing("maslow-dev-readmission-pods", args))


def manifests(graph):
    """The objects in the order of their registration, as the provider sends them."""
    kinds = {"core/v1": "v1", "apps/v1": "apps/v1"}
    for each in graph.objects:
        if each.type.startswith("kubernetes:"):
            _, version, kind = each.type.split(":")
            version = each.inputs.get("apiVersion") or kinds[version]
            yield {**each.inputs, "apiVersion": version, "kind": each.inputs.get("kind", kind)}


def inference(graph):
    (found,) = [each for each in manifests(graph) if each["kind"] == "InferenceService"]
    return found


@pytest.fixture
def cluster(tmp_path):
    """One with KServe, and a team's namespace."""
    made = Cluster(Setup("maslow-dev", "1.36", True, ()), Folder(tmp_path), lambda *_: True)
    for release in add_ons()["kserve"].releases:
        inputs = {"chart": release.address, "version": release.version}
        made.releases["kserve", release.name] = Release(inputs)
    labels = namespace_labels("oncology", PodSecurity.BASELINE)
    metadata = {"name": "oncology", "labels": labels}
    made.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "share", "namespace": "oncology"},
        "spec": {"hard": quota_of(QUOTA)},
    }
    made.create(quota)
    return made


@pytest.mark.parametrize("pods", [PODS, {**PODS, "gpus": 1}, {**PODS, "max": 1}], ids=str)
def test_the_cluster_takes_every_object(cluster, pods):
    made = [cluster.create(each)[0].kind for each in manifests(graph_of(pods=pods))]
    assert sorted(made) == [
        "ConfigMap",
        "Deployment",
        "InferenceService",
        "Service",
        "ServiceAccount",
        "ServiceAccount",
    ]


def test_without_kserve_the_cluster_knows_no_such_object(cluster):
    cluster.releases.clear()
    with pytest.raises(NotTaken, match="the chart kserve-crd brings it"):
        cluster.create(inference(graph_of()))


def test_the_container_is_started_and_asked_as_sagemaker_does_it():
    predictor = inference(graph_of())["spec"]["predictor"]
    (container,) = predictor["containers"]
    assert (container["name"], container["args"]) == ("kserve-container", ["serve"])
    assert container["image"] == IMAGE
    assert container["readinessProbe"]["httpGet"] == {"path": "/ping", "port": 8080}
    assert {"name": "SAGEMAKER_PROGRAM", "value": "inference.py"} in container["env"]
    (fetching,) = predictor["initContainers"]
    assert fetching["command"][-2:] == [ARGS["model_data"], "/opt/ml/model"]
    assert container["volumeMounts"] == [{"name": "model", "mountPath": "/opt/ml/model"}]
    assert fetching["volumeMounts"][-1] == container["volumeMounts"][0]


def test_kserve_logs_to_the_receiver_which_has_the_runtime():
    graph = graph_of()
    kinds = {each["kind"]: each for each in manifests(graph)}
    logger = inference(graph)["spec"]["predictor"]["logger"]
    service = kinds["Service"]
    assert logger["url"] == f"http://{service['metadata']['name']}"
    assert logger["mode"] == "all"
    assert (service["spec"]["ports"][0]["port"], service["spec"]["ports"][0]["targetPort"]) == (
        80,
        8080,
    )
    pod = kinds["Deployment"]["spec"]["template"]
    assert service["spec"]["selector"] == pod["metadata"]["labels"]
    assert kinds["ConfigMap"]["data"] == runtime_files()
    assert kinds["ConfigMap"]["immutable"] is True
    assert pod["spec"]["volumes"][0]["configMap"]["name"] == kinds["ConfigMap"]["metadata"]["name"]
    told = {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"]}
    assert told["PREFIX"] == "captured/readmission"
    assert told["ENDPOINT"] == "maslow-dev-readmission"
    assert told["PERCENT"] == "20"
    assert kinds["Deployment"]["spec"]["replicas"] == 1


def test_pods_scale_by_their_processors_unless_their_number_is_fixed():
    scaled = inference(graph_of())
    assert scaled["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "hpa"
    assert scaled["spec"]["predictor"]["scaleMetric"] == "cpu"
    fixed = inference(graph_of(pods={**PODS, "min": 2, "max": 2}))
    assert fixed["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "none"
    assert "scaleMetric" not in fixed["spec"]["predictor"]
    assert fixed["spec"]["predictor"]["minReplicas"] == 2


KNATIVE = {"requests_per_minute": 90, "canary_percent": 10}


def asleep(**knative):
    return graph_of(pods={**PODS, "min": 0}, knative={**KNATIVE, **knative})


def test_knative_scales_by_requests_to_none_and_gives_a_canary_its_share(cluster):
    graph = asleep()
    made = inference(graph)
    for each in manifests(graph):
        cluster.create(each)
    assert made["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "Knative"
    predictor = made["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (0, 3)
    assert predictor["scaleMetric"] == "rps"
    assert predictor["annotations"]["autoscaling.knative.dev/target"] == "1.50"
    assert predictor["canaryTrafficPercent"] == 10
    assert "deploymentStrategy" not in predictor  # which KServe refuses in this mode
    assert deployed(made) == (3, True)
    assert deployed(inference(asleep(canary_percent=0))) == (3, False)
    assert deployed({}) is None


def test_a_model_that_may_sleep_is_watched_and_not_woken():
    graph = asleep()
    objects = {each["kind"]: each for each in manifests(graph)}
    pod = objects["Deployment"]["spec"]["template"]["spec"]
    told = {each["name"]: each["value"] for each in pod["containers"][0]["env"]}
    assert told["PING_URL"] == "http://maslow-dev-readmission-predictor.oncology/ping"
    assert told["DEPLOYMENTS"] == "serving.kserve.io/inferenceservice=maslow-dev-readmission"
    assert pod["automountServiceAccountToken"]
    assert objects["Role"]["rules"] == [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}
    ]
    (subject,) = objects["RoleBinding"]["subjects"]
    assert subject["name"] == pod["serviceAccountName"]
    (away,) = [each for each in graph.resources if each.name.endswith("-away")]
    assert away.inputs["evaluationPeriods"] == away.inputs["datapointsToAlarm"] == 15


def test_a_version_before_finds_what_fetches_after_the_runtime_has_changed(monkeypatch):
    def found(graph):
        made = inference(graph)["spec"]["predictor"]["volumes"]
        return [each["configMap"]["name"] for each in made if "configMap" in each]

    before = found(asleep())
    monkeypatch.setattr(serving, "runtime_files", lambda: {"fetch.py": "# another"})
    monkeypatch.setattr(objects, "runtime_files", lambda: {"fetch.py": "# another"})
    graph = asleep()
    assert before == found(graph)
    maps = {each["metadata"]["name"]: each for each in manifests(graph) if "data" in each}
    assert maps[before[0]]["data"] == {"fetch.py": "# another"}
    assert len(maps) == 2


def test_another_mode_is_another_object_of_the_same_name(cluster):
    """KServe refuses it of one that is there."""
    for each in manifests(graph_of()):
        cluster.create(each)
    with pytest.raises(NotTaken, match="deploymentMode"):
        cluster.update(inference(asleep()))
    (made,) = [each for each in asleep().objects if each.name.endswith("-inference")]
    assert made.options["replaceOnChanges"] == [
        'metadata.annotations["serving.kserve.io/deploymentMode"]'
    ]
    assert made.options["deleteBeforeReplace"]


def test_the_model_reads_its_artefacts_and_the_receiver_writes_its_captures():
    reads, writes = (
        policies(graph_of(), HEAD)["reads-policy"],
        policies(graph_of(), HEAD)["captures-policy"],
    )
    own, other = "arn:aws:s3:::artifacts/models/readmission/a", "arn:aws:s3:::artifacts/models/b/a"
    capture = "arn:aws:s3:::raw/captured/readmission/maslow-dev-readmission/a"
    assert allowed(reads, "s3:GetObject", own)
    assert not allowed(reads, "s3:GetObject", other)
    assert not allowed(reads, "s3:PutObject", own)
    assert allowed(writes, "s3:PutObject", capture)
    assert not allowed(writes, "s3:GetObject", capture)
    assert not allowed(writes, "s3:PutObject", "arn:aws:s3:::raw/captured/another/a")


def test_each_role_is_one_service_accounts_of_this_cluster():
    graph = graph_of()
    trusted = {}
    for role in graph.resources:
        if role.type == "aws:iam/role:Role":
            (statement,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
            when = statement["Condition"]["StringEquals"]
            assert when["aws:RequestTag/eks-cluster-arn"] == CLUSTER_ARN
            assert when["aws:RequestTag/kubernetes-namespace"] == "oncology"
            trusted[role.name] = when["aws:RequestTag/kubernetes-service-account"]
    associated = sorted(
        each.inputs["serviceAccount"]
        for each in graph.resources
        if each.type == "aws:eks/podIdentityAssociation:PodIdentityAssociation"
    )
    accounts = [each for found in trusted.values() for each in found]
    assert (
        sorted(accounts)
        == associated
        == [
            "maslow-dev-readmission",
            "maslow-dev-readmission-capture",
        ]
    )


def test_it_alarms_when_it_is_slow_fails_or_is_away():
    alarms = {
        each.name.rpartition("-")[2]: each.inputs
        for each in graph_of().resources
        if each.type == "aws:cloudwatch/metricAlarm:MetricAlarm"
    }
    assert alarms["latency"]["namespace"] == "maslow/Serving"
    assert alarms["latency"]["threshold"] == 250_000
    metrics = [each["metric"] for each in alarms["errors"]["metricQueries"] if "metric" in each]
    assert {each["metricName"] for each in metrics} == {"Failures", "Invocations"}
    assert {each["namespace"] for each in metrics} == {"maslow/Serving"}
    assert alarms["away"]["treatMissingData"] == "breaching"
    for each in alarms.values():
        dimensions = each.get("dimensions") or metrics[0]["dimensions"]
        assert dimensions["EndpointName"] == "maslow-dev-readmission"
