"""What a cluster is at: by EKS where it can be asked, and by the stack file for the rest."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypedDict

from botocore.exceptions import NoCredentialsError

from catalog.kubernetes_versions import Support, UnknownVersion, support_of, version_of
from infra.hosts import serving
from infra.kubernetes.cluster import described, name_of, public_ranges, wanted
from infra.models.place import place_of
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile
from infra.settings.kubernetes.cluster import Kubernetes

ABSENT = "ABSENT"
"""The status of a cluster that is not there, which is none of EKS's own."""
Cluster = Mapping[str, Any]


class SupportShape(TypedDict):
    """How EKS supports a version today."""

    kind: str
    """`standard`, `extended` or `ended`."""
    standard_ends: str
    """The first day of extended support."""
    extended_ends: str
    """The first day without any."""
    days_left: int
    """Days until the present kind ends; 0 once all has."""


class PoolShape(TypedDict):
    """A pool of nodes, as the stack file has it."""

    pool: str
    instances: list[str]
    spot: bool
    max: int
    zones: list[str] | None
    """None for all of the network."""


class TeamShape(TypedDict):
    """A team's namespace and its quota, as the stack file has them."""

    team: str
    vcpus: int
    memory_gib: int
    gpus: int
    neuron: int
    storage_gib: int
    pod_security: str
    personas: list[str]


class ClusterStatusShape(TypedDict):
    """What a cluster is at. What is unknown is None."""

    cluster: str
    existing: bool
    """Whether it is somebody else's."""
    unknown_because: str | None
    """Why EKS was not asked; None where it was."""
    status: str | None
    """As EKS has it, such as `ACTIVE`; `ABSENT` where there is no such cluster."""
    declared_version: str | None
    """What the stack file asks for; None of a cluster that is somebody else's."""
    version: str | None
    """What the cluster has."""
    platform_version: str | None
    support: SupportShape | None
    """Of the version that the cluster has, or else of the one that is asked for."""
    support_after: str | None
    """What follows standard support: `standard`, another version; `extended`, a year of that."""
    declared_public: list[str] | None
    """What the stack file has of the next."""
    public: list[str] | None
    """Ranges of the internet that reach its API; none where the network alone does."""
    issues: list[str] | None
    """What EKS finds wrong with it."""
    pools: list[PoolShape]
    teams: list[TeamShape]
    add_ons: list[str]


def status(project: Project, stack: StackFile) -> ClusterStatusShape:
    """What a cluster is at.

    Raises InputError where the stack file asks for none and for credentials of another account, and
    botocore's errors for what AWS refuses. Without credentials, and without whoever serves an
    embedded AWS, what EKS would tell is unknown.
    """
    settings = wanted(stack)
    name = name_of(settings, Names(project.name, stack.environment))
    found, day, because = _looked_up(project, stack, name)
    return {
        "cluster": name,
        "existing": settings.existing is not None,
        "unknown_because": because,
        "declared_version": None if settings.existing else settings.version,
        "declared_public": None if settings.existing else _public(settings),
        **_of_eks(settings, found, day, known=because is None),
        "pools": [
            {
                "pool": pool,
                "instances": [*each.instances],
                "spot": each.spot,
                "max": each.max,
                "zones": None if each.zones is None else [*each.zones],
            }
            for pool, each in settings.pools.items()
        ],
        "teams": [
            {
                "team": team,
                "vcpus": each.vcpus,
                "memory_gib": each.memory_gib,
                "gpus": each.gpus,
                "neuron": each.neuron,
                "storage_gib": each.storage_gib,
                "pod_security": each.pod_security,
                "personas": each.workers(stack.platform.access.personas),
            }
            for team, each in settings.teams.items()
        ],
        "add_ons": [*settings.add_ons],
    }


class _OfEks(TypedDict):
    """The part of the shape that EKS tells."""

    status: str | None
    version: str | None
    platform_version: str | None
    support: SupportShape | None
    support_after: str | None
    public: list[str] | None
    issues: list[str] | None


def _of_eks(settings: Kubernetes, found: Cluster | None, day: date, *, known: bool) -> _OfEks:
    if found is None:
        own = settings.existing is None
        return {
            "status": ABSENT if known else None,
            "version": None,
            "platform_version": None,
            "support": supported(settings.version, day) if own else None,
            "support_after": settings.support if own else None,
            "public": None,
            "issues": None,
        }
    policy = found.get("upgradePolicy", {})
    return {
        "status": found["status"],
        "version": found["version"],
        "platform_version": found.get("platformVersion"),
        "support": supported(found["version"], day),
        "support_after": policy["supportType"].lower() if policy else None,
        "public": public_ranges(found),
        "issues": [
            f"{issue['code']}: {issue['message']}"
            for issue in found.get("health", {}).get("issues", [])
        ],
    }


def _public(settings: Kubernetes) -> list[str]:
    return [*settings.endpoint.public] if settings.endpoint else []


def supported(version: str, day: date) -> SupportShape | None:
    """How EKS supports a version on a day; None of one that the catalog does not know."""
    try:
        known, kind = version_of(version), support_of(version, day)
    except UnknownVersion:
        return None
    ends = known.standard_ends if kind is Support.STANDARD else known.extended_ends
    return {
        "kind": kind.value,
        "standard_ends": known.standard_ends.isoformat(),
        "extended_ends": known.extended_ends.isoformat(),
        "days_left": max((ends - day).days, 0),
    }


def _looked_up(
    project: Project, stack: StackFile, name: str
) -> tuple[Cluster | None, date, str | None]:
    """What EKS says of the cluster, the day there, and why EKS could not be asked."""
    today = datetime.now(UTC).date()
    environment = stack.environment
    if stack.platform.cloud == "embedded" and not serving.find(project.root, environment):
        return None, today, f"`maslow up -s {environment} --serve` does not run"
    try:
        place = place_of(project, stack)
        return described(place, name), place.now().date(), None
    except NoCredentialsError:
        return None, today, "there are no AWS credentials here"
