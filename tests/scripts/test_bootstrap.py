import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from embedded.cloud import Cloud
from infra.project import Project
from scripts.maslow import main


@pytest.fixture(autouse=True)
def within(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def bootstrap(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bootstrap", *arguments])


def test_it_tells_how_to_log_in_and_which_provider_keeps_the_secrets(cloud: Cloud) -> None:
    told = bootstrap("-s", "local")
    state = f"maslow-local-state-{cloud.account_id}"
    assert told.exit_code == 0
    assert f"bucket  {state}  created" in told.output
    style = "&s3ForcePathStyle=true"
    assert f"  pulumi login 's3://{state}?region=eu-west-1{style}'\n" in told.output
    assert (
        "  pulumi stack init local "
        "--secrets-provider='awskms://alias/maslow-local-state?region=eu-west-1'\n" in told.output
    )


def test_a_second_run_says_that_all_was_there(cloud: Cloud) -> None:
    bootstrap("-s", "local")
    told = bootstrap("-s", "local")
    assert told.exit_code == 0
    assert told.output.count("was there, settings renewed") == 2
    assert "created" not in told.output


def test_a_machine_reads_it_as_json(cloud: Cloud) -> None:
    told = json.loads(bootstrap("-s", "local", "--json").output)
    assert told == {
        "account": cloud.account_id,
        "region": "eu-west-1",
        "bucket": f"maslow-local-state-{cloud.account_id}",
        "key": "alias/maslow-local-state",
        "url": f"s3://maslow-local-state-{cloud.account_id}?region=eu-west-1&s3ForcePathStyle=true",
        "secretsProvider": "awskms://alias/maslow-local-state?region=eu-west-1",
    }


def test_what_lives_on_the_embedded_aws_is_not_made_in_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    told = bootstrap("-s", "local")
    assert told.exit_code == 2
    assert "maslow up -s local --serve" in told.output


def test_without_credentials_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    told = bootstrap("-s", "dev")
    assert told.exit_code == 2
    assert "AWS_PROFILE" in told.output


def test_what_aws_refuses_is_one_message_and_status_1(cloud: Cloud) -> None:
    cloud.stop()
    told = bootstrap("-s", "local")
    assert told.exit_code == 1
    assert "Traceback" not in told.output
    assert "it goes on from there" in told.output


def test_who_could_not_make_the_keys_is_refused_before_anything_is_made(cloud: Cloud) -> None:
    told = bootstrap("-s", "prod")
    assert told.exit_code == 2
    assert "access.personas.break-glass" in told.output
    assert "AWSReservedSSO_AdministratorAccess" in told.output
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("kms").list_keys()["Keys"] == []
