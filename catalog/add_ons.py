"""The add-ons that a Kubernetes cluster can have: their charts, what they need and what they may.

`add_ons.json` is written by hand. Each release names where its version was read and when the
project published it; a chart's values are the smallest that still are of use: requests and limits,
one replica, no password, no ingress, and a disk of the stack's storage class.

In a chart's values, and in what an operator is told, `${name}` stands for a fact of the stack
(`FACTS`). A text that is nothing but such a name becomes the fact itself, which may be a list.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal

FILE = Path(__file__).with_name("add_ons.json")
OCI = "oci://"
INGRESS = "ingress"
"""The overlay of a release for people who reach it under a name, from within the network."""

FACTS = {
    "bucket": "the bucket of artifacts",
    "cluster": "the cluster's name",
    "database_host": "the host name of the stack's PostgreSQL",
    "feature_store": "Feast's feature_store.yaml in base64",
    "host": "the name under which people reach it",
    "ingress_class": "the class of ingresses whose load balancer is private",
    "log_group": "the CloudWatch log group of metrics",
    "path": "the add-on's own prefix in the bucket of artifacts, without a slash at its ends",
    "region": "the region",
    "registries": "the hosts of the registries that models' images are in, a comma between them",
    "storage_class": "the cluster's storage class",
    "table": "the add-on's own DynamoDB table",
    "team_namespaces": "a list of the teams' namespaces",
}
"""What the values of a chart may ask of the stack."""

ACCESS = {
    "artifacts": "reads and writes its own prefix in the bucket of artifacts",
    "own-table": "reads and writes its own DynamoDB table",
    "read-features": "reads the feature registry and the tables of the online store",
    "read-secrets": "reads the stack's secrets and parameters, and decrypts them",
    "telemetry": "sends traces to X-Ray and metrics to CloudWatch, through its own log group",
}
"""What a service account of an add-on may do in AWS, for a component to make a policy of."""

SECRET_VALUES = {
    "database-password": "the password of the add-on's own user of the database",
    "database-url": "that user's whole address of the database, its password in URL encoding",
    "database-user": "the add-on's own user of the database",
    "fernet-key": "32 random bytes in URL-safe base64",
    "password": "a random text",
    "strong-password": "a random text with a digit, both cases and a special character",
    "user": "the name of the first administrator",
}
"""How the value under a secret's key is made."""

PLACEHOLDER = re.compile(r"\$\{([a-z_]+)\}")

Status = Literal["supported", "community"]
"""Whether the project that makes the software publishes the chart, or somebody else does."""
PodSecurity = Literal["privileged", "baseline", "restricted"]


@dataclass(frozen=True)
class Release:
    """One chart of an add-on, at one version."""

    name: str
    chart: str
    repository: str
    """Where the project publishes it: an index (`https://…`), or a folder of OCI artifacts."""
    version: str
    app_version: str
    released: str
    """The day on which this version was published, or the day of the sources it was read in."""
    source: str
    values: Mapping[str, Any]
    overlays: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Further values, by the add-on that has to be there for them, or `ingress`."""

    @property
    def address(self) -> str:
        """What Helm is told to install: an OCI address, or the chart's name in its index."""
        return f"{self.repository}/{self.chart}" if self.repository.startswith(OCI) else self.chart

    @property
    def index(self) -> str | None:
        """The address of the chart's index; None for an OCI artifact, which has none."""
        return None if self.repository.startswith(OCI) else self.repository

    def values_with(self, chosen: Iterable[str]) -> dict[str, Any]:
        """The values where other add-ons, and maybe `ingress`, are chosen as well.

        Placeholders are still in them; `filled` replaces these.
        """
        found: dict[str, Any] = dict(self.values)
        for other, values in self.overlays.items():
            if other in chosen:
                found = merged(found, values)
        return found


@dataclass(frozen=True)
class Identity:
    """A service account that calls AWS."""

    service_account: str
    access: str
    """A key of `ACCESS`."""
    made_here: bool = False
    """Whether the chart makes no such account, and wants to find it in the namespace."""


@dataclass(frozen=True)
class Secret:
    """A secret that has to be in the add-on's namespace before its releases are."""

    name: str
    keys: Mapping[str, str]
    """By key, how its value is made: a key of `SECRET_VALUES`."""


@dataclass(frozen=True)
class Operand:
    """What the operator of an add-on is told to make, in a namespace of its own."""

    api_version: str
    kind: str
    name: str
    namespace: str
    spec: Mapping[str, Any]
    """Its specification; placeholders are in it as in a chart's values."""


@dataclass(frozen=True)
class Needs:
    """What has to be there before an add-on."""

    add_ons: tuple[str, ...] = ()
    storage: bool = False
    """Whether it keeps data on disks of the cluster's storage class."""
    table: bool = False
    """Whether it keeps data in a DynamoDB table of its own."""
    database: str = ""
    """The engine of the database that it needs, or empty."""
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True)
class PagePassword:
    """A secret in the add-on's namespace by which one signs in to its page."""

    name: str
    password: str
    """The key that the password is under."""
    user: str
    """The name of whose password it is."""


