"""The catalogue of add-ons as it is told, with what a stack file has on: no account, no network."""

from collections.abc import Iterator
from typing import TypedDict

from catalog.add_ons import AddOn, Release, add_ons, left_out
from infra.settings import StackFile


class ReleaseShape(TypedDict):
    """A chart of an add-on, at the version that is pinned."""

    name: str
    chart: str
    repository: str
    version: str
    app_version: str
    """Version of the software in it."""
    released: str
    """The day on which this version was published."""
    source: str
    """Where the version was read."""


class AddOnShape(TypedDict):
    """An add-on of the catalogue."""

    key: str
    title: str
    about: str
    on: bool | None
    """Whether the stack file has it on; None without a stack file."""
    status: str
    """`supported` by the project that makes the software, or its chart is of a `community`."""
    namespace: str
    cpu: float
    """vCPU that all its pods ask for, at its smallest."""
    memory_gib: float
    """Memory that they ask for."""
    needs: list[str]
    """Add-ons that have to be on as well."""
    needs_beside: list[str]
    """What else it needs, in words."""
    caution: str | None
    page: str | None
    """What `maslow kubernetes open` opens of it; None where it has no page."""
    releases: list[ReleaseShape]


class LeftOutShape(TypedDict):
    """Software that people ask for and that is no add-on."""

    key: str
    title: str
    reason: str


class CatalogueShape(TypedDict):
    """All add-ons, and what is none."""

    environment: str | None
    add_ons: list[AddOnShape]
    left_out: list[LeftOutShape]


def catalogue(stack: StackFile | None) -> CatalogueShape:
    """Every add-on in the catalogue's order, with what an environment has on, if one is given."""
    chosen: set[str] | None = None
    if stack is not None:
        wanted = stack.platform.kubernetes
        chosen = {*wanted.add_ons} if wanted else set()
    return {
        "environment": stack.environment if stack else None,
        "add_ons": [
            _shape(each, None if chosen is None else each.key in chosen)
            for each in add_ons().values()
        ],
        "left_out": [
            {"key": key, "title": each.title, "reason": each.reason}
            for key, each in left_out().items()
        ],
    }


def _shape(add_on: AddOn, on: bool | None) -> AddOnShape:
    return {
        "key": add_on.key,
        "title": add_on.title,
        "about": add_on.about,
        "on": on,
        "status": add_on.status,
        "namespace": add_on.namespace,
        "cpu": add_on.cpu,
        "memory_gib": add_on.memory,
        "needs": [*add_on.needs.add_ons],
        "needs_beside": [*_beside(add_on)],
        "caution": add_on.caution or None,
        "page": add_on.page.title if add_on.page else None,
        "releases": [_release(each) for each in add_on.releases],
    }


def _beside(add_on: AddOn) -> Iterator[str]:
    if add_on.needs.database:
        yield f"a {add_on.needs.database} database that is there"
    if add_on.needs.table:
        yield "a DynamoDB table, which is made"
    if add_on.needs.storage:
        yield "disks, which are made"


def _release(release: Release) -> ReleaseShape:
    return {
        "name": release.name,
        "chart": release.chart,
        "repository": release.repository,
        "version": release.version,
        "app_version": release.app_version,
        "released": release.released,
        "source": release.source,
    }
