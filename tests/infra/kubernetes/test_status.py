"""What a cluster is at: told by EKS where it can be asked, and unknown where not."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from embedded.cloud import Cloud
from infra.errors import InputError
from infra.kubernetes import status as statuses
from infra.kubernetes.status import status, supported
from infra.models.place import Place
from infra.naming import Names
from infra.project import Project
from tests.embedded.extensions import kubernetes
from tests.infra.kubernetes.stacks import REGION, stack, without

NAME = "maslow-dev-kubernetes"
MASLOW = Names("maslow", "dev")
DAY = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def cloud():
    with Cloud(REGION) as cloud:
        more = {"upgradePolicy": {"supportType": "EXTENDED"}}
        request = kubernetes.request(cloud, NAME, version="1.35", **more)
        cloud.client("eks").create_cluster(**request)
        yield cloud


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path, "maslow")


@pytest.fixture
def asked(project, monkeypatch):
    """What is told of a stack, with a client of where it is, and on a day."""

    def ask(stack_file, client, names=MASLOW):
        place = Place(names, stack_file, client)
        monkeypatch.setattr(Place, "now", lambda _: DAY)
        monkeypatch.setattr(statuses, "place_of", lambda *_: place)
        return status(Project(project.root, names.project), stack_file)

    return ask


def raising(error):
    """A client of which every answer is an error."""

    def refuse(**_):
        raise error

    return lambda _: SimpleNamespace(describe_cluster=refuse)


def test_eks_tells_what_the_cluster_is_at(cloud, asked):
    told = asked(stack(), cloud.client)
    assert (told["cluster"], told["status"]) == (NAME, "ACTIVE")
    assert (told["declared_version"], told["version"]) == ("1.36", "1.35")
    assert told["support"] == {
        "kind": "standard",
        "standard_ends": "2027-03-27",
        "extended_ends": "2028-03-27",
        "days_left": 119,
    }
    assert told["support_after"] == "extended"
    assert (told["declared_public"], told["public"]) == ([], ["0.0.0.0/0"])
    assert (told["issues"], told["unknown_because"]) == ([], None)


def test_what_eks_finds_wrong_is_told(asked):
    cluster = {
        "status": "FAILED",
        "version": "1.36",
        "resourcesVpcConfig": {"endpointPublicAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]},
        "health": {"issues": [{"code": "Ec2SubnetNotFound", "message": "gone"}]},
    }
    client = SimpleNamespace(describe_cluster=lambda **_: {"cluster": cluster})
    told = asked(stack(), lambda _: client)
    assert told["issues"] == ["Ec2SubnetNotFound: gone"]
    assert told["public"] == []
    assert (told["platform_version"], told["support_after"]) == (None, None)


def test_a_cluster_that_is_not_there_is_absent_and_its_support_that_of_the_files_version(
    cloud, asked
):
    other = Names("other", "dev")
    told = asked(stack(version="1.35"), cloud.client, other)
    assert (told["cluster"], told["status"]) == ("other-dev-kubernetes", "ABSENT")
    assert (told["version"], told["unknown_because"]) == (None, None)
    assert told["support"]["standard_ends"] == "2027-03-27"


def test_without_credentials_what_the_file_says_is_told_and_the_rest_is_unknown(asked):
    settings = {
        "support": "extended",
        "endpoint": {"public": ["203.0.113.0/24"]},
        "add_ons": ["kuberay"],
        "pools": {"gpu": {"instances": ["g6.2xlarge"], "spot": True, "zones": ["eu-west-1a"]}},
        "teams": {"oncology": {"vcpus": 8, "memory_gib": 32, "gpus": 1}},
    }
    told = asked(stack(**settings), raising(NoCredentialsError()))
    assert told["unknown_because"] == "there are no AWS credentials here"
    for key in ("status", "version", "platform_version", "public", "issues"):
        assert told[key] is None, key
    assert (told["declared_version"], told["support_after"]) == ("1.36", "extended")
    assert told["support"]["kind"] == "standard"
    assert told["declared_public"] == ["203.0.113.0/24"]
    assert told["add_ons"] == ["kuberay"]
    (pool,), (team,) = told["pools"], told["teams"]
    assert pool == {
        "pool": "gpu",
        "instances": ["g6.2xlarge"],
        "spot": True,
        "max": 10,
        "zones": ["eu-west-1a"],
    }
    assert team == {
        "team": "oncology",
        "vcpus": 8,
        "memory_gib": 32,
        "gpus": 1,
        "neuron": 0,
        "storage_gib": 100,
        "pod_security": "baseline",
        "personas": ["data-scientist"],
    }


def test_of_a_cluster_of_somebody_elses_nothing_is_taken_from_the_file(asked):
    told = asked(stack(existing="shared"), raising(NoCredentialsError()))
    assert (told["cluster"], told["existing"]) == ("shared", True)
    for key in ("declared_version", "declared_public", "support", "support_after"):
        assert told[key] is None, key


def test_what_aws_refuses_is_not_taken_for_unknown(asked):
    error = ClientError({"Error": {"Code": "AccessDeniedException"}}, "DescribeCluster")
    with pytest.raises(ClientError):
        asked(stack(), raising(error))


def test_without_a_cluster_there_is_nothing_to_tell(asked):
    with pytest.raises(InputError, match="dev has no cluster"):
        asked(without(), raising(NoCredentialsError()))


def test_an_embedded_aws_that_does_not_run_is_why_it_is_unknown(project):
    told = status(project, stack("embedded"))
    assert told["unknown_because"] == "`maslow up -s dev --serve` does not run"
    assert told["status"] is None


@pytest.mark.parametrize(
    ("version", "kind", "left"),
    [("1.34", "standard", 4), ("1.33", "extended", 243), ("1.31", "ended", 0)],
)
def test_support_is_that_of_the_day(version, kind, left):
    found = supported(version, date(2026, 11, 28))
    assert (found["kind"], found["days_left"]) == (kind, left)


def test_the_support_of_an_unknown_version_is_unknown():
    assert supported("2.0", date(2026, 11, 28)) is None
