import pytest

from infra.errors import InputError
from infra.project import Project
from infra.settings import SettingsError

WITHOUT_MODELS = """\
config:
  aws:region: eu-west-1
  maslow:platform:
    owner: ml@example.com
    network: {cidr: 10.10.0.0/16}
    source: {github: example/platform}
"""


def test_a_project_is_found_from_any_folder_in_it(project):
    within = Project.around(project.root / "templates" / "tabular" / "code")
    assert within == Project(project.root, "maslow")


def test_the_nearest_project_counts(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: outer")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "Pulumi.yaml").write_text("name: inner")
    assert Project.around(inner) == Project(inner, "inner")


def test_outside_of_any_project_there_is_none(tmp_path):
    with pytest.raises(InputError, match=r"there is no Pulumi\.yaml here or above"):
        Project.around(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "runtime: python", "name: ", "name: 7", 'name: ""'])
def test_a_project_without_a_name_is_told(tmp_path, text):
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        Project.around(tmp_path)
    assert "name: is missing; every resource is called after it." in str(caught.value)


def test_a_broken_project_file_is_told_with_its_line(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: maslow\nmain: [infra\n")
    with pytest.raises(SettingsError) as caught:
        Project.around(tmp_path)
    assert str(caught.value).startswith(
        "Pulumi.yaml has 1 mistake\n\n  line 2  the [ in column 7 is never closed."
    )


def test_a_stack_is_read_from_the_projects_stacks(project):
    stack = project.stack("prod")
    assert (stack.environment, stack.path) == ("prod", project.root / "stacks/Pulumi.prod.yaml")
    with pytest.raises(SettingsError, match="there is no such file"):
        project.stack("prd")


def test_names_of_project_and_environment_that_are_too_long_together_are_told(tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks/Pulumi.experimental.yaml").write_text(WITHOUT_MODELS)
    fits = Project(tmp_path, "patient-risks")
    assert fits.stack("experimental").environment == "experimental"
    with pytest.raises(SettingsError) as caught:
        Project(tmp_path, "patients-risks").stack("experimental")
    _, _, found, hint = str(caught.value).splitlines()
    assert "patients-risks and the environment experimental have names of 14 and 12" in found
    assert "25 together is the most" in found
    assert "the environment something of at most 11 characters, or shorten name in" in hint
