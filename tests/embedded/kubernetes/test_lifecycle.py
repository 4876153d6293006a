import base64
import json

import pytest
import yaml

from catalog.kubernetes_kinds import kinds_in
from embedded.kubernetes import cluster as clusters_own
from embedded.kubernetes import releases
from embedded.lifecycle import Refused
from tests.embedded.kubernetes.conftest import kubeconfig, type_of
from tests.embedded.kubernetes.manifests import (
    account,
    config_map,
    definition,
    deployment,
    namespace,
    pod_spec,
    queue,
)

RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "word", "namespace": "default"},
    "stringData": {"word": "open sesame"},
}


def diff(hand, old, new):
    return hand.lifecycle.diff(type_of(new), old, new, {})


def test_an_object_lives_from_create_to_delete(hand):
    manifest = deployment()
    type_ = type_of(manifest)
    id_, made = hand.create(manifest)
    assert id_ == "default/api"
    assert made["metadata"]["uid"]
    assert made["metadata"]["generation"] == 1

    scaled = deployment(replicas=3)
    change = diff(hand, manifest, scaled)
    assert (change.updated, change.replaces) == (("spec.replicas",), ())
    changed = hand.lifecycle.update(type_, "it", id_, manifest, scaled, made)
    assert changed["spec"]["replicas"] == 3
    assert changed["metadata"]["uid"] == made["metadata"]["uid"]
    assert changed["metadata"]["generation"] == 2
    assert hand.lifecycle.read(type_, "it", id_, {}) == changed

    inputs, state = hand.lifecycle.adopt(type_, "it", id_)
    assert (inputs, state) == (scaled, changed)

    hand.lifecycle.delete(type_, "it", id_, changed)
    assert hand.lifecycle.read(type_, "it", id_, {}) is None
    hand.lifecycle.delete(type_, "it", id_, changed)  # gone already
    with pytest.raises(Refused, match="there is none of the id default/api to import"):
        hand.lifecycle.adopt(type_, "it", id_)


