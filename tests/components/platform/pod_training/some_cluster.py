"""A cluster of the embedded Kubernetes whose API answers at an address, for what asks it there."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from catalog.add_ons import add_ons
from components.platform.kubernetes.team_rules import PodSecurity, namespace_labels
from embedded.kubernetes.cluster import Cluster, Key, Release, Setup
from embedded.kubernetes.errors import NotTaken
from embedded.kubernetes.manifests import Folder

KINDS = {"trainjobs": "TrainJob", "trainingruntimes": "TrainingRuntime", "rayjobs": "RayJob"}
PATH = re.compile(
    r"/apis/(?P<group>[^/]+)/[^/]+/namespaces/(?P<space>[^/]+)/(?P<kind>[^/]+)(/(?P<name>[^/]+))?"
)
REGISTRY = "141502667606.dkr.ecr.eu-west-1.amazonaws.com"
REQUEST = {
    "TrainingJobName": "train-abc-def",
    "AlgorithmSpecification": {
        "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/model:1",
        "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
        "MetricDefinitions": [{"Name": "validation:auc", "Regex": "validation:auc=([-0-9.]+)"}],
    },
    "InputDataConfig": [],
    "HyperParameters": {"depth": "3"},
    "Environment": {"MLFLOW_EXPERIMENT_NAME": "readmission"},
    "OutputDataConfig": {"S3OutputPath": "s3://artifacts/model", "KmsKeyId": "key"},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}
TOLD = {
    "by": "trainer",
    "namespace": "oncology",
    "model": "readmission",
    "account": "readmission-train-pods",
    "code": "readmission-code-12345678",
    "runtime_image": f"{REGISTRY}/sagemaker-scikit-learn:1.4-2-cpu-py3",
    "region": "eu-west-1",
    "queue": "default",
    "pods": {"vcpus": 4.0, "memory_gib": 16, "gpus": 1, "nodes": 1},
    "log_group": "/aws/sagemaker/TrainingJobs",
}


def cluster(folder, *charts):
    """One with these add-ons, and a team's namespace."""
    made = Cluster(Setup("maslow-dev", "1.36", True, ()), Folder(folder), lambda *_: True)
    for chart in charts or ("kubeflow-trainer", "kuberay"):
        for release in add_ons()[chart].releases:
            inputs = {"chart": release.address, "version": release.version}
            made.releases[chart, release.name] = Release(inputs)
    labels = namespace_labels("oncology", PodSecurity.BASELINE)
    metadata = {"name": "oncology", "labels": labels}
    made.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    for account in ("readmission-train-pods", "readmission-train"):
        metadata = {"name": account, "namespace": "oncology"}
        made.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
    return made


class Answering:
    """A cluster's API: objects are those of the embedded cluster, pods and logs those of a test."""

    def __init__(self, of):
        self.cluster, self.statuses, self.pods, self.logs = of, {}, [], {}
        self.away, self.tokens = False, []

    def answer(self, method, path, query, body):
        """Status and text."""
        if self.away:
            return 503, {"message": "etcd is away"}
        if path.endswith("/log"):
            found = self.logs.get((path.split("/")[-2], query["container"][0]))
            return (200, found) if found else (400, {"message": "it has not begun"})
        if path.endswith("/pods"):
            label, _, value = query["labelSelector"][0].partition("=")
            pods = [one for one in self.pods if one["metadata"]["labels"].get(label) == value]
            return 200, {"items": pods}
        asked = PATH.fullmatch(path)
        if method == "POST":
            return self._created(body)
        kind = KINDS[asked["kind"]]
        if asked["name"] is None:
            return 200, {"items": self.cluster.of_kind(asked["group"], kind, asked["space"])}
        return self._one(method, Key(asked["group"], kind, asked["space"], asked["name"]))

    def _created(self, body):
        try:
            return 201, self.cluster.create(body)[1]
        except NotTaken as error:
            return (409 if "already exists" in str(error) else 422), {"message": str(error)}

    def _one(self, method, key):
        found = self.cluster.find(key)
        if found is None:
            return 404, {"message": f"{key.words} not found"}
        if method == "DELETE":
            self.cluster.delete(key)
            return 200, {}
        return 200, {**found, "status": self.statuses.get(key.name, {})}


@contextmanager
def served(api):
    """The address at which an API answers."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self):
            api.tokens.append(self.headers["Authorization"])
            asked = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, told = api.answer(self.command, asked.path, parse_qs(asked.query), body)
            text = (told if isinstance(told, str) else json.dumps(told)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815 - the base's names

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
