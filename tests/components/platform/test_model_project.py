import json

import pytest

from components.platform.model_project import ProjectError, content_hash, read_project

DEFINITION = {"Version": "2020-12-01", "Parameters": [], "Steps": [{"Name": "Train"}]}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pipeline.json").write_text(json.dumps(DEFINITION))
    (tmp_path / "code" / "lib").mkdir(parents=True)
    (tmp_path / "code" / "train.py").write_text("print('train')\n")
    (tmp_path / "code" / "lib" / "shared.py").write_text("ANSWER = 42\n")
    return tmp_path


def test_a_project_is_its_definition_and_its_code(project):
    read = read_project(project)

    assert read.definition == DEFINITION
    assert read.code == {"lib/shared.py": "ANSWER = 42\n", "train.py": "print('train')\n"}


def test_caches_and_hidden_files_are_no_code(project):
    before = read_project(project)
    (project / "code" / "__pycache__").mkdir()
    (project / "code" / "__pycache__" / "train.pyc").write_bytes(b"\xff\x00")
    (project / "code" / ".env").write_text("SECRET=1")

    assert read_project(project) == before


def test_a_changed_or_renamed_file_changes_the_hash():
    assert content_hash({"a": "1"}) != content_hash({"a": "2"})
    assert content_hash({"a": "1"}) != content_hash({"b": "1"})
    assert content_hash({"a": "bc"}) != content_hash({"ab": "c"})


def test_the_order_of_files_does_not_change_the_hash():
    assert content_hash({"a": "1", "b": "2"}) == content_hash({"b": "2", "a": "1"})


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(ProjectError, match=r"nowhere: there is no such model project"):
        read_project(tmp_path / "nowhere")


def test_a_project_that_was_never_compiled_says_how(project):
    (project / "pipeline.json").unlink()

    with pytest.raises(ProjectError, match=r"compile it with its pipeline\.py"):
        read_project(project)


def test_broken_json_is_shown_by_its_line(project):
    (project / "pipeline.json").write_text('{"Steps": [\n  oops\n]}')

    with pytest.raises(ProjectError, match=r"pipeline\.json: line 2"):
        read_project(project)


@pytest.mark.parametrize("content", ["[]", "{}", '{"Steps": []}'])
def test_json_without_steps_is_no_definition(project, content):
    (project / "pipeline.json").write_text(content)

    with pytest.raises(ProjectError, match="Steps"):
        read_project(project)


def test_a_project_without_code_is_refused(project):
    for path in (project / "code").rglob("*.py"):
        path.unlink()

    with pytest.raises(ProjectError, match="has no code"):
        read_project(project)


def test_binary_files_are_no_code(project):
    (project / "code" / "model.joblib").write_bytes(b"\x80\x04\xff")

    with pytest.raises(ProjectError, match="data belongs in S3"):
        read_project(project)
