"""The commands about a cluster, as they are typed, against an embedded AWS in AWS's place."""

import json
import shutil

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
