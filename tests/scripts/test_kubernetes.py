"""The commands about a cluster, as they are typed, against an embedded AWS in AWS's place."""

import json
import os
import shutil
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from catalog.add_ons import add_ons
from embedded.cloud import Cloud
from scripts.maslow import main
from tests.conftest import ROOT
from tests.embedded.extensions import kubernetes

NAME = "maslow-dev-kubernetes"
STACK = ROOT / "tests" / "stacks" / "kubernetes.yaml"
PASSWORD = "of-the-first-user"  # noqa: S105  nobody's
KUBECTL = f"""\
#!{sys.executable}
import base64, json, os, pathlib, socket, sys

told = sys.argv[1:]
config = pathlib.Path(told[told.index("--kubeconfig") + 1])
with open(os.environ["KUBECTL_SEEN"], "a") as file:
    print(json.dumps({{"told": told, "config": config.read_text(), "at": str(config)}}), file=file)
if os.environ.get("KUBECTL_FAILS"):
    sys.exit("error: services is forbidden")
if "get" in told:
    data = {{"password": base64.b64encode({PASSWORD!r}.encode()).decode()}}
    print(json.dumps({{"kind": "Secret", "data": data}}))
    sys.exit()
local, _, there = told[-1].partition(":")
listening = socket.create_server((told[told.index("--address") + 1], int(local or 0)))
print(f"Forwarding from 127.0.0.1:{{listening.getsockname()[1]}} -> 3000", flush=True)
if os.environ.get("KUBECTL_LOSES"):
    sys.exit("error: lost connection to pod")
while True:
    connection, _ = listening.accept()
    print("Handling connection for", there, flush=True)
    connection.recv(65536)
    connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nthe page")
    connection.close()
"""
"""Does what the real one would, without a cluster: it listens, and tells one secret."""


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        request = kubernetes.request(cloud, NAME)
        request["resourcesVpcConfig"] |= {
            "endpointPublicAccess": False,
            "endpointPrivateAccess": True,
        }
        cloud.client("eks").create_cluster(**request)
        yield cloud


@pytest.fixture
def home(tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: maslow\n")
    (tmp_path / "templates").symlink_to(ROOT / "templates")
    shutil.copy(STACK, tmp_path / "stacks" / "Pulumi.dev.yaml")
    return tmp_path


@pytest.fixture
def run(home, monkeypatch):
    """Runs a command in a project with one environment, without credentials unless given."""
    monkeypatch.chdir(home)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "none"))
    monkeypatch.setenv("HOME", str(home))

    def do(*arguments):
        return CliRunner().invoke(main, ["kubernetes", *arguments])

    return do


