import re

import pytest

from embedded.lifecycle import Refused
from tests.embedded.kubernetes.conftest import kubeconfig
from tests.embedded.kubernetes.manifests import (
    SAFE,
    account,
    config_map,
    definition,
    deployment,
    namespace,
    pod_spec,
    queue,
)

LABELLED = {"maslow/aws-identity": "true"}
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


def changed(manifest, path, value):
    """A manifest with another value at a dotted path; None takes it away."""
    *outer, last = path.split(".")
    there = manifest
    for step in outer:
        there = there[int(step)] if step.isdigit() else there[step]
    if value is None:
        del there[last]
    else:
        there[last] = value
    return manifest


CONTAINER = "spec.template.spec.containers.0"


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (
            changed(deployment(), f"{CONTAINER}.imagePullPolice", "Always"),
            "containers[0].imagePullPolice is no field: did you mean imagePullPolicy?",
        ),
        (changed(deployment(), "spec.selector", None), "spec.selector is missing"),
        (changed(deployment(), "spec.replicas", "two"), "spec.replicas is a text, not of type"),
        (
            changed(deployment(), "spec.template.metadata.labels", {"app": "web"}),
            "the selector asks for app: api",
        ),
        (
            changed(deployment(), "spec.template.spec.restartPolicy", "Never"),
            "Never is not for a Deployment: Always",
        ),
        (
            deployment(pod_spec(containers=[{"name": "a", "image": "i"}] * 2)),
            "two containers are named a",
        ),
        (
            changed(deployment(), f"{CONTAINER}.volumeMounts", [{"name": "d", "mountPath": "/d"}]),
            "the pod has no volume d",
        ),
        (
            changed(
                deployment(),
                f"{CONTAINER}.resources",
                {"requests": {"memory": "2Gi"}, "limits": {"memory": "1024Mi"}},
            ),
            "2Gi is more than the limit 1024Mi",
        ),
        (
            changed(deployment(), f"{CONTAINER}.resources", {"limits": {"cpu": "two"}}),
            "two is no quantity",
        ),
        ({**config_map(), "kind": "ConfigMaps"}, 'no matches for kind "ConfigMaps"'),
        ({**config_map(), "apiVersion": "v2"}, 'kind "ConfigMap" in version "v2"'),
        (
            {**deployment(), "apiVersion": "apps.example.com/v1"},
            'no matches for kind "Deployment" in version "apps.example.com/v1"',
        ),
        (
            {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "LocalQueue", "metadata": {}},
            'no matches for kind "LocalQueue" in version "kueue.x-k8s.io/v1beta2"',
        ),
        (config_map("Settings"), "Settings is not a DNS subdomain"),
        (namespace("a.b"), "a.b is not a DNS label"),
        (namespace("a" * 64), "has 64 characters, and 63 are the most for a Namespace"),
        (namespace("team", owner="a b"), "a b is no value of a label"),
        (changed(namespace("team"), "metadata.labels", {"-a": "b"}), "-a is no key of a label"),
        (
            changed(namespace("team"), "metadata.namespace", "default"),
            "a Namespace is in no namespace",
        ),
        (deployment(namespace="nowhere"), 'namespaces "nowhere" not found'),
        (namespace("default"), "Namespace default already exists"),
        (
            deployment(pod_spec(serviceAccountName="trainer")),
            "serviceAccountName: the namespace default has no service account trainer",
        ),
        (
            changed(definition(), "metadata.name", "queue.example.com"),
            "queue.example.com is not queues.example.com",
        ),
    ],
)
def test_what_an_api_server_refuses_is_refused_in_one_sentence(hand, manifest, message):
    with pytest.raises(Refused, match=re.escape(message)):
        hand.create(manifest)


def test_what_it_takes_is_taken(hand):
    for manifest in (namespace("team", owner="ml"), deployment(), config_map(a="b"), definition()):
        hand.create(manifest)
    hand.create(account("trainer", "team"))
    hand.create(deployment(pod_spec(serviceAccountName="trainer"), namespace="team"))
    id_, there = hand.create(queue(mode=None, free={"any": 1}))
    assert id_ == "default/q"
    assert there["spec"]["free"] == {"any": 1}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"sise": 1}, "spec.sise is no field: did you mean size?"),
        ({"size": 0}, "spec.size breaks exclusiveMinimum: 0"),
        ({"port": 1.5}, "spec.port is a number, not of type integer or string"),
        ({"mode": "slow"}, "spec.mode is none of fast, safe"),
        ({"port": None}, "spec.port is null"),
    ],
)
def test_an_object_of_a_custom_kind_is_held_against_its_definition(hand, spec, message):
    hand.create(definition())
    with pytest.raises(Refused, match=re.escape(message)):
        hand.create(queue(**spec))


def test_a_custom_kind_is_there_for_as_long_as_its_definition(hand):
    with pytest.raises(Refused, match='no matches for kind "Queue"'):
        hand.create(queue())
    id_, _ = hand.create(definition())
    hand.create(queue())
    type_ = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
    hand.lifecycle.delete(type_, "it", id_, {})
    assert hand.lifecycle.read("kubernetes:example.com/v1:Queue", "it", "default/q", {}) is None
    with pytest.raises(Refused, match='no matches for kind "Queue"'):
        hand.create(queue())


def test_a_workload_that_is_to_call_aws_needs_a_pod_identity_association(hand):
    manifest = account("trainer")
    manifest["metadata"]["labels"] = LABELLED
    hand.create(manifest)
    with pytest.raises(Refused, match="trainer is to call AWS, and EKS has no pod identity"):
        hand.create(deployment(pod_spec(serviceAccountName="trainer")))
    hand.eks.associations.add(("default", "trainer"))
    hand.create(deployment(pod_spec(serviceAccountName="trainer")))


