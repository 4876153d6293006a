import json

import pytest
from click.testing import CliRunner

from scripts.maslow import main


def run(*arguments):
    return CliRunner().invoke(main, ["hardware", *arguments], env={"COLUMNS": "90"})


def test_a_row_has_all_that_is_in_a_type_and_its_price() -> None:
    result = run("--memory", "60", "--region", "us-east-1")

    assert result.exit_code == 0
    (row,) = [line for line in result.stdout.splitlines() if line.startswith("ml.p5.48xlarge")]
    assert row.split() == [
        "ml.p5.48xlarge",
        "8",
        "×",
        "H100",
        "80",
        "192",
        "2,048",
        "30,400",
        "32",
        "63.296",
    ]
    assert "told by public sources on 2026-09-04." in result.stdout


def test_what_a_region_lacks_is_named_and_a_price_of_another_is_marked() -> None:
    result = run("--accelerator", "gpu", "--region", "eu-west-1")

    assert "eu-west-1 does not have: " in result.stdout
    lines = result.stdout.splitlines()
    assert not any(line.startswith("ml.g6e.2xlarge ") for line in lines)
    (row,) = [line for line in lines if line.startswith("ml.p4d.24xlarge ")]
    assert row.endswith("25.251*")
    assert "* is the price in us-east-1." in lines


def test_what_is_not_known_is_called_so() -> None:
    result = run("--accelerator", "Trainium", "--region", "mx-central-1")

    assert "Whether mx-central-1 has them is not known: ml.trn1.2xlarge" in result.stdout
    (row,) = [line for line in result.stdout.splitlines() if line.startswith("ml.trn2.48xlarge")]
    assert row.endswith("unknown")


def test_json_has_everything_by_its_name() -> None:
    first = json.loads(run("--for", "endpoint", "--region", "us-east-1", "--json").stdout)[0]

    assert first["offered"] is None
    assert first["usd_an_hour"] > 0
    assert first["source"].startswith("https://aws.amazon.com/")


def test_nothing_that_fits_is_said_in_words() -> None:
    result = run("--memory", "4000", "--region", "us-east-1")

    assert result.exit_code == 0
    assert result.stdout == "No instance type for training in us-east-1 fits.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--region", "us-east1"], "Did you mean us-east-1?"),
        (["--for", "serving"], "'serving' is not one of"),
        (["--memory", "0"], "0 is not in the range"),
    ],
)
def test_what_is_not_there_is_refused(arguments, message) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.output


def test_the_region_of_the_first_environment_is_taken(project, monkeypatch) -> None:
    monkeypatch.chdir(project.root)
    region = project.stack(project.environments()[0]).region

    assert run("--memory", "80").stdout == run("--memory", "80", "--region", region).stdout
    assert run("--memory", "80").stdout != run("--memory", "80", "--region", "us-east-2").stdout
