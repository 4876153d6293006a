"""`maslow model new` and `maslow model train --local`, as people run them."""

import json

import pytest
from click.testing import CliRunner

from infra.models import shapes
from infra.project import Project
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


def test_without_local_it_says_which_command_trains_elsewhere(inside):
    done = CliRunner().invoke(main, ["model", "train", "readmission"])

    assert done.exit_code == 2
    assert "`maslow model run readmission` trains in an environment" in done.output