def test_a_charts_own_account_is_let_through_as_charts_are_not_rendered(hand):
    hand.release("anything", namespace="default")
    hand.create(deployment(pod_spec(serviceAccountName="of-the-chart")))


def restricted(**parts):
    container = {"name": "main", "image": "python:3.14", "securityContext": SAFE}
    return pod_spec(**{"containers": [container], **parts})


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (pod_spec(), "securityContext.runAsNonRoot must be true"),
        (pod_spec(), "allowPrivilegeEscalation must be false"),
        (pod_spec(), "seccompProfile.type must be RuntimeDefault"),
        (pod_spec(), "capabilities.drop must have ALL"),
        (restricted(hostNetwork=True), "hostNetwork must not be true"),
        (
            restricted(volumes=[{"name": "h", "hostPath": {"path": "/"}}]),
            "h must not be a hostPath",
        ),
        (
            restricted(volumes=[{"name": "n", "nfs": {"path": "/", "server": "s"}}]),
            "n must not be of nfs",
        ),
        (
            changed(restricted(), "containers.0.securityContext", {**SAFE, "privileged": True}),
            "privileged must not be true",
        ),
        (
            changed(
                restricted(),
                "containers.0.securityContext",
                {**SAFE, "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}},
            ),
            "SYS_ADMIN must not be added",
        ),
        (
            changed(
                restricted(),
                "containers.0.securityContext",
                {**SAFE, "capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}},
            ),
            "CHOWN must not be added",
        ),
        (restricted(securityContext={"runAsUser": 0}), "runAsUser must not be 0"),
    ],
)
def test_a_restricted_namespace_refuses_what_the_standard_forbids(hand, spec, message):
    space = namespace("team")
    space["metadata"]["labels"] = RESTRICTED
    hand.create(space)
    with pytest.raises(Refused, match=re.escape(message)):
        hand.create(deployment(spec, namespace="team"))


def test_a_restricted_namespace_takes_a_safe_pod_and_an_open_one_any(hand):
    space = namespace("team")
    space["metadata"]["labels"] = RESTRICTED
    hand.create(space)
    hand.create(deployment(restricted(), namespace="team"))
    hand.create(deployment(pod_spec(hostNetwork=True)))


@pytest.mark.parametrize(
    ("hard", "message"),
    [
        ({"requests.cpu": "3"}, "has 3 of requests.cpu, and 4 would be in use"),
        ({"pods": "1"}, "has 1 of pods, and 2 would be in use"),
        ({"limits.memory": "8Gi"}, "is of limits.memory, and the pods do not say theirs"),
    ],
)
def test_a_quota_leaves_no_room_for_more(hand, hard, message):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "team", "namespace": "default"},
        "spec": {"hard": hard},
    }
    hand.create(quota)
    spec = pod_spec()
    spec["containers"][0]["resources"] = {"requests": {"cpu": "2000m"}}
    with pytest.raises(Refused, match=re.escape(message)):
        hand.create(deployment(spec, replicas=2))
    if "pods" not in hard and "limits.memory" not in hard:
        hand.create(deployment(spec, replicas=1))


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        ("kubernetes:core/v1:ConfigMapPatch", "declare the whole object"),
        ("kubernetes:core/v1:ConfigMapList", "declare each object"),
        ("kubernetes:helm.sh/v4:Chart", "kubernetes.helm.v3.Release"),
        ("kubernetes:yaml/v2:ConfigGroup", "declare what it holds"),
        ("kubernetes:kustomize/v2:Directory", "declare what it would make"),
    ],
)
def test_what_only_a_real_provider_takes_apart_is_refused_by_name(hand, type_, message):
    with pytest.raises(Refused, match=f"{re.escape(type_)}.*{message}"):
        hand.lifecycle.check(type_, "it", {}, {}, b"")


def test_functions_are_refused_by_name(hand):
    with pytest.raises(Refused, match=r"kubernetes:yaml:decode.*declare what it holds"):
        hand.lifecycle.invoke("kubernetes:yaml:decode", {})


def test_a_version_without_schemas_is_refused_by_name(hand):
    hand.eks.clusters["ml"]["version"] = "1.12"
    with pytest.raises(Refused, match=r"no schemas of Kubernetes 1\.12"):
        hand.create(config_map())


def test_what_a_secret_holds_is_not_told_in_a_refusal(hand):
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": "default"},
        "stringData": {"word": ["open sesame"]},
    }
    with pytest.raises(Refused) as refused:
        hand.create(manifest)
    assert "stringData.word is a list" in str(refused.value)
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "the provider has no kubeconfig"),
        ({"kubeconfig": "{}"}, "names no cluster and user"),
        ({"kubeconfig": kubeconfig(name="other")}, "EKS has no cluster other"),
        ({"kubeconfig": kubeconfig("https://else")}, "the cluster ml is not at https://else"),
    ],
)
def test_a_cluster_that_is_not_there_is_unreachable(hand, settings, message):
    hand.config = settings
    with pytest.raises(Refused, match=f"cluster is unreachable: .*{message}"):
        hand.create(config_map())


def test_a_cluster_that_is_being_made_is_unreachable(hand):
    hand.eks.clusters["ml"]["status"] = "CREATING"
    with pytest.raises(Refused, match="the cluster ml is CREATING"):
        hand.create(config_map())