@pytest.fixture
def signed_in(run, cloud, monkeypatch):
    """Runs a command with credentials."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    return run


def test_the_catalogue_is_told_even_where_the_stack_file_is_wrong(run, home):
    (home / "stacks" / "Pulumi.dev.yaml").write_text("config: {}")
    done = run("add-ons")
    assert done.exit_code == 0
    for key, known in add_ons().items():
        assert f"  {key} " in done.stdout
        assert all(f"{each.version} of {each.released}" in done.stdout for each in known.releases)
    assert "Karpenter: Built into EKS Auto Mode" in done.stdout
    assert "is unknown here" in done.stdout
    assert run("add-ons", "-s", "dev").exit_code == 2


def test_what_is_on_stands_apart_from_what_is_off(run, home):
    path = home / "stacks" / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace(" eck,", ""))
    on, _, off = run("add-ons", "-s", "dev").stdout.partition("\nOff\n")
    assert on.splitlines()[0] == "On in dev"
    assert "  kuberay " in on
    assert "  eck " in off
    told = json.loads(run("add-ons", "-s", "dev", "--json").stdout)
    assert [each["key"] for each in told["add_ons"] if not each["on"]] == ["eck"]


def test_the_status_without_credentials_is_what_the_file_says(run):
    done = run("status")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    assert f"Cluster {NAME}: unknown Version 1.36 by the stack file" in told
    assert "API 203.0.113.0/24 and the network by the stack file" in told
    assert "gpu: up to 8 of g5.2xlarge, g4dn.2xlarge in eu-west-1a, spot, else on demand" in told
    assert "oncology: 64 vCPUs, 256 GiB of memory, 4 GPUs, 100 GiB of volumes; baseline;" in told
    assert told.endswith("What EKS would tell is unknown: there are no AWS credentials here.")


def test_the_status_with_credentials_is_what_eks_says(signed_in):
    done = signed_in("status")
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    assert f"Cluster {NAME}: ACTIVE Version 1.36, platform " in told
    assert "Support standard until 2 August 2027, " in told
    assert "API the network alone Issues none" in told
    assert "is unknown:" not in told
    assert json.loads(signed_in("status", "--json").stdout)["status"] == "ACTIVE"


def test_login_adds_a_context_and_leaves_the_others(signed_in, home):
    config = home / ".kube" / "config"
    config.parent.mkdir()
    config.write_text("contexts: [{name: minikube, context: {}}]\ncurrent-context: minikube\n")
    done = signed_in("login")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{config}: context {NAME} added\n  kubectl --context {NAME} ")
    assert "Its API is reached from the environment's network alone" in done.stderr
    found = yaml.safe_load(config.read_text())
    assert [each["name"] for each in found["contexts"]] == ["minikube", NAME]
    assert found["current-context"] == NAME
    assert f"context {NAME} replaced" in signed_in("login").stdout


def test_login_that_only_prints_touches_no_file(signed_in, home):
    done = signed_in("login", "--print")
    assert yaml.safe_load(done.stdout)["current-context"] == NAME
    assert not (home / ".kube").exists()


def test_login_says_that_kubectl_lacks_the_aws_cli(signed_in, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "asks `aws` for tokens, which is not on the path here" in signed_in("login").stderr


def test_login_without_credentials_says_how_to_get_some(run, home):
    done = run("login")
    assert done.exit_code == 2
    assert "There are no AWS credentials here." in done.stderr
    assert not (home / ".kube").exists()


def test_login_without_a_cluster_names_the_one_that_is_missing(signed_in, home):
    (home / "Pulumi.yaml").write_text("name: other\n")
    done = signed_in("login")
    assert done.exit_code == 1
    assert done.stderr.startswith("There is no cluster other-dev-kubernetes in eu-west-1 yet")


@pytest.fixture
def kubectl(signed_in, home, monkeypatch):
    """Puts a kubectl on the path; returns what it was told each time."""
    folder, seen = home / "bin", home / "seen"
    folder.mkdir()
    for name, text in {"kubectl": KUBECTL, "aws": "#!/bin/sh\n"}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("KUBECTL_SEEN", str(seen))
    return lambda: [json.loads(line) for line in seen.read_text().splitlines()]


def test_a_page_is_on_this_machine_until_ctrl_c_and_nothing_is_left(start, home, kubectl):
    running = start(home, "kubernetes", "open", "prometheus")
    running.until_said("--password prints it")
    address = running.said.partition("is at ")[2].split()[0]
    with urllib.request.urlopen(address) as answer:  # noqa: S310  loopback
        assert answer.read() == b"the page"
    assert f"Grafana of {NAME} is at http://127.0.0.1:" in running.said
    assert "Without signing in you are a viewer" in running.said
    assert PASSWORD not in running.said
    running.process.send_signal(signal.SIGINT)
    assert running.ended(20) == 0, running.said
    assert "Traceback" not in running.said
    assert [*running._processes(), *running.temporary.iterdir()] == []
    (call,) = kubectl()
    assert call["told"][2:] == [
        *("--namespace", "monitoring", "port-forward", "--address", "127.0.0.1"),
        *("service/kube-prometheus-stack-grafana", ":80"),
    ]
    assert yaml.safe_load(call["config"])["current-context"] == NAME
    assert not (home / ".kube").exists()


def test_a_password_is_told_to_who_asks_for_it_and_a_lost_connection_ends_it(
    signed_in, kubectl, monkeypatch
):
    monkeypatch.setenv("KUBECTL_LOSES", "yes")
    done = signed_in("open", "prometheus", "--password")
    assert done.exit_code == 1
    assert f"The password of admin: {PASSWORD}\n" in done.stdout
    assert done.stderr.endswith("kubectl ended, with status 1.\n")
    first, second = kubectl()
    assert first["told"][4:] == ["get", "secret/grafana-admin", "--output", "json"]
    assert first["at"] == second["at"]


def test_what_kubectl_refuses_ends_it(signed_in, kubectl, monkeypatch, capfd):
    monkeypatch.setenv("KUBECTL_FAILS", "yes")
    done = signed_in("open", "prometheus", "--password")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "did not tell the password: error: services is forbidden" in done.stderr
    done = signed_in("open", "jaeger")
    assert done.exit_code == 1
    assert done.stderr.endswith("kubectl did not open it, and ended with status 1.\n")
    assert "error: services is forbidden" in capfd.readouterr().err
    assert not any(Path(call["at"]).exists() for call in kubectl())


def test_opening_that_only_prints_asks_nobody(run):
    jenkins = f"kubectl --context {NAME} --namespace jenkins"
    done = run("open", "jenkins", "--port", "8080", "--password", "--print")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"{jenkins} get secret/jenkins-admin --output json",
        f"{jenkins} port-forward --address 127.0.0.1 service/jenkins 8080:8080",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grafana"], "grafana is not an add-on. There is argo-workflows, "),
        (["jaegr"], "jaegr is not an add-on. Did you mean jaeger?"),
        (["karpenter"], "Karpenter is no add-on. Built into EKS Auto Mode"),
        (["kuberay"], "KubeRay has no page. Each Ray cluster has a dashboard of its own"),
        (["kueue"], "Kueue has no page.\n"),
        (["mlflow", "--password"], "MLflow has no password that was made with it."),
        (["opensearch-dashboards"], "opensearch-dashboards is off in dev"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_reason(run, home, arguments, said):
    path = home / "stacks" / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace(" opensearch-dashboards,", ""))
    done = run("open", *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_port_that_is_taken_and_a_kubectl_that_is_missing_are_told(
    signed_in, kubectl, monkeypatch
):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = signed_in("open", "jaeger", "--port", str(port))
    assert (done.exit_code, done.stderr) == (
        2,
        f"Port {port} is taken on this machine: choose another, or none.\n",
    )
    monkeypatch.setenv("PATH", "/nowhere")
    done = signed_in("open", "jaeger")
    assert done.exit_code == 2
    assert "kubectl is not on the path here" in done.stderr


def test_nothing_is_opened_of_an_embedded_cluster(run, home):
    path = home / "stacks" / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("owner:", "cloud: embedded\n    owner:", 1))
    assert run("open", "jaeger", "--print").exit_code == 0
    done = run("open", "jaeger")
    assert done.exit_code == 2
    assert "Nothing serves dev" in done.stderr
