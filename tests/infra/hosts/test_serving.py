import http.client
import json
import os
import threading

import pytest

from infra.errors import InputError, WorkError
from infra.hosts import serving

CLIENTS = {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
URL = "http://127.0.0.1:1"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(serving.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path


@pytest.fixture
def served(root):
    """A served environment: what its `up` does is in the list; an error is raised."""
    does = []

    def up():
        if isinstance(does[0], Exception):
            raise does[0]
        return does[0]

    with serving.announced(root, "local", URL, CLIENTS) as requests:
        requests.outputs, requests.manifests = {"models": {}}, root / "manifests"
        threading.Thread(target=requests.serve, args=[up], daemon=True).start()
        yield does


def test_what_is_served_is_found_by_its_project_and_environment(root, served):
    running = serving.find(root, "local")
    assert (running.pid, running.url, running.environment) == (os.getpid(), URL, CLIENTS)
    assert running.outputs() == {"models": {}}
    assert running.manifests() == root / "manifests"
    assert serving.find(root, "other") is None
    assert serving.find(root / "temporary", "local") is None


def test_a_pass_is_asked_for_and_answered(root, served):
    served.append({"changes": {"update": 3}, "outputs": {}})
    assert serving.find(root, "local").up() == served[0]


@pytest.mark.parametrize("error", [InputError("line 3 is wrong"), WorkError("no such key")])
def test_what_fails_there_is_told_here_and_it_goes_on(root, served, error):
    served.append(error)
    running = serving.find(root, "local")
    with pytest.raises(type(error), match=str(error)):
        running.up()
    served[0] = {"changes": {}, "outputs": {}}
    assert running.up() == served[0]


def test_nobody_without_the_token_gets_anything_done(root, served):
    running = serving.find(root, "local")
    for method, path, token in [
        ("POST", "/up", "wrong"),
        ("POST", "/up", ""),
        ("GET", "/outputs", "wrong"),
        ("POST", "/outputs", running.token),
    ]:
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
        connection.request(method, path, headers={serving.TOKEN: token})
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())) == (403, {})
        connection.close()


def test_only_its_owner_can_read_the_note(root, served):
    (note,) = (root / "temporary").rglob("*.json")
    assert note.stat().st_mode & 0o777 == 0o600
    assert note.parent.stat().st_mode & 0o777 == 0o700


def test_nothing_is_left_of_it(root):
    with serving.announced(root, "local", URL, CLIENTS):
        pass
    assert list((root / "temporary").iterdir()) == []
    assert serving.find(root, "local") is None


def test_a_note_whose_process_is_gone_counts_for_nothing(root):
    with serving.announced(root, "local", URL, CLIENTS):
        (note,) = (root / "temporary").rglob("*.json")
        text = note.read_text()
    note.parent.mkdir()
    note.write_text(text)
    assert serving.find(root, "local") is None
    note.write_text("{")
    assert serving.find(root, "local") is None
    with serving.announced(root, "local", URL, CLIENTS):
        assert serving.find(root, "local") is not None


def test_who_stops_meanwhile_is_told_by_its_address(root):
    with serving.announced(root, "local", URL, CLIENTS):
        running = serving.find(root, "local")
    with pytest.raises(WorkError, match=f"The embedded AWS at {URL} .* stopped answering"):
        running.outputs()
