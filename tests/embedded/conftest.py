"""An embedded AWS for the tests of a module, empty at its start."""

from collections.abc import Iterator

import pytest

from embedded.cloud import Cloud


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        yield running
