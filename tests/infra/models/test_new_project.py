"""What `maslow model new` makes of a kind."""

import ast
import json
import shutil
from pathlib import Path

import pytest

from components.platform.model_project import read_project
from infra.errors import InputError
from infra.models import new_project as made_of
from infra.models.new_project import KINDS, new_project
from infra.settings.projects import check_project
from infra.settings.tuning import ranges_in

ROOT = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "templates").symlink_to(ROOT / "templates")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_a_project_of_each_kind_can_be_deployed_as_it_is(root, kind):
    made = new_project(root, "first", kind)

    assert made == root / "models/first"
    assert check_project("models/first", root) is None
    files = {path.relative_to(made).as_posix() for path in made.rglob("*")}
    assert {"sample.py", "Dockerfile", "pyproject.toml", "README.md", "tests"} <= files
    assert not [one for one in files if "__pycache__" in one]
    assert [path.name for path in (root / "models").iterdir()] == ["first"]


@pytest.mark.parametrize("kind", KINDS)
def test_its_versions_are_registered_for_the_types_that_its_endpoint_takes(root, kind):
    definition = read_project(new_project(root, "first", kind)).definition

    (check,) = (one for one in definition["Steps"] if one["Type"] == "Condition")
    (register,) = check["Arguments"]["IfSteps"]
    told = register["Arguments"]["InferenceSpecification"]["SupportedContentTypes"]
    assert told == list(KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_looks_among_what_its_training_takes(root, kind):
    made = new_project(root, "first", kind)

    source = ast.parse((made / "code/train.py").read_text())
    (defaults,) = (
        ast.literal_eval(each.value)
        for each in source.body
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "DEFAULTS"
    )
    ranges = ranges_in(json.loads((made / "tuning.json").read_text()))
    assert ranges
    assert ranges.keys() <= defaults.keys()


def test_a_project_needs_no_template_any_more(root):
    made = new_project(root, "first", "tabular")

    (root / "templates").unlink()
    assert not [path for path in made.rglob("*") if path.is_symlink()]
    assert check_project("models/first", root) is None


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("First", "tabular", '"First" is not a model name. Small letters, digits'),
        ("../first", "tabular", '"../first" is not a model name.'),
        ("first", "sound", f"There is no kind sound: choose of {', '.join(KINDS)}."),
        ("there", "tabular", "models/there is there already: choose another name, or remove it."),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(root, name, kind, message):
    (root / "models/there").mkdir(parents=True)

    with pytest.raises(InputError) as refused:
        new_project(root, name, kind)
    assert str(refused.value).startswith(message)
    assert [path.name for path in (root / "models").iterdir()] == ["there"]
    assert not list((root / "models/there").iterdir())


def test_a_repository_without_templates_is_told_what_lacks(tmp_path):
    with pytest.raises(InputError, match="has no templates/tabular, of which the project is made"):
        new_project(tmp_path, "first", "tabular")


def test_what_is_interrupted_leaves_no_half_of_a_project(root, monkeypatch):
    def copied(source, target, **_):
        Path(target).mkdir(exist_ok=True)
        shutil.copy(Path(source, "pipeline.py"), target)
        raise KeyboardInterrupt

    monkeypatch.setattr(made_of.shutil, "copytree", copied)
    with pytest.raises(KeyboardInterrupt):
        new_project(root, "first", "tabular")
    assert not list((root / "models").iterdir())
