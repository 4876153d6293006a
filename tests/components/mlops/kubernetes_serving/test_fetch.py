"""Fetching a model's artefact, and the credentials of a pod."""

import io
import json
import tarfile
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from components.mlops.kubernetes_serving.runtime.fetch import NotUnpacked, fetch
from components.mlops.kubernetes_serving.runtime.identity import ADDRESS, TOKEN_FILE, session

BUCKET = "artefacts"


def archive(**files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture(scope="module")
def stored(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region})

    def put(body):
        s3.put_object(Bucket=BUCKET, Key="models/readmission/model.tar.gz", Body=body)
        return f"s3://{BUCKET}/models/readmission/model.tar.gz", s3

    return put


def test_an_artefact_is_where_the_container_looks_for_it_and_nothing_else(stored, tmp_path):
    uri, s3 = stored(archive(**{"model.joblib": b"fitted", "code__inference.py": b"def f(): ..."}))
    fetch(uri, tmp_path, s3)
    files = {str(f.relative_to(tmp_path)): f for f in tmp_path.rglob("*") if f.is_file()}
    assert files.keys() == {"model.joblib", "code/inference.py"}
    assert files["model.joblib"].read_bytes() == b"fitted"


@pytest.mark.parametrize(
    "body",
    [archive(**{"..__outside": b""}), archive(__etc__passwd=b""), b"no archive"],
    ids=["above", "absolute", "no archive"],  # an archive tells when it was made
)
def test_what_leads_elsewhere_or_is_no_archive_is_refused(stored, tmp_path, body):
    uri, s3 = stored(body)
    (tmp_path / "inside").mkdir()
    with pytest.raises(NotUnpacked):
        fetch(uri, tmp_path / "inside", s3)
    assert not (tmp_path / "outside").exists()


def test_credentials_are_those_of_the_pods_token_and_fetched_anew(monkeypatch, tmp_path):
    seen = []

    class Agent(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["Authorization"])
            ends = datetime.now(UTC) + timedelta(minutes=1)  # so soon that the next call refreshes
            told = {
                "AccessKeyId": f"ASIA{len(seen)}",
                "SecretAccessKey": "secret",
                "Token": "session",
                "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_):
            pass

    agent = HTTPServer(("localhost", 0), Agent)
    threading.Thread(target=agent.serve_forever, daemon=True).start()
    token = tmp_path / "token"
    token.write_text("first\n")
    monkeypatch.setenv(ADDRESS, f"http://localhost:{agent.server_address[1]}/v1/credentials")
    monkeypatch.setenv(TOKEN_FILE, str(token))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody's")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "else's")

    found = session().get_credentials()
    assert found.access_key.startswith("ASIA")
    token.write_text("second\n")
    before = found.get_frozen_credentials().access_key
    assert found.get_frozen_credentials().access_key != before
    agent.shutdown()
    agent.server_close()
    assert seen[0] == "first"
    assert seen[-1] == "second"
