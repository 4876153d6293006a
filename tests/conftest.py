"""The project and the graphs of its committed stacks, each recorded once for all tests."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project

PROJECT = Project.around(Path(__file__))
STACKS = sorted(
    path.stem.removeprefix("Pulumi.") for path in (PROJECT.root / "stacks").glob("*.yaml")
)
PASSES = ("first", "second")

Recording = Callable[[str, str], Graph]


def pytest_configure() -> None:
    # An output in an f-string is an error rather than a sentence about outputs.
    os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"


@pytest.fixture(scope="session")
def project() -> Project:
    return PROJECT


@pytest.fixture(scope="session")
def recording() -> Recording:
    """The graph of a stack by its environment and pass: in the first one, nothing is trained."""

    @cache
    def record(environment: str, which: str) -> Graph:
        stack = PROJECT.stack(environment)
        return recorded(PROJECT, stack, first_pass=which == "first")

    return record


@pytest.fixture(scope="session", params=STACKS)
def environment(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def graph(environment: str, recording: Recording) -> Graph:
    """A committed stack, in which every model has an approved version."""
    return recording(environment, "second")


@pytest.fixture(scope="session")
def first_pass(environment: str, recording: Recording) -> Graph:
    """A committed stack before anything is trained."""
    return recording(environment, "first")


@pytest.fixture(scope="session", params=PASSES)
def either_pass(request: pytest.FixtureRequest, environment: str, recording: Recording) -> Graph:
    return recording(environment, request.param)


@pytest.fixture(scope="session")
def every_graph(recording: Recording) -> list[Graph]:
    """All committed stacks, in which every model has an approved version."""
    return [recording(environment, "second") for environment in STACKS]
