"""What README.md and CONTRIBUTING.md say is so: commands, paths, names and quotations."""

import importlib.util
import pkgutil
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from components.foundation.network.endpoint_services import NEEDED
from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project
from infra.settings import SettingsError, schema
from scripts.maslow import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")
RULE = re.compile(r"^([a-z]+):", re.MULTILINE)
PATH = re.compile(r"\.?[\w-]+(?:[./][\w-]+)*/?")
DOTTED = re.compile(r"(components|infra|scripts)(\.\w+)+")
SUFFIXES = {".json", ".lock", ".md", ".py", ".toml", ".yaml"}
MISSPELT = {"egress: single": "egress: singel", "ml.c6i.large": "ml.c6i.lage"}


def fenced(document: Path, language: str) -> list[str]:
    return [text for kind, text in FENCED.findall(document.read_text()) if kind == language]


def code(document: Path) -> Iterator[str]:
    """Every piece of inline code, and every line of the shell examples."""
    yield from INLINE.findall(FENCED.sub("", document.read_text()))
    for block in fenced(document, "sh"):
        yield from block.splitlines()


def said(start: str) -> list[str]:
    """All pieces of code that begin with a word or a few."""
    return sorted({piece for each in DOCUMENTS for piece in code(each) if piece.startswith(start)})


def wrong_with(command: str) -> str | None:
    """What of a `maslow …` line the command would not take."""
    _, name, *arguments = shlex.split(command)
    if name not in main.commands:
        return f"there is no maslow {name}"
    known = {
        option: parameter
        for parameter in main.commands[name].params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    values = 0
    for argument in arguments:
        if argument.startswith("-"):
            parameter = known.get(argument)
            if not isinstance(parameter, click.Option):
                return f"maslow {name} has no {argument}"
            values = 0 if parameter.is_flag else 1
        elif values == 0:
            return f"maslow {name} takes no {argument}"
        else:
            values -= 1
    return None


def paths(document: Path) -> set[str]:
    """Inline code that looks like a path of this repository."""
    pieces = INLINE.findall(FENCED.sub("", document.read_text()))
    return {
        piece
        for piece in pieces
        if PATH.fullmatch(piece)
        and ("/" in piece or Path(piece).suffix in SUFFIXES)
        and not piece.startswith(".venv")
    }


def exists(path: str) -> bool:
    """Whether a path leads from the repository's root, or from the model project's folder.

    A file in stacks/ need not be there any more, if it is among those of the tests.
    """
    roots = (ROOT, ROOT / "templates/tabular", ROOT / "tests")
    return any((root / path).exists() for root in roots)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose one stack file is the README's example."""
    root = tmp_path_factory.mktemp("example")
    (root / "stacks").mkdir()
    (example,) = fenced(README, "yaml")
    (root / "stacks" / "Pulumi.dev.yaml").write_text(example)
    shutil.copytree(ROOT / "templates/tabular", root / "templates/tabular")
    return Project(root, "maslow")


@pytest.fixture(scope="module")
def graph(project: Project) -> Graph:
    return recorded(project, project.stack("dev"))


def test_two_commands_do_all_the_set_up() -> None:
    assert fenced(README, "sh")[0].splitlines() == ["make up", "make test"]


@pytest.mark.parametrize("command", said("make "))
def test_every_make_target_exists(command: str) -> None:
    assert set(command.split()[1:]) <= set(RULE.findall((ROOT / "Makefile").read_text()))


@pytest.mark.parametrize("command", said("maslow "))
def test_the_command_takes_what_it_is_said_to_take(command: str) -> None:
    assert wrong_with(command) is None


@pytest.mark.parametrize(
    "command", ["maslow plane -s dev", "maslow plan --jsn", "maslow plan dev", "maslow plan -s a b"]
)
def test_a_wrong_command_would_be_found(command: str) -> None:
    assert wrong_with(command) is not None


def test_every_command_is_explained() -> None:
    explained = {command.split()[1] for command in code(README) if command.startswith("maslow ")}
    assert explained == set(main.commands)


@pytest.mark.parametrize("command", said("python -m "))
def test_every_python_module_to_run_exists(command: str) -> None:
    assert importlib.util.find_spec(command.split()[2]) is not None


@pytest.mark.parametrize("name", [name for name in said("") if DOTTED.fullmatch(name)])
def test_every_python_name_leads_somewhere(name: str) -> None:
    assert pkgutil.resolve_name(name) is not None


@pytest.mark.parametrize("command", said("maslow schema --values "))
def test_every_setting_whose_values_are_asked_for_has_some(command: str) -> None:
    assert schema.values(command.rsplit(maxsplit=1)[-1])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_path_exists(document: Path) -> None:
    named = paths(document) | set(LINK.findall(document.read_text()))
    assert named
    assert [path for path in sorted(named) if not exists(path)] == []


def test_what_looks_like_a_path_is_found(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(
        "`infra/nothing.py`, `make up`, `nothing.md`, `serving.instance`, `.ci/run`"
    )
    assert paths(document) == {"infra/nothing.py", "nothing.md", ".ci/run"}


def test_misspelt_settings_are_told_as_quoted(project: Project) -> None:
    stack = project.root / "stacks" / "Pulumi.dev.yaml"
    sound = stack.read_text()
    misspelt = sound
    for right, wrong in MISSPELT.items():
        assert right in sound
        assert any(f"`{wrong}`" in line for line in README.read_text().splitlines())
        misspelt = misspelt.replace(right, wrong)
    stack.write_text(misspelt)
    try:
        with pytest.raises(SettingsError) as error:
            project.stack("dev")
    finally:
        stack.write_text(sound)
    assert f"{error.value}\n" in fenced(README, "text")


def test_every_name_of_the_example_is_declared(graph: Graph) -> None:
    named = {
        name for piece in code(README) for name in re.findall(r"maslow-dev-[a-z-]*[a-z]", piece)
    }
    declared = graph.to_json()
    assert named
    assert [name for name in sorted(named) if not re.search(rf"{name}\b", declared)] == []


def test_the_interface_endpoints_are_counted(graph: Graph) -> None:
    endpoints = [
        endpoint
        for endpoint in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        if endpoint.inputs["vpcEndpointType"] == "Interface"
    ]
    in_zones = sum(len(endpoint.inputs["subnetIds"]) for endpoint in endpoints)
    text = " ".join(README.read_text().split())
    assert f"{len(NEEDED)} interface endpoints in each zone" in text
    assert f"{in_zones} in the file above" in text
