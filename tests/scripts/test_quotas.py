import json

import pytest
from click.testing import CliRunner

from embedded.cloud import Cloud
from infra.models.place import Place
from infra.naming import Names
from scripts import quotas
from scripts.maslow import main

ACROSS = "Number of instances across active endpoints"


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def run(project, monkeypatch):
    """Run the command in the project of the tests' stacks."""
    monkeypatch.chdir(project.root)

    def in_project(*arguments):
        return CliRunner().invoke(main, ["quotas", *arguments])

    return in_project


@pytest.fixture
def in_aws(cloud, monkeypatch):
    """Have every environment's account be the embedded one."""
    monkeypatch.setattr(
        quotas,
        "place_of",
        lambda project, stack: Place(Names(project.name, stack.environment), stack, cloud.client),
    )


def test_what_lacks_is_told_with_who_asks_and_how_to_ask_for_it(run, project) -> None:
    result = run()
    account = project.stack("prod").account

    assert result.exit_code == 0
    _, here = result.stdout.split(f"account {account}, eu-west-1\n")
    asked = sum(2 * model.serving.scale.max for model in project.stack("prod").platform.models)
    assert f"too little {ACROSS}: {asked} asked, 4 by default on 2024-02-10 (prod " in here
    assert (
        "aws service-quotas request-service-quota-increase --region eu-west-1 --service-code "
        f"sagemaker --quota-code L-7A3DF611 --desired-value {asked}\n"
    ) in here
    assert "enough. --all lists it." in here
    assert "  enough " not in here


def test_all_lists_what_is_enough(run) -> None:
    text = run("--all").stdout

    assert "enough     Maximum number of SageMaker Model Package Groups allowed" in text
    assert "--all" not in text


def test_json_has_every_account(run, project) -> None:
    told = json.loads(run("--json").stdout)

    assert {each["account"] for each in told} >= {project.stack("prod").account}
    (across,) = [
        each
        for some in told
        if some["account"] == project.stack("prod").account
        for each in some["quotas"]
        if each["quota"] == ACROSS
    ]
    assert (across["code"], across["allowed"], across["lacks"]) == ("L-7A3DF611", 4, True)


def test_an_environment_is_held_against_its_account_and_asks_for_more(run, in_aws, cloud) -> None:
    result = run("-s", "prod", "--request")

    assert result.exit_code == 0
    assert f"too little {ACROSS}" in result.stdout
    assert " 4 allowed " in result.stdout
    assert f": {ACROSS} (" in result.stderr
    history = cloud.client("service-quotas").list_requested_service_quota_change_history()
    assert ACROSS in {each["QuotaName"] for each in history["RequestedQuotas"]}

    again = run("-s", "prod", "--request")
    assert again.exit_code == 1
    assert "Only one open service quota increase request" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--request"], "--request needs -s, which says in whose account."),
        (["-s", "local"], "local is on the embedded AWS, which has no quotas."),
        (["-s", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_told_is_refused(run, arguments, message) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
