"""A model that may have no pods: whether it is there, sleeps, or is away."""

import ipaddress
import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from components.mlops.kubernetes_serving.runtime import receiver
from components.mlops.kubernetes_serving.runtime.asleep import deployments, is_as_it_should
from components.mlops.kubernetes_serving.runtime.receiver import QUIET_PROBE, is_there

SELECTOR = "serving.kserve.io/inferenceservice=maslow-dev-readmission"


def deployment(replicas, ready=None):
    return {"spec": {"replicas": replicas}, "status": {"readyReplicas": ready} if ready else {}}


@pytest.mark.parametrize(
    ("found", "there"),
    [
        ([deployment(0)], True),
        ([deployment(2, 1)], True),
        ([deployment(0), deployment(1, 1)], True),
        # It is being woken, or no pod comes: there is no room, or none becomes well.
        ([deployment(1)], False),
        # The canary, of which the version that has the other requests tells nothing.
        ([deployment(2, 2), deployment(1)], False),
        ([], False),
    ],
)
def test_it_is_there_with_a_pod_of_each_version_that_wants_one(found, there):
    assert is_as_it_should(found) is there


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """What a pod finds of its account, with the key that the API has."""
    folder = tmp_path_factory.mktemp("account")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubernetes")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    (folder / "namespace").write_text("oncology")
    (folder / "token").write_text("who-it-is\n")
    return folder


@pytest.fixture
def api(account, monkeypatch):
    """Answers as Kubernetes' API; what was asked of it."""
    seen = []

    class Api(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers["Authorization"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"items": [deployment(0)]}).encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Api)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(account / "ca.crt", account / "key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.server_address[1]))
    yield seen
    server.shutdown()
    server.server_close()


def test_the_pod_asks_as_its_account_for_what_is_the_models(api, account):
    assert deployments(SELECTOR, account) == [deployment(0)]
    where = "/apis/apps/v1/namespaces/oncology/deployments?labelSelector="
    label = "serving.kserve.io/inferenceservice%3Dmaslow-dev-readmission"
    assert api == [(where + label, "Bearer who-it-is")]


@pytest.mark.parametrize(
    ("way_is_open", "found", "there"),
    [
        (True, [deployment(0)], True),
        (True, [deployment(1)], False),
        (False, [deployment(0)], False),
    ],
)
def test_who_sleeps_is_there_only_while_a_request_would_wake_it(
    monkeypatch, way_is_open, found, there
):
    probes = []
    monkeypatch.setattr(
        receiver, "is_available", lambda url, probe: probes.append(probe) or way_is_open
    )
    monkeypatch.setattr(receiver, "deployments", lambda _: found)
    assert is_there({"PING_URL": "http://a.b/ping", "DEPLOYMENTS": SELECTOR}) is there
    assert probes == [QUIET_PROBE]


def test_of_whom_kubernetes_tells_nothing_is_not_said_to_sleep(monkeypatch, capsys):
    def refuses(_):
        raise OSError("forbidden")

    monkeypatch.setattr(receiver, "is_available", lambda *_: True)
    monkeypatch.setattr(receiver, "deployments", refuses)
    assert not is_there({"PING_URL": "http://a.b/ping", "DEPLOYMENTS": SELECTOR})
    assert "forbidden" in capsys.readouterr().out
