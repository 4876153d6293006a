"""A person's kubeconfig: what is there stays, and what is no kubeconfig is left alone."""

import stat

import pytest
import yaml

from infra.errors import InputError, WorkError
from infra.kubernetes import person_config

OTHERS = """\
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: minikube
clusters:
- name: minikube
  cluster: {server: "https://192.0.2.1", insecure-skip-tls-verify: true}
- name: ours
  cluster: {server: "https://old.example.com"}
contexts:
- {name: minikube, context: {cluster: minikube, user: minikube, namespace: work}}
users: null
"""
OURS = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "ours",
    "clusters": [{"name": "ours", "cluster": {"server": "https://new.example.com"}}],
    "contexts": [{"name": "ours", "context": {"cluster": "ours", "user": "ours"}}],
    "users": [{"name": "ours", "user": {}}],
}


def test_what_is_there_stays_and_what_has_the_name_is_replaced_in_its_place():
    before = yaml.safe_load(OTHERS)
    after = person_config.merged(before, OURS)
    assert after["preferences"] == {"colors": True}
    assert after["clusters"] == [before["clusters"][0], OURS["clusters"][0]]
    assert after["contexts"] == [before["contexts"][0], OURS["contexts"][0]]
    assert after["users"] == OURS["users"]
    assert after["current-context"] == "ours"
    assert person_config.merged(after, OURS) == after


def test_a_new_file_is_nobodys_to_read_and_one_that_is_there_keeps_its_mode(tmp_path):
    path = tmp_path / "of" / "mine"
    person_config.write(path, OURS)
    assert person_config.read(path) == OURS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    person_config.write(path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["mine"]


def test_a_link_stays_a_link(tmp_path):
    link, real = tmp_path / "config", tmp_path / "dotfiles"
    real.write_text("{}")
    link.symlink_to(real)
    person_config.write(link, OURS)
    assert link.is_symlink()
    assert person_config.read(real) == OURS


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "config"
    path.write_text(OTHERS)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(WorkError, match="cannot be written: No space left on device"):
        person_config.write(path, OURS)
    assert path.read_text() == OTHERS
    assert [each.name for each in tmp_path.iterdir()] == ["config"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "is no text in UTF-8"),
        (b"a: [", "is no YAML, line 1"),
        (b"- 1", "holds no mapping"),
        (b"clusters: {}\nusers: 1", "its users are no list of mappings"),
        (b"contexts: [here]", "its contexts are no list of mappings"),
    ],
)
def test_what_is_no_kubeconfig_is_refused_with_the_reason(tmp_path, content, said):
    path = tmp_path / "config"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        person_config.read(path)


def test_a_folder_is_told_to_be_unreadable(tmp_path):
    with pytest.raises(InputError, match=r"cannot be read: Is a directory\."):
        person_config.read(tmp_path)


def test_an_empty_file_has_nothing(tmp_path):
    (tmp_path / "config").touch()
    assert person_config.read(tmp_path / "config") == {}


def test_the_files_are_those_that_kubectl_reads(tmp_path):
    home = {"HOME": str(tmp_path)}
    assert person_config.chain(home) == [tmp_path / ".kube" / "config"]
    assert person_config.chain({**home, "KUBECONFIG": ""}) == [tmp_path / ".kube" / "config"]
    assert [str(each) for each in person_config.chain({"KUBECONFIG": "/a::/b:/a"})] == ["/a", "/b"]
