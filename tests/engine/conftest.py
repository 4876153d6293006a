"""Tests under Pulumi's real engine; they are skipped where its CLI is not installed."""

import shutil
from collections.abc import Iterator

import pytest

from embedded.cloud import Cloud
from embedded.resources import Resources


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("pulumi") is not None:
        return
    for item in items:
        if item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.skip(reason="needs the pulumi CLI on PATH"))


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture(scope="module")
def resources(cloud: Cloud) -> Resources:
    return Resources(cloud)
