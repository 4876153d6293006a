from collections.abc import Callable
from typing import Any

import pytest

from infra.settings import SettingsError, from_config

Found = Callable[..., list[str]]


@pytest.fixture
def found() -> Found:
    """Checks sound settings changed by keywords; gives each mistake as `setting: message`."""

    def check(**changes: Any) -> list[str]:
        values = {
            "owner": "ml@example.com",
            "network": {"cidr": "10.10.0.0/16"},
            "source": {"github": "example/platform"},
        } | changes
        try:
            from_config(values, "eu-west-1", "dev")
        except SettingsError as error:
            return [f"{mistake.setting}: {mistake.message}" for mistake in error.mistakes]
        return []

    return check


@pytest.fixture
def found_in_group(found: Found) -> Found:
    """The same for one feature group; paths begin below it."""

    def check(**changes: Any) -> list[str]:
        group = {
            "name": "visits",
            "record_id": "id",
            "event_time": "at",
            "features": {"id": "string", "at": "string", "age": "integral"},
        } | changes
        mistakes = found(features=[group])
        return [mistake.removeprefix("features[visits].") for mistake in mistakes]

    return check


@pytest.fixture
def found_in_model(found: Found) -> Found:
    """The same for one model."""

    def check(**changes: Any) -> list[str]:
        model = {"name": "readmission", "project": "templates/tabular"} | changes
        mistakes = found(models=[model])
        return [mistake.removeprefix("models[readmission].") for mistake in mistakes]

    return check