@dataclass(frozen=True)
class Page:
    """What an add-on shows in a browser."""

    title: str
    service: str
    """Name of the service in the add-on's namespace, as its chart calls it."""
    port: int
    """Port of the service."""
    sign_in: str
    """Who one is there and how one signs in, in words. It may ask for `cluster` and `region`."""
    source: str
    """Where the service, its port and its sign-in were read."""
    scheme: Literal["http", "https"] = "http"
    path: str = "/"
    personas: tuple[str, ...] = ()
    """Personas who open it, beside who may do everything in the cluster."""
    password: PagePassword | None = None
    """None where nobody's password is made with the add-on."""


@dataclass(frozen=True)
class AddOn:
    """Software that a cluster can have, as people choose it by its key."""

    key: str
    title: str
    about: str
    status: Status
    namespace: str
    pod_security: PodSecurity
    """The strictest level of the Pod Security Standards that its pods keep to.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """
    cpu: float
    """vCPU that all its pods ask for."""
    memory: float
    """GiB that all its pods ask for."""
    releases: tuple[Release, ...]
    """In the order in which they are installed."""
    needs: Needs = Needs()
    identities: tuple[Identity, ...] = ()
    crds: tuple[str, ...] = ()
    """Groups of the custom resources that it brings."""
    caution: str = ""
    page: Page | None = None
    no_page: str = ""
    """Why it has none, where people would look for one."""
    operand: Operand | None = None
    """What comes after its releases, where these bring an operator alone."""


@dataclass(frozen=True)
class LeftOut:
    """Software that people ask for and that is no add-on."""

    title: str
    reason: str


@cache
def add_ons() -> Mapping[str, AddOn]:
    """Every add-on, by its key."""
    return {key: _add_on(key, found) for key, found in _read()["add_ons"].items()}


@cache
def left_out() -> Mapping[str, LeftOut]:
    """What is no add-on, by the key that people would write, with the reason."""
    return {key: LeftOut(**found) for key, found in _read()["left_out"].items()}


def in_order(keys: Iterable[str]) -> list[AddOn]:
    """The add-ons of these keys and all that they need, each after what it needs.

    An add-on whose values change with another one comes after that as well, since Prometheus'
    kinds have to be there before anybody's ServiceMonitor. Raises KeyError for a key that is no
    add-on's.
    """
    wanted = _with_needs(keys)
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for each in wanted.values():
        overlays = {other for release in each.releases for other in release.overlays}
        sorter.add(each.key, *each.needs.add_ons, *sorted(overlays & wanted.keys()))
    return [wanted[key] for key in sorter.static_order()]


def _with_needs(keys: Iterable[str]) -> dict[str, AddOn]:
    """The add-ons of these keys and those that they need, however far down, by their keys."""
    found: dict[str, AddOn] = {}
    waiting = [*keys]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found[key] = add_ons()[key]
            waiting += found[key].needs.add_ons
    return found


def facts_in(values: object) -> set[str]:
    """The names of the facts that a chart's values ask for."""
    return {name for text in texts(values) for name in PLACEHOLDER.findall(text)}


def filled(values: object, facts: Mapping[str, Any]) -> Any:
    """A chart's values with the stack's facts. Raises KeyError for a fact that is missing."""
    if isinstance(values, Mapping):
        return {key: filled(value, facts) for key, value in values.items()}
    if isinstance(values, list):
        return [filled(value, facts) for value in values]
    if not isinstance(values, str):
        return values
    whole = PLACEHOLDER.fullmatch(values)
    if whole:
        return facts[whole[1]]
    return PLACEHOLDER.sub(lambda found: str(facts[found[1]]), values)


def texts(values: object) -> Iterator[str]:
    """Every text in a chart's values; keys are not among them."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from texts(value)
    elif isinstance(values, list):
        for value in values:
            yield from texts(value)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Values over others as Helm lays them: mappings are joined, all else is replaced."""
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            found[key] = merged(below, value)
        else:
            found[key] = value
    return found


def _add_on(key: str, found: Mapping[str, Any]) -> AddOn:
    written = found.get("needs", {})
    needs = {
        **written,
        "add_ons": tuple(written.get("add_ons", ())),
        "secrets": tuple(Secret(**each) for each in written.get("secrets", ())),
    }
    return AddOn(
        key=key,
        title=found["title"],
        about=found["about"],
        status=found["status"],
        namespace=found["namespace"],
        pod_security=found["pod_security"],
        cpu=found["size"]["cpu"],
        memory=found["size"]["memory"],
        releases=tuple(Release(**each) for each in found["releases"]),
        needs=Needs(**needs),
        identities=tuple(Identity(**each) for each in found.get("identities", ())),
        crds=tuple(found.get("crds", ())),
        caution=found.get("caution", ""),
        page=_page(found["page"]) if "page" in found else None,
        no_page=found.get("no_page", ""),
        operand=Operand(**found["operand"]) if "operand" in found else None,
    )


def _page(found: Mapping[str, Any]) -> Page:
    password = found.get("password")
    return Page(
        **{
            **found,
            "personas": tuple(found.get("personas", ())),
            "password": PagePassword(**password) if password else None,
        }
    )


@cache
def _read() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found
