"""A project and the graphs of its stacks, each recorded once for all tests and their workers.

The stack files are those of tests/stacks and belong to the tests: the ones in stacks/ are there to
be changed, and so may differ from the four that began as their copies. Pulumi.<environment>.yaml
are environments that know of one another; the others are variants, whole stack files for what none
of them shows.
"""

import fcntl
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
import regex
from botocore.model import Shape

from embedded.cloud import Cloud
from infra.collector import switch_off_collector
from infra.custom import load as load_custom
from infra.graph import Graph
from infra.models.new_project import BASE, KINDS, lay_out
from infra.offline import recorded, services_of
from infra.project import Project
from infra.settings import StackFile, from_config
from infra.settings.yamlfile import read

ROOT = Path(__file__).parents[1]
FILES = sorted(Path(__file__).parent.glob("stacks/*.yaml"))
COMMITTED = [path.stem.removeprefix("Pulumi.") for path in FILES if path.stem.startswith("Pulumi.")]
"""Environments that the command finds in the project."""
VARIANTS = {
    path.stem.rpartition("-")[2]: path for path in FILES if not path.stem.startswith("Pulumi.")
}
"""Environments by their name, in which there is no hyphen: `egress` of no-egress.yaml."""
STACKS = [*COMMITTED, *VARIANTS]
PASSES = ("first", "second")
SHARED = "MASLOW_TESTS_FOLDER"
"""Names the run's folder to its workers, which are started after this module is loaded."""


T = TypeVar("T")


class Tested(Project):
    """A project of the tests' own stacks."""

    def stack(self, environment: str) -> StackFile:
        """The settings of a stack, a variant's too."""
        if environment not in VARIANTS:
            return super().stack(environment)
        path = VARIANTS[environment]
        config = read(path).values["config"]
        stack = from_config(config["maslow:platform"], config["aws:region"], environment)
        return replace(stack, path=path)


def _made(root: Path) -> Tested:
    """The project in a new folder, with the repository's model projects."""
    (root / "stacks").mkdir(parents=True)
    (root / "Pulumi.yaml").write_text("name: maslow\n")
    (root / "templates").symlink_to(ROOT / "templates")
    for kind in KINDS.keys() - {BASE}:
        lay_out(root / "templates", kind, root / "models" / kind)
    for environment in COMMITTED:
        shutil.copy(ROOT / "tests" / "stacks" / f"Pulumi.{environment}.yaml", root / "stacks")
    return Tested.around(root)


OURS = SHARED not in os.environ
if OURS:
    os.environ[SHARED] = str(Path(tempfile.mkdtemp(prefix="maslow-tests-")).resolve())
FOLDER = Path(os.environ[SHARED])
PROJECT = _made(FOLDER / "project") if OURS else Tested.around(FOLDER / "project")

# The records of the teams' own types, for the tests that take every record of the catalog.
for _stack in STACKS:
    load_custom(PROJECT.stack(_stack).platform, PROJECT.root)

Recording = Callable[[str, str], Graph]


