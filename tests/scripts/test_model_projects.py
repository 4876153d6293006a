"""`maslow model new` and `maslow model train --local`, as people run them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.errors import InputError
from infra.models import shapes
from infra.project import Project
from scripts import model_projects
from scripts.maslow import main
from tests.json_shapes import misfits


@pytest.fixture
def inside(copy, monkeypatch):
    monkeypatch.chdir(copy)
    return copy


def maslow(*arguments):
    return CliRunner().invoke(main, ["model", *arguments], catch_exceptions=False)


def test_a_project_is_made_and_the_lines_for_the_stack_file_are_told(inside):
    done = maslow("new", "cultivars", "--kind", "tabular")

    assert done.exit_code == 0, done.output
    assert "      - name: cultivars\n        project: models/cultivars\n" in done.output
    file = inside / "stacks/Pulumi.dev.yaml"
    text = file.read_text()
    lines = "      - name: cultivars\n        project: models/cultivars\n"
    file.write_text(text.replace("    models:\n", f"    models:\n{lines}", 1))
    assert lines in file.read_text()
    models = Project.around(inside).stack("dev").platform.models
    assert models[0].project == "models/cultivars"


@pytest.mark.parametrize(("name", "kind"), [("Bad name", "tabular"), ("good", "sound")])
def test_what_cannot_be_made_ends_with_status_2(inside, name, kind):
    done = maslow("new", name, "--kind", kind)

    assert done.exit_code == 2
    assert len(done.output.splitlines()) == 1
    assert not list((inside / "models").glob("*"))


def test_it_trains_on_the_sample_and_tells_where_the_model_is(inside):
    assert maslow("new", "tumours", "--kind", "tabular").exit_code == 0

    done = maslow("train", "tumours", "--local", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert misfits(told, shapes.TrainedShape) == []
    assert told["metrics"]["auc"] > 0.97
    assert (inside / "build/tumours" / told["model"]).is_file()


def test_a_model_of_a_stack_is_trained_by_its_settings(inside):
    rows = [f"{i % 9},{'no' if i % 3 else 'yes'}" for i in range(90)]
    (inside / "visits.csv").write_text("\n".join(["x,readmitted", *rows]))

    done = maslow("train", "readmission", "--local", "-s", "dev", "--data", "visits.csv")
    assert done.exit_code == 0, done.output
    assert "accepted" in done.output
    assert "build/readmission/model/Train/output/model.tar.gz" in done.output.replace("\n", "")


def searching(folder):
    """Have a model of dev search among two values, twice; returns its name."""
    file = folder / "stacks/Pulumi.dev.yaml"
    before = "tune: {trials: 40, parallel: 2, objective: auc}"
    assert before in file.read_text()
    tune = "tune: {trials: 2, objective: auc, ranges: {c: [0.1, 1]}}"
    file.write_text(file.read_text().replace(before, tune))
    return "length-of-stay"


def test_a_model_whose_settings_search_is_searched_for_here(inside):
    done = maslow("train", searching(inside), "--local", "-s", "dev", "--json")

    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert misfits(told, shapes.TrainedShape) == []
    found = told["searches"]["Train"]
    assert (found["metric"], len(found["trials"])) == ("validation:auc", 2)


@pytest.mark.parametrize("once", [True, False])
def test_once_leaves_the_search_out(inside, monkeypatch, once):
    asked = []

    def trained(*_, tuning, **__):
        asked.append(tuning)
        raise InputError("enough")

    monkeypatch.setattr(model_projects, "train_locally", trained)
    options = ("--local", "-s", "dev", *(["--once"] if once else []))
    done = CliRunner().invoke(main, ["model", "train", searching(inside), *options])
    assert "enough" in done.output
    assert [tuning is None for tuning in asked] == [once]


def test_a_search_is_told_in_two_lines(capsys):
    trial = {"tried": {"c": "0.1"}, "value": 0.9, "is_stopped": False, "failure": None}
    trials = [
        trial | {"training": "Train-001"},
        trial | {"training": "Train-002", "is_stopped": True},
        trial | {"training": "Train-003", "value": None, "failure": "it broke"},
    ]
    model_projects._tell(
        {
            "project": "tumours",
            "data": "sample",
            "metrics": {},
            "accepted": None,
            "unmet": [],
            "seconds": {"Train": 3.0},
            "searches": {
                "Train": {
                    "metric": "validation:auc",
                    "value": 0.9,
                    "best": "Train-001",
                    "found": {"c": "0.1"},
                    "trials": trials,
                }
            },
            "model": "",
            "output": "out",
        },
        Path("out"),
    )

    lines = capsys.readouterr().out.splitlines()
    assert lines[1].strip() == "3 trials, 1 failed, 1 stopped early"
    assert lines[2].split(maxsplit=1) == ["best", "Train-001, validation:auc 0.9000: c=0.1"]


def test_without_local_it_says_which_command_trains_elsewhere(inside):
    done = CliRunner().invoke(main, ["model", "train", "readmission"])

    assert done.exit_code == 2
    assert "`maslow model run readmission` trains in an environment" in done.output
