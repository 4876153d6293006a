"""`maslow kubernetes login`, `open`, `status` and `add-ons`."""

import os
import shlex
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date

import click
from rich.markup import escape

from infra.days import spoken
from infra.errors import InputError
from infra.kubernetes import login as logins
from infra.kubernetes import pages, person_config
from infra.kubernetes.add_ons import AddOnShape, catalogue
from infra.kubernetes.forwarding import forwarding
from infra.kubernetes.status import ABSENT, ClusterStatusShape, TeamShape, status
from infra.models.place import place_of
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import filled, out, row
from scripts.model_words import UNKNOWN, known

WIDTH = 10
SOON_DAYS = 90
FROM_NETWORK = "Its API is reached from the environment's network alone (docs/kubernetes.md)."


def login(project: Project, stack: StackFile, *, only_print: bool) -> None:
    """Write the context, or print it. Raises InputError and WorkError."""
    with model_words.readable():
        entry = logins.entry_of(place_of(project, stack), os.environ)
    if only_print:
        click.echo(person_config.as_yaml(entry.config), nl=False)
        return
    written = logins.write(entry, os.environ)
    done = "replaced" if written.replaced else "added"
    out.print(f"{written.path}: context {entry.name} {done}", markup=False)
    out.print(f"  kubectl --context {shlex.quote(entry.name)} get namespaces", markup=False)
    for line in _cautions(entry, written):
        click.echo(line, err=True)


def _cautions(entry: logins.Entry, written: logins.Written) -> Iterator[str]:
    """What may keep kubectl from the cluster."""
    if written.hidden_by:
        yield f"{written.hidden_by} says which context is the current one, and not this file."
    if shutil.which("aws") is None:
        yield "kubectl asks `aws` for tokens, which is not on the path here."
    if not entry.public:
        yield FROM_NETWORK


def open_(
    project: Project,
    stack: StackFile,
    key: str,
    *,
    port: int | None,
    only_print: bool,
    tells_password: bool,
) -> None:
    """Bring an add-on's page to this machine until Ctrl-C, or print how kubectl does.

    Raises InputError and WorkError.
    """
    opening = pages.opening_of(project, stack, key)
    asked = [*([opening.password()] if tells_password else []), opening.forward(port)]
    if only_print:
        for words in asked:
            click.echo(shlex.join(["kubectl", "--context", opening.cluster, *words]))
        return
    with model_words.readable():
        entry = logins.entry_of(place_of(project, stack), os.environ)
    for name in ("kubectl", "aws"):
        if shutil.which(name) is None:
            raise InputError(f"{name} is not on the path here, and brings the page.")
    if port is not None and not _free(port):
        raise InputError(f"Port {port} is taken on this machine: choose another, or none.")
    if not entry.public:
        click.echo(FROM_NETWORK, err=True)
    with pages.kubeconfig(entry.config) as path:
        kubectl = ["kubectl", "--kubeconfig", str(path)]
        told = pages.password(kubectl, opening) if tells_password else None
        with forwarding([*kubectl, *opening.forward(port)]) as forwarded:
            for line in _opened(opening, forwarded.port, told):
                out.print(line, markup=False, soft_wrap=True)
            with suppress(KeyboardInterrupt):
                forwarded.last()


