"""A search for hyperparameters, and what SageMaker would refuse of it."""

import json
import shutil
from pathlib import Path

import pytest

from infra.settings.tuning import Range, Tune
from infra.settings.tuning_checks import check_tuning

TABULAR = Path(__file__).resolve().parents[3] / "templates" / "tabular"


def tune(**given):
    """The settings as a stack file has them."""
    return Tune.model_validate_json(json.dumps(given))


@pytest.mark.parametrize(
    ("given", "kind", "values"),
    [
        ([0.001, 1], "ContinuousParameterRanges", ["0.001", "1"]),
        ([1, 9], "IntegerParameterRanges", ["1", "9"]),
        (["a", "b"], "CategoricalParameterRanges", ["a", "b"]),
        ([1, 2, 3], "CategoricalParameterRanges", ["1", "2", "3"]),
        ([True, False], "CategoricalParameterRanges", ["true", "false"]),
        ({"choose": [1, 2]}, "CategoricalParameterRanges", ["1", "2"]),
        ({"from": 1, "to": 50, "scale": "log"}, "IntegerParameterRanges", ["1", "50"]),
        ({"from": 0.5, "to": 0.99, "scale": "reverse-log"}, "ContinuousParameterRanges", None),
    ],
)
def test_ranges_are_written_short_or_long(given, kind, values):
    one = tune(ranges={"c": given}).ranges["c"]
    assert one.kind == kind
    assert values is None or one.values == values


@pytest.mark.parametrize("given", [[0.1, 1], ["a", "b"], {"from": 1, "to": 5, "scale": "log"}])
def test_a_range_survives_being_written_and_read(given):
    settings = tune(ranges={"c": given})
    assert Tune.model_validate_json(settings.model_dump_json(exclude_none=True)) == settings


def search(found_in_model, tuning, **training):
    """The mistakes of a model's search."""
    changes = {"kind": "binary", "training": {"tune": tuning, **training}}
    return [each.removeprefix("training.tune") for each in found_in_model(**changes)]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"trials": 40, "parallel": 4},
        {"strategy": "hyperband", "epochs": 81},
        {"strategy": "grid", "ranges": {"algorithm": ["linear", "boosting"]}},
        {"early_stop": True, "stop_at": 1, "patience": 3, "seed": 0, "warm_start": ["before"]},
    ],
)
def test_a_search_says_as_little_as_it_likes(found_in_model, given):
    assert search(found_in_model, given) == []


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        ({"ranges": {"c": [9, 1]}}, ".ranges.c: goes from 9 to 1."),
        ({"ranges": {"c": {"from": 1}}}, ".ranges.c: does not say which values there are."),
        ({"ranges": {"c": []}}, ".ranges.c: does not say which values there are."),
        ({"ranges": {"c": ["a", "a"]}}, ".ranges.c.choose: has a value twice."),
        (
            {"ranges": {"c": {"from": 0, "to": 1, "scale": "log"}}},
            ".ranges.c.scale: a log scale has no 0.",
        ),
        (
            {"ranges": {"c": {"from": 0, "to": 1, "scale": "reverse-log"}}},
            ".ranges.c.scale: a reverse-log scale is of parts between 0 and 1.",
        ),
        (
            {"ranges": {"c": {"choose": ["a"], "to": 1}}},
            ".ranges.c: choose goes with no from, to and scale.",
        ),
        ({"trials": 2, "parallel": 3}, ".parallel: 3 at a time are more than the 2 trials."),
        (
            {"strategy": "grid", "trials": 4, "ranges": {"a": ["x"]}},
            ".trials: a grid has as many trials as combinations.",
        ),
        ({"strategy": "grid", "ranges": {"c": [1, 9]}}, ".ranges.c: a grid is of lists of values."),
        ({"strategy": "hyperband"}, ".epochs: hyperband needs the most epochs of a training."),
        ({"epochs": 9}, ".epochs: is for strategy: hyperband alone."),
        (
            {"strategy": "hyperband", "epochs": 9, "early_stop": True},
            ".early_stop: hyperband stops trainings itself.",
        ),
        (
            {"strategy": "hyperband", "epochs": 9, "warm_start": ["before"]},
            ".warm_start: a hyperband search goes on from none.",
        ),
        ({"warm_start": ["a_b"]}, '.warm_start[1]: "a_b" is not a name of a tuning job.'),
    ],
)
def test_what_is_wrong_with_a_search_is_named(found_in_model, given, mistake):
    assert search(found_in_model, given) == [mistake]