def pytest_configure() -> None:
    # An output in an f-string is an error rather than a sentence about outputs.
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: a quarter of the time, tests wait for others."""
    return (os.cpu_count() or 1) + 1


def pytest_unconfigure() -> None:
    if OURS:
        shutil.rmtree(FOLDER)
        del os.environ[SHARED]


def once(name: str, make: Callable[[], T]) -> T:
    """What `make` makes, in whichever worker comes to it first; the others wait, and read it."""
    kept = FOLDER / f"{name}.pickle"
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            read: T = pickle.loads(kept.read_bytes())  # noqa: S301  this run wrote it
            return read
        made = make()
        kept.write_bytes(pickle.dumps(made))
        return made


@pytest.fixture(scope="session")
def project() -> Project:
    return PROJECT


@pytest.fixture(scope="session")
def services() -> Callable[[str], frozenset[str]]:
    """The services that the graph of a stack uses, found once: that takes a recording."""

    @cache
    def used(environment: str) -> frozenset[str]:
        with quickly():
            return once(
                f"services-{environment}",
                lambda: services_of(PROJECT, PROJECT.stack(environment)),
            )

    return used


@pytest.fixture(scope="session")
def recording(services: Callable[[str], frozenset[str]]) -> Recording:
    """The graph of a stack by its environment and pass: in the first one, nothing is trained."""

    @cache
    def record(environment: str, which: str) -> Graph:
        stack, used = PROJECT.stack(environment), services(environment)
        return once(
            f"{environment}-{which}",
            lambda: recorded_quickly(stack, used, first_pass=which == "first"),
        )

    return record


@contextmanager
def quickly() -> Iterator[None]:
    """Without the garbage collector."""
    put_back = switch_off_collector()
    try:
        yield
    finally:
        put_back()


def recorded_quickly(
    stack: StackFile, services: Collection[str], *, first_pass: bool = False
) -> Graph:
    """The graph of a stack, recorded once and without the garbage collector."""
    with quickly():
        return recorded(PROJECT, stack, first_pass=first_pass, services=services)


@pytest.fixture(scope="session")
def record_like(services: Callable[[str], frozenset[str]]) -> Callable[[StackFile], Graph]:
    """The graph of a changed stack file, whose deployments may do what the unchanged one's may."""
    return lambda stack: recorded_quickly(stack, services(stack.environment))


@pytest.fixture(scope="session", params=STACKS)
def environment(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=COMMITTED)
def committed(request: pytest.FixtureRequest) -> str:
    """An environment that the command finds in the project."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def graph(environment: str, recording: Recording) -> Graph:
    """A stack in which every model has an approved version."""
    return recording(environment, "second")


@pytest.fixture(scope="session")
def first_pass(environment: str, recording: Recording) -> Graph:
    """A stack before anything is trained."""
    return recording(environment, "first")


@pytest.fixture(scope="session", params=PASSES)
def either_pass(request: pytest.FixtureRequest, environment: str, recording: Recording) -> Graph:
    return recording(environment, request.param)


@pytest.fixture(scope="session")
def every_graph(recording: Recording) -> list[Graph]:
    """All stacks, in which every model has an approved version."""
    return [recording(environment, "second") for environment in STACKS]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """An embedded AWS for the tests of a module, empty at its start."""
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture(scope="session")
def misfits() -> Callable[[Shape, Any, str], Iterator[str]]:
    """From a shape of AWS's, a value and its path to what AWS would refuse of the value."""
    return _misfits


def _misfits(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Each value within that its shape's enum, pattern, length or range does not allow.

    botocore itself refuses wrong types and missing members only, and moto looks at few of the rest.
    """
    for part, item, where in _parts(shape, value, path):
        allowed = part.metadata
        if part.type_name == "string":
            pattern = allowed.get("pattern", "")
            if part.enum and item not in part.enum:
                yield f"{where}: {item} is not one of {', '.join(part.enum)}"
            # Surrogates, by which AWS describes free text, are no part of Python's patterns.
            if pattern and "\\uD800" not in pattern and not regex.search(_whole(pattern), item):
                yield f"{where}: {item} does not match {pattern}"
        if "min" in allowed or "max" in allowed:
            size = item if isinstance(item, int | float) else len(item)
            if not allowed.get("min", size) <= size <= allowed.get("max", size):
                yield f"{where}: {size} is too little or too much"


def _parts(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    """A value and all that is in it, each with its shape and its path."""
    yield shape, value, path
    match shape.type_name:
        case "structure":
            inside = [(shape.members[key], item, f"{path}.{key}") for key, item in value.items()]
        case "list":
            inside = [(shape.member, item, f"{path}[]") for item in value]
        case "map":
            inside = [(shape.value, item, f"{path}.{key}") for key, item in value.items()]
            inside += [(shape.key, key, f"{path}.{key}") for key in value]
        case _:
            inside = []
    for part in inside:
        yield from _parts(*part)


def _whole(pattern: str) -> str:
    return pattern if pattern.startswith("^") else f"^(?:{pattern})$"
