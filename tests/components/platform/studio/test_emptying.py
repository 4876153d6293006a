"""What goes before a profile or a domain does, and what AWS takes its time over."""

from typing import Any

import pytest

from components.platform.studio import emptying
from components.platform.studio.emptying import StillThere, empty_domain, empty_profile


class Sagemaker:
    """A SageMaker that needs `rounds` looks at its list until an app is gone."""

    def __init__(self, *apps: dict[str, Any], rounds: int = 0) -> None:
        self.apps = [*apps]
        self.rounds = rounds
        self.deleted: list[str] = []

    def get_paginator(self, operation: str) -> "Sagemaker":
        self.listed = operation
        return self

    def paginate(self, DomainIdEquals: str) -> list[dict[str, Any]]:  # noqa: N803  AWS's name
        assert DomainIdEquals == "d-1"
        if self.listed == "list_spaces":
            return [{"Spaces": []}]
        there = [*self.apps]
        if self.deleted:
            self.rounds -= 1
            if self.rounds < 0:
                self.apps = []
        return [{"Apps": there}]

    def delete_app(self, **app: str) -> None:
        self.deleted.append(app["AppName"])


def an_app(name: str, status: str = "InService", profile: str = "ana") -> dict[str, Any]:
    return {
        "AppName": name,
        "AppType": "JupyterServer",
        "UserProfileName": profile,
        "Status": status,
    }


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "POLL_SECONDS", 0)


def test_what_is_gone_or_going_is_not_deleted_again() -> None:
    sagemaker = Sagemaker(an_app("old", "Deleted"), an_app("new"), an_app("going", "Deleting"))
    empty_domain(sagemaker, "d-1", takes_disks=True)
    assert sagemaker.deleted == ["new"]


def test_it_waits_until_aws_is_done() -> None:
    sagemaker = Sagemaker(an_app("new"), rounds=3)
    empty_domain(sagemaker, "d-1", takes_disks=True)
    assert sagemaker.rounds < 0


def test_the_apps_of_others_are_left_alone() -> None:
    sagemaker = Sagemaker(an_app("mine"), an_app("theirs", profile="ben"))
    empty_profile(sagemaker, "d-1", "ana", takes_disks=False)
    assert sagemaker.deleted == ["mine"]


def test_what_aws_does_not_delete_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "WAIT_SECONDS", -1)
    sagemaker = Sagemaker(an_app("stuck"), rounds=9)
    with pytest.raises(StillThere, match=r"the app stuck \(JupyterServer\)"):
        empty_domain(sagemaker, "d-1", takes_disks=True)