def test_ranges_are_of_at_most_thirty_hyperparameters(found_in_model):
    many = {f"h{i}": [1, 2] for i in range(31)}
    (mistake,) = search(found_in_model, {"ranges": many})
    assert mistake.startswith(".ranges: ")


@pytest.fixture
def root(tmp_path):
    """A repository with a project made from the template."""
    shutil.copytree(TABULAR, tmp_path / "models" / "stay")
    return tmp_path


def of_project(root, tuning, *, kind="binary", accept=None, **training):
    """The mistakes of a search with the model's project, as a stack file has the model."""
    model = {"project": "models/stay", "kind": kind, "accept": accept or {}}
    found = check_tuning(model | {"training": {"tune": tuning, **training}}, root)
    return [(".".join(each.path[2:]), each.message) for each in found]


def test_the_project_says_the_ranges_that_the_settings_do_not(root):
    assert of_project(root, {"trials": 40, "parallel": 4}) == []
    (root / "models/stay/tuning.json").unlink()
    ((_, message),) = of_project(root, {"trials": 40, "parallel": 4})
    assert message == "it says no ranges, and the project has no tuning.json that does."
    assert of_project(root, {"ranges": {"c": [0.1, 9]}}) == []


def test_ranges_of_a_project_are_held_to_the_same_rules(root):
    (root / "models/stay/tuning.json").write_text('{"c": [9, 1]}')
    ((_, message),) = of_project(root, {})
    assert message == "the project's tuning.json: c: goes from 9 to 1."


def test_what_is_given_is_not_looked_for(root):
    fixed = {"hyperparameters": {"algorithm": "boosting"}}
    assert of_project(root, {}, **fixed) == []
    ((path, message),) = of_project(root, {"ranges": {"algorithm": ["linear"]}}, **fixed)
    assert (path, message) == ("ranges", "algorithm is given in hyperparameters, too.")
    every = dict.fromkeys(json.loads((root / "models/stay/tuning.json").read_text()), 1)
    ((_, message),) = of_project(root, {}, hyperparameters=every)
    assert message == "hyperparameters gives all that the project's tuning.json looks for."


def test_the_objective_is_a_metric_that_the_training_tells(root):
    assert of_project(root, {"objective": "recall"}) == []
    ((path, message),) = of_project(root, {"objective": "loss"})
    assert (path, message) == ("objective", "the project's training tells no loss.")


def test_without_an_objective_it_is_what_the_model_is_measured_by(root):
    assert of_project(root, {}, kind=None, accept={"rmse": 3}) == []
    ((_, message),) = of_project(root, {}, kind=None)
    assert message.startswith("which training is best depends on what the model tells")


def test_a_grid_of_a_projects_numbers_is_refused(root):
    ((_, message),) = of_project(root, {"strategy": "grid"})
    assert "the project looks for c, iterations, learning_rate, depth between two" in message


def test_a_project_whose_training_no_tuning_job_runs_is_refused(root):
    path = root / "models/stay/pipeline.json"
    path.write_text(path.read_text().replace("/opt/ml/input/data/code/train.py", "/own/train.py"))
    ((_, message),) = of_project(root, {})
    assert "models/stay/pipeline.json: a tuning job has no entry point" in message


def test_a_search_that_is_wrong_by_itself_is_told_where_it_is_read(root):
    assert of_project(root, {"ranges": {"c": [9, 1]}}) == []
    assert of_project(root, "many") == []


def test_whole_numbers_at_both_ends_make_whole_numbers():
    assert Range.model_validate({"from": 1, "to": 2}).is_whole
    assert not Range.model_validate({"from": 1, "to": 2.5}).is_whole
