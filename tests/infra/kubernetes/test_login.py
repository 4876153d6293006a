"""A context for kubectl: by whose tokens, in which file, and where there is none."""

import json
from dataclasses import replace

import pytest

from embedded.cloud import Cloud
from infra.errors import InputError, WorkError
from infra.kubernetes import login, person_config
from infra.models.place import Place
from infra.naming import Names
from tests.embedded.extensions import kubernetes
from tests.infra.kubernetes.stacks import REGION, stack, without

NAME = "maslow-dev-kubernetes"


@pytest.fixture(scope="module")
def cloud():
    with Cloud(REGION) as cloud:
        cloud.client("eks").create_cluster(**kubernetes.request(cloud, NAME))
        yield cloud


@pytest.fixture
def place(cloud):
    return Place(Names("maslow", "dev"), stack(), cloud.client)


@pytest.fixture
def entry(place):
    return login.entry_of(place, {})


def test_the_context_asks_aws_for_a_token_and_holds_no_key(cloud, entry):
    told = cloud.client("eks").describe_cluster(name=NAME)["cluster"]
    (cluster,), (user,) = entry.config["clusters"], entry.config["users"]
    assert cluster["cluster"] == {
        "server": told["endpoint"],
        "certificate-authority-data": told["certificateAuthority"]["data"],
    }
    asks = user["user"].pop("exec")
    assert user["user"] == {}
    assert [asks["command"], *asks["args"]] == [
        *("aws", "eks", "get-token", "--output", "json"),
        *("--cluster-name", NAME, "--region", REGION),
    ]
    assert "env" not in asks
    assert entry.config["current-context"] == NAME


def test_a_profile_of_now_is_that_of_the_tokens(place):
    config = login.entry_of(place, {"AWS_PROFILE": "dev"}).config
    assert config["users"][0]["user"]["exec"]["env"] == [{"name": "AWS_PROFILE", "value": "dev"}]


def test_who_reaches_the_api_is_told(cloud, place, entry):
    assert entry.public == ("0.0.0.0/0",)
    request = kubernetes.request(cloud, "private")
    request["resourcesVpcConfig"] |= {
        "endpointPublicAccess": False,
        "endpointPrivateAccess": True,
    }
    cloud.client("eks").create_cluster(**request)
    private = replace(place, stack=stack(existing="private"))
    assert login.entry_of(private, {}).public == ()


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"stack": without()}, InputError, "dev has no cluster"),
        (
            {"stack": stack(existing="other")},
            WorkError,
            "There is no cluster other in eu-west-1 yet",
        ),
        ({"running": object()}, InputError, "no Kubernetes answers at the address"),
    ],
)
def test_where_there_is_no_cluster_to_reach_it_is_said_why(place, change, error, said):
    with pytest.raises(error, match=said):
        login.entry_of(replace(place, **change), {})


def test_a_cluster_that_is_being_made_has_no_api_yet(place):
    class Eks:
        def describe_cluster(self, **_):
            return {"cluster": {"status": "CREATING"}}

    with pytest.raises(WorkError, match=f"The cluster {NAME} is CREATING"):
        login.entry_of(replace(place, client=lambda _: Eks()), {})


def test_it_goes_to_the_file_of_the_home_and_a_second_time_replaces_itself(entry, tmp_path):
    environment = {"HOME": str(tmp_path)}
    first, second = login.write(entry, environment), login.write(entry, environment)
    assert first.path == second.path == tmp_path / ".kube" / "config"
    assert (first.replaced, second.replaced) == (False, True)
    assert person_config.read(first.path) == json.loads(json.dumps(entry.config))


def test_of_several_files_it_goes_to_the_one_that_has_it_or_the_first_that_is_there(
    entry, tmp_path
):
    none, first, second = (tmp_path / name for name in ("none", "first", "second"))
    first.write_text("current-context: mine")
    second.write_text("{}")
    environment = {"KUBECONFIG": f"{none}:{first}:{second}"}
    assert login.write(entry, environment) == login.Written(first, False, None)
    first.write_text("current-context: mine")
    second.write_text(person_config.as_yaml(entry.config))
    assert login.write(entry, environment) == login.Written(second, True, first)
    first.unlink()
    second.unlink()
    assert login.write(entry, environment).path == second


def test_a_file_that_is_none_is_left_as_it_is(entry, tmp_path):
    (tmp_path / "config").write_text("a: [")
    with pytest.raises(InputError, match="is no kubeconfig"):
        login.write(entry, {"KUBECONFIG": str(tmp_path / "config")})
    assert (tmp_path / "config").read_text() == "a: ["
