"""Where MLflow's pages are opened."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from embedded.mlflow import server
from infra.errors import InputError
from infra.models.experiments import address
from infra.models.place import Place
from infra.settings.experiments import Experiments

NAME = "maslow-dev-experiments"
KEPT = {
    "ArtifactStoreUri": "s3://artifacts/runs",
    "RoleArn": "arn:aws:iam::123456789012:role/experiments",
}


@pytest.fixture
def keeping(place: Place) -> Callable[..., Place]:
    """The place, whose stack keeps experiments."""

    def make(**settings: Any) -> Place:
        experiments = Experiments.model_validate(settings)
        platform = place.stack.platform.model_copy(update={"experiments": experiments})
        return replace(place, stack=replace(place.stack, platform=platform))

    return make


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ready", lambda arn: f"http://{arn.rpartition('/')[2]}")


def test_an_environment_without_experiments_says_how_it_gets_them(place: Place) -> None:
    with pytest.raises(InputError, match=r"dev keeps no experiments: `experiments: \{\}` lets it"):
        address(place)


@pytest.mark.parametrize("kind", ["app", "tracking-server"])
def test_what_is_not_deployed_yet_is_told(keeping: Callable[..., Place], kind: str) -> None:
    with pytest.raises(InputError, match="no MLflow of dev yet: `maslow up -s dev`"):
        address(keeping(kind=kind))


def test_the_app_of_that_name_is_opened(
    keeping: Callable[..., Place], served: None, place: Place
) -> None:
    sagemaker = place.client("sagemaker")
    for name in ("other", NAME):
        arn = sagemaker.create_mlflow_app(Name=name, **KEPT)["Arn"]
    assert address(keeping()) == f"http://{arn.rpartition('/')[2]}"


def test_a_tracking_server_is_opened_by_its_name(
    keeping: Callable[..., Place], served: None, place: Place
) -> None:
    place.client("sagemaker").create_mlflow_tracking_server(TrackingServerName=NAME, **KEPT)
    assert address(keeping(size="small")) == f"http://{NAME}"