def _free(port: int) -> bool:
    """Whether nobody listens at a port of this machine."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((pages.LOOPBACK, port))
        except OSError:
            return False
    return True


def _opened(opening: pages.Opening, port: int, told: str | None) -> Iterator[str]:
    page, namespace = opening.page, opening.add_on.namespace
    yield f"{page.title} of {opening.cluster} is at {opening.address(port)} until Ctrl-C."
    yield opening.sign_in
    if page.password is None:
        return
    if told is None:
        yield (
            f"The password of {page.password.user} is in the secret {page.password.name} of the "
            f"namespace {namespace}, which administrators read; --password prints it."
        )
    else:
        yield f"The password of {page.password.user}: {told}"


def show_status(project: Project, stack: StackFile, *, as_json: bool) -> None:
    """Print what the cluster is at. Raises InputError and WorkError."""
    with model_words.readable():
        told = status(project, stack)
    if as_json:
        model_words.as_json(told)
        return
    _rows("Cluster", _cluster(told))
    _rows("Version", _version(told))
    _rows("Support", _support(told))
    _rows("API", _reached(told["public"], told["declared_public"]))
    _rows("Issues", _issues(told["issues"]))
    _rows("Pools", [_pool(told, place) for place in range(len(told["pools"]))])
    _rows("Teams", [_team(each) for each in told["teams"]] or ["there are none"])
    _rows("Add-ons", [", ".join(told["add_ons"]) or "there are none"])
    if because := told["unknown_because"]:
        out.print(filled(f"What EKS would tell is unknown: {because}."), markup=False)


def _cluster(told: ClusterStatusShape) -> Iterator[str]:
    state = told["status"]
    words = "not there yet" if state == ABSENT else known(state)
    whose = ", which is somebody else's" if told["existing"] else ""
    yield f"{told['cluster']}: {words}{whose}"


def _version(told: ClusterStatusShape) -> Iterator[str]:
    has, declared = told["version"], told["declared_version"]
    if has is None:
        yield UNKNOWN if declared is None else f"{declared} by the stack file"
        return
    yield f"{has}, platform {known(told['platform_version'])}"
    if declared not in (None, has):
        yield f"[yellow]{declared} by the stack file[/]"


def _support(told: ClusterStatusShape) -> Iterator[str]:
    found = told["support"]
    if found is None:
        yield UNKNOWN
        return
    if found["kind"] == "ended":
        yield f"[red]ended on {_spoken(found['extended_ends'])}[/]"
        return
    ends = found["standard_ends" if found["kind"] == "standard" else "extended_ends"]
    line = f"{found['kind']} until {_spoken(ends)}, {found['days_left']:,} days from now"
    yield f"[yellow]{line}[/]" if found["days_left"] <= SOON_DAYS else line
    if found["kind"] == "standard":
        yield f"extended until {_spoken(found['extended_ends'])}, at six times the price"
        after = {
            "standard": "EKS then moves the cluster to the next version",
            "extended": "the cluster then stays, and costs that",
            None: "what follows is unknown",
        }
        yield after.get(told["support_after"], known(told["support_after"]))


def _reached(public: list[str] | None, declared: list[str] | None) -> Iterator[str]:
    ranges = declared if public is None else public
    if ranges is None:
        yield UNKNOWN
        return
    by = " by the stack file" if public is None else ""
    yield f"{', '.join(ranges)} and the network{by}" if ranges else f"the network alone{by}"


def _issues(found: list[str] | None) -> list[str]:
    if found is None:
        return [UNKNOWN]
    return [f"[red]{escape(issue)}[/]" for issue in found] or ["none"]


def _pool(told: ClusterStatusShape, place: int) -> str:
    pool = told["pools"][place]
    spot = "spot, else on demand" if pool["spot"] else "on demand"
    zones = f" in {', '.join(pool['zones'])}" if pool["zones"] else ""
    return f"{pool['pool']}: up to {pool['max']} of {', '.join(pool['instances'])}{zones}, {spot}"


def _team(team: TeamShape) -> str:
    share = [f"{team['vcpus']:,} vCPUs", f"{team['memory_gib']:,} GiB of memory"]
    share += [f"{team['gpus']} GPUs"] if team["gpus"] else []
    share += [f"{team['neuron']} chips of Neuron"] if team["neuron"] else []
    share.append(f"{team['storage_gib']:,} GiB of volumes")
    people = ", ".join(team["personas"]) or "nobody works there"
    return f"{team['team']}: {', '.join(share)}; {team['pod_security']}; {people}"


def _spoken(iso: str) -> str:
    return spoken(date.fromisoformat(iso))


def list_add_ons(stack: StackFile | None, *, as_json: bool) -> None:
    """Print the catalogue, with what is on in an environment if one is given."""
    found = catalogue(stack)
    if as_json:
        model_words.as_json(found)
        return
    for heading, on in _groups(found["environment"]).items():
        of_it = [each for each in found["add_ons"] if each["on"] is on]
        if of_it:
            out.print(f"[bold]{heading}[/]")
        for each in of_it:
            out.print(row(f"[cyan]{each['key']}[/]", escape(each["about"]), width=_width(of_it)))
            for line in _add_on(each):
                out.print(row("", escape(line), width=_width(of_it)))
    out.print("[bold]No add-ons[/]")
    for none in found["left_out"]:
        line = f"{none['title']}: {none['reason']}"
        out.print(row(f"[cyan]{none['key']}[/]", escape(line), width=_width(found["left_out"])))
    out.print(filled("Which versions a cluster has installed is unknown here: helm list -A."))


def _groups(environment: str | None) -> dict[str, bool | None]:
    if environment is None:
        return {"Add-ons": None}
    return {f"On in {environment}": True, "Off": False}


def _add_on(each: AddOnShape) -> Iterator[str]:
    for release in each["releases"]:
        yield (
            f"{release['name']} {release['version']} of {release['released']}, "
            f"read in {release['source']}"
        )
    chart = "its project's own chart" if each["status"] == "supported" else "a community's chart"
    yield f"{each['cpu']:g} vCPU and {each['memory_gib']:g} GiB at least; {chart}"
    if needs := [*each["needs"], *each["needs_beside"]]:
        yield f"needs {', '.join(needs)}"
    if each["caution"]:
        yield each["caution"]
    if each["page"]:
        yield f"maslow kubernetes open {each['key']}: {each['page']}"


def _width(found: Iterable[object]) -> int:
    return 1 + max(len(each["key"]) for each in found)  # type: ignore[index]


def _rows(label: str, lines: Iterable[str]) -> None:
    for place, line in enumerate(lines):
        out.print(row("" if place else f"[cyan]{label}[/]", line, width=WIDTH))