def test_a_name_is_made_up_once_and_kept(hand):
    manifest = config_map()
    del manifest["metadata"]["name"]
    type_ = type_of(manifest)
    first = hand.lifecycle.check(type_, "settings", manifest, {}, b"one")
    again = hand.lifecycle.check(type_, "settings", manifest, first, b"two")
    assert first == again
    assert first["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert first["metadata"]["name"].startswith("settings-")
    assert len(first["metadata"]["name"]) == len("settings-") + 8
    assert "name" not in manifest["metadata"]


def test_the_api_server_makes_a_name_of_generate_name(hand):
    manifest = config_map()
    manifest["metadata"] = {"generateName": "run-"}
    id_, made = hand.create(manifest)
    assert id_.startswith("default/run-")
    assert made["metadata"]["name"] == id_.partition("/")[2]


def test_the_providers_namespace_is_for_what_can_be_in_one(hand):
    hand.create(namespace("team"))
    hand.config["namespace"] = "team"
    manifest = config_map()
    del manifest["metadata"]["namespace"]
    assert hand.create(manifest)[0] == "team/settings"
    assert hand.create(namespace("other"))[0] == "other"


@pytest.mark.parametrize(
    ("old", "new", "replaced", "first"),
    [
        (config_map(a="b"), config_map(a="c"), ("data.a",), True),
        (config_map(a="b"), config_map("other", a="b"), ("metadata.name",), False),
        (SECRET, {**SECRET, "stringData": {"word": "x"}}, ("stringData.word",), True),
        (account("a", "default"), account("a", "team"), ("metadata.namespace",), False),
    ],
)
def test_what_cannot_change_in_place_replaces(hand, old, new, replaced, first):
    change = diff(hand, old, new)
    assert change.replaces == replaced
    assert change.delete_first is first


def test_a_selector_replaces_and_its_labels_with_dots_are_one_step(hand):
    new = deployment()
    new["spec"]["selector"] = {"matchLabels": {"app": "api", "example.com/part": "b"}}
    change = diff(hand, deployment(), new)
    assert change.added == change.replaces
    assert change.added == ('spec.selector.matchLabels["example.com/part"]',)


def test_the_content_of_a_map_changes_in_place_where_the_provider_lets_it(hand):
    hand.config["enableConfigMapMutable"] = "true"
    assert diff(hand, config_map(a="b"), config_map(a="c")).replaces == ()
    fixed = {**config_map(a="c"), "immutable": True}
    assert "data.a" in diff(hand, config_map(a="b"), fixed).replaces


def test_an_api_server_refuses_what_pulumi_would_change_in_place(hand):
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "default"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "volumeMode": "Filesystem",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    id_, made = hand.create(claim)
    larger = json.loads(json.dumps(claim).replace("1Gi", "2Gi"))
    hand.lifecycle.update(type_of(claim), "it", id_, claim, larger, made)
    block = json.loads(json.dumps(larger).replace("Filesystem", "Block"))
    assert not diff(hand, larger, block).replaces
    with pytest.raises(Refused, match=r"spec\.volumeMode cannot be changed"):
        hand.lifecycle.update(type_of(claim), "it", id_, larger, block, made)


def test_a_namespace_takes_what_is_in_it_along_and_its_files(hand):
    hand.create(namespace("team"))
    hand.create(deployment(namespace="team"))
    hand.create(config_map())
    folder = hand.clusters.folder / "ml"
    assert (folder / "team" / "deployment.apps-api.yaml").is_file()
    hand.lifecycle.delete("kubernetes:core/v1:Namespace", "it", "team", {})
    assert hand.lifecycle.read("kubernetes:apps/v1:Deployment", "it", "team/api", {}) is None
    files = [str(each.relative_to(folder)) for each in folder.rglob("*.yaml")]
    assert files == ["default/configmap-settings.yaml"]
    with pytest.raises(Refused, match="kube-system may not be deleted"):
        hand.lifecycle.delete("kubernetes:core/v1:Namespace", "it", "kube-system", {})


def test_a_file_can_be_applied_and_tells_no_secret(hand):
    hand.create(deployment())
    _, made = hand.create(SECRET)
    assert base64.b64decode(made["data"]["word"]) == b"open sesame"
    folder = hand.clusters.folder / "ml" / "default"
    assert yaml.safe_load((folder / "deployment.apps-api.yaml").read_text()) == deployment()
    text = (folder / "secret-word.yaml").read_text()
    assert text.startswith("# The values of this secret are not written")
    assert yaml.safe_load(text)["stringData"] == {"word": ""}
    assert "sesame" not in text
    assert made["data"]["word"] not in text


def test_what_is_not_known_yet_waits_for_the_update(hand):
    from catalog.wire import UNKNOWN

    manifest = deployment(pod_spec(serviceAccountName=UNKNOWN))
    manifest["spec"]["replica"] = 1
    type_ = type_of(manifest)
    assert hand.lifecycle.check(type_, "it", manifest, {}, b"")["spec"]["replica"] == 1
    hand.create(definition("Other"))
    hand.lifecycle.check(type_of(queue()), "it", queue(), {}, b"")  # its definition may come


def test_without_a_cluster_the_settings_say_what_becomes_of_its_objects(hand):
    type_ = type_of(config_map())
    id_, made = hand.create(config_map())
    del hand.eks.clusters["ml"]
    with pytest.raises(Refused, match="cluster is unreachable: EKS has no cluster ml"):
        hand.lifecycle.read(type_, "it", id_, config_map())
    with pytest.raises(Refused, match="cluster is unreachable"):
        hand.lifecycle.delete(type_, "it", id_, made)
    checked = hand.lifecycle.check(type_, "it", config_map(a="b"), config_map(), b"")
    assert checked == config_map(a="b")  # a preview goes on

    hand.config["skipUpdateUnreachable"] = "true"
    assert hand.lifecycle.check(type_, "it", config_map(a="b"), config_map(), b"") == config_map()
    assert hand.lifecycle.update(type_, "it", id_, {}, config_map(a="b"), made) == made
    assert hand.lifecycle.read(type_, "it", id_, config_map()) == config_map()

    hand.config["deleteUnreachable"] = "true"
    assert hand.lifecycle.read(type_, "it", id_, config_map()) is None
    hand.lifecycle.delete(type_, "it", id_, made)
    with pytest.raises(Refused, match="cluster is unreachable"):
        hand.lifecycle.delete(RELEASE, "it", "default/r", {})


def test_a_cluster_that_is_made_anew_is_empty(hand):
    hand.create(config_map())
    hand.eks.clusters["ml"]["createdAt"] = "2026-11-29"
    assert hand.create(config_map())[0] == "default/settings"


def test_a_cluster_is_found_by_its_address_where_no_token_names_it(hand):
    plain = json.loads(kubeconfig())
    plain["users"][0]["user"] = {"token": "t"}
    hand.config = {"kubeconfig": yaml.safe_dump(plain), "context": "main"}
    assert hand.create(config_map())[0] == "default/settings"
    plain["clusters"][0]["cluster"]["server"] = "https://else"
    hand.config = {"kubeconfig": yaml.safe_dump(plain)}
    with pytest.raises(Refused, match="no cluster is at https://else"):
        hand.create(config_map())


def test_auto_mode_comes_with_a_class_and_its_pools(hand):
    node_class, pool = (
        "kubernetes:eks.amazonaws.com/v1:NodeClass",
        "kubernetes:karpenter.sh/v1:NodePool",
    )
    assert hand.lifecycle.read(node_class, "it", "default", {})
    assert hand.lifecycle.read(pool, "it", "general-purpose", {})
    assert hand.lifecycle.read(pool, "it", "system", {}) is None


def test_a_release_lives_from_install_to_uninstall(hand):
    with pytest.raises(Refused, match='namespaces "queues" not found'):
        hand.release("kueue", namespace="queues")
    asked = {"namespace": "queues", "createNamespace": True, "name": "kueue", "compat": "true"}
    id_, made = hand.release("oci://registry.example.com/charts/kueue", **asked)
    assert id_ == "queues/kueue"
    assert made["status"]["revision"] == 1
    assert "compat" not in made
    assert hand.clusters.not_emulated == {RELEASE: 1}
    with pytest.raises(Refused, match="a release kueue is in the namespace queues already"):
        hand.release("kueue", **asked)

    olds = {"chart": "kueue", **asked}
    news = {**olds, "values": {"replicas": 2}}
    assert hand.lifecycle.diff(RELEASE, olds, news, {}).added == ("values",)
    upgraded = hand.lifecycle.update(RELEASE, "it", id_, olds, news, made)
    assert upgraded["status"]["revision"] == 2
    assert hand.lifecycle.read(RELEASE, "it", id_, {}) == upgraded
    assert hand.lifecycle.diff(RELEASE, olds, {**olds, "name": "k"}, {}).replaces == ("name",)

    hand.lifecycle.delete(RELEASE, "it", id_, upgraded)
    assert hand.lifecycle.read(RELEASE, "it", id_, {}) is None
    assert not hand.clusters.not_emulated
    assert hand.lifecycle.read("kubernetes:core/v1:Namespace", "it", "queues", {})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"chart": ""}, "chart is missing"),
        ({"chart": "kueue", "name": "k" * 54}, "is no name of a release"),
        ({"chart": "kueue", "valueYamlFiles": [{}]}, "valueYamlFiles: not supported"),
        ({"chart": "checked", "values": {"replicas": "2"}}, "values.replicas is a text"),
        ({"chart": "checked", "values": {"replica": 2}}, "values.replica is no field"),
    ],
)
def test_a_release_that_helm_would_refuse_is_refused(hand, monkeypatch, inputs, message):
    schema = {
        "type": "object",
        "required": ["image"],
        "additionalProperties": False,
        "properties": {"replicas": {"type": "integer"}, "image": {"type": "string"}},
    }
    monkeypatch.setattr(releases, "schema_of", {"checked": schema}.get)
    with pytest.raises(Refused, match=message):
        hand.lifecycle.check(RELEASE, "it", inputs, {}, b"seed")
    hand.lifecycle.check(RELEASE, "it", {"chart": "checked", "values": {"replicas": 2}}, {}, b"")


def test_a_charts_kinds_are_there_while_it_is(hand, monkeypatch):
    schema = definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    kinds = [{"kind": "Queue", "plural": "queues", "scope": "Cluster", "versions": {"v1": schema}}]
    file = {"group": "example.com", "brought_by": "kueue", "kinds": kinds}
    known = {(each.group, each.kind): each for each in kinds_in(file)}
    monkeypatch.setattr(clusters_own, "custom_kinds", lambda: known)
    manifest = queue()
    del manifest["metadata"]["namespace"]
    with pytest.raises(Refused, match="the chart kueue brings it, of which no release stands"):
        hand.create(manifest)
    hand.release("kueue", name="without", skipCrds=True)
    with pytest.raises(Refused, match="no matches for kind"):
        hand.create(manifest)
    hand.release("kueue", name="kueue")
    assert hand.create(manifest)[0] == "q"
