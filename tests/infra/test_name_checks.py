"""Names that people choose are told apart from the platform's, and from one another."""

from collections.abc import Callable
from dataclasses import replace

import pulumi_aws as aws
import pytest

from infra.graph import Graph, Run, record
from infra.name_checks import check_names
from infra.offline import recorded, services_of
from infra.project import Project
from infra.settings import SettingsError, StackFile


def with_models(stack: StackFile, *names: str) -> StackFile:
    """The stack with models of these names, which are set up like its first."""
    first = stack.platform.models[0]
    models = tuple(first.model_copy(update={"name": name}) for name in names)
    return replace(stack, platform=stack.platform.model_copy(update={"models": models}))


def program_of(stack: StackFile, program: Callable[[], None]) -> Graph:
    return record(program, Run(stack=stack.environment), collect_repeated=True)


def test_the_names_of_every_stack_are_taken(either_pass: Graph, project: Project) -> None:
    check_names(either_pass, project.stack(either_pass.stack))


def test_a_model_that_is_called_like_a_part_of_the_platform_is_told_with_its_line(
    project: Project,
) -> None:
    stack = project.stack("dev")
    with pytest.raises(SettingsError) as caught:
        recorded(project, with_models(stack, "images"), services=frozenset())
    _, _, found, hint = str(caught.value).splitlines()
    assert found.startswith("  line 2")
    assert "there would be two of ImageRegistry maslow-dev-images." in found
    assert "Choose another name" in hint


def test_a_model_is_looked_at_though_it_is_set_up_like_another(project: Project) -> None:
    stack = project.stack("dev")
    with pytest.raises(SettingsError, match="ImageRegistry maslow-dev-images"):
        services_of(project, with_models(stack, "images", "readmission"))


def test_two_resources_of_one_name_in_aws_are_told(project: Project) -> None:
    def program() -> None:
        aws.sqs.Queue("one", name="maslow-dev-readmission-waiting")
        aws.sqs.Queue("other", name="maslow-dev-readmission-waiting")

    stack = project.stack("dev")
    with pytest.raises(SettingsError) as caught:
        check_names(program_of(stack, program), stack)
    assert "models[readmission].name: there would be two of Queue maslow-dev" in str(caught.value)


def test_one_name_within_two_others_is_no_mistake(project: Project) -> None:
    def program() -> None:
        for role in ("one", "other"):
            aws.iam.RolePolicy(role, name="maslow-dev-reads", role=role, policy="{}")

    stack = project.stack("dev")
    check_names(program_of(stack, program), stack)


@pytest.mark.parametrize(
    ("length", "named", "found"),
    [(57, False, "Role .* would have a name of 65"), (65, True, "Role .* a name of 65")],
)
def test_a_name_that_aws_would_not_take_is_told(
    project: Project, length: int, named: bool, found: str
) -> None:
    def program(longer: int) -> None:
        name = "n" * (length - 1 + longer)
        aws.iam.Role(name, name=name if named else None, assume_role_policy="{}")

    stack = project.stack("dev")
    check_names(program_of(stack, lambda: program(0)), stack)
    with pytest.raises(SettingsError, match=found):
        check_names(program_of(stack, lambda: program(1)), stack)
