"""The versions of Kubernetes that EKS has, and until when it supports each.

A version has fourteen months of standard support and twelve of extended support, which costs six
times as much. Then EKS makes no new cluster of it, and updates those that there are.

https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
"""

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from catalog.service_record import Lifecycle, State

FILE = Path(__file__).with_name("kubernetes_versions.json")


class Support(enum.Enum):
    """How EKS supports a version on a day."""

    STANDARD = "standard"
    EXTENDED = "extended"
    """It costs more: https://aws.amazon.com/eks/pricing/"""
    ENDED = "ended"
    """No cluster can be made of it."""


class UnknownVersion(LookupError):
    """A version of Kubernetes that EKS does not have, or that maslow does not know of yet."""

    def __init__(self, version: str) -> None:
        super().__init__(f"EKS has no Kubernetes {version}: it has {', '.join(versions())}")
        self.version = version


@dataclass(frozen=True)
class Version:
    """A version, with the days on which its life changes, in UTC."""

    version: str
    """Such as `1.36`."""
    released: date
    """The day on which EKS had it first."""
    standard_ends: date
    """The first day of extended support."""
    extended_ends: date
    """The first day without any."""

    @property
    def minor(self) -> int:
        """What follows the dot."""
        return int(self.version.partition(".")[2])

    def support(self, day: date) -> Support:
        """How EKS supports it on a day."""
        if day < self.standard_ends:
            return Support.STANDARD
        return Support.EXTENDED if day < self.extended_ends else Support.ENDED


def versions() -> Mapping[str, Version]:
    """The versions by name, the newest first, those that ended last included."""
    return _known()


def default_version() -> str:
    """What a cluster has of which no version is asked."""
    return str(_read()["default"])


def version_of(name: str) -> Version:
    """A version by its name, such as `1.36`. Raises UnknownVersion."""
    if name not in versions():
        raise UnknownVersion(name)
    return versions()[name]


def support_of(version: str, day: date) -> Support:
    """How EKS supports a version on a day. Raises UnknownVersion."""
    return version_of(version).support(day)


def offered(day: date) -> tuple[str, ...]:
    """The versions of which a cluster can be made on a day, the newest first."""
    return tuple(
        name for name, each in versions().items() if each.support(day) is not Support.ENDED
    )


def lifecycle_of(version: str, day: date) -> Lifecycle:
    """What is next in a version's life: the end of its standard support, or the end of all.

    Raises UnknownVersion.
    """
    known, source = version_of(version), str(_read()["source"])
    match known.support(day):
        case Support.STANDARD:
            after = "a newer version, or extended support at six times the price"
            return Lifecycle(State.ENDS, known.standard_ends, source, after)
        case Support.EXTENDED:
            return Lifecycle(State.ENDS, known.extended_ends, source, "a newer version")
        case Support.ENDED:
            return Lifecycle(State.ENDED, known.extended_ends, source, "a newer version")


@cache
def _known() -> Mapping[str, Version]:
    return {
        each["version"]: Version(
            each["version"],
            *(date.fromisoformat(each[f]) for f in ("released", "standard_ends", "extended_ends")),
        )
        for each in _read()["versions"]
    }


@cache
def _read() -> Mapping[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document
