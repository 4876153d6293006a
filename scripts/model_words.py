"""How what is told of models looks in a terminal."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from rich.markup import escape

from infra.errors import InputError, WorkError
from infra.models.shapes import (
    AlarmShape,
    ComparisonShape,
    DriftShape,
    EndpointShape,
    FleetShape,
    ListedShape,
    MadeShape,
    PodsShape,
    RunShape,
    SnapshotShape,
    StatusShape,
    TrackedShape,
    TunedShape,
    TurnShape,
    WhyShape,
)
from scripts.bootstrap import NO_CREDENTIALS
from scripts.console import out, row

UNKNOWN = "unknown"
WIDTH, EXECUTION_WIDTH = 9, 13


@contextmanager
def readable() -> Iterator[None]:
    """Turn what AWS refuses into its sentence, and missing credentials into how to get some."""
    try:
        yield
    except NoCredentialsError as error:
        raise InputError(NO_CREDENTIALS) from error
    except (ClientError, BotoCoreError) as error:
        raise WorkError(str(error)) from error


def as_json(shape: Any) -> None:
    """Print a shape as JSON."""
    click.echo(json.dumps(shape, indent=2))


def print_list(models: Sequence[ListedShape]) -> None:
    """A line for each model."""
    if not models:
        out.print("There are no models.")
    width = max((len(one["model"]) for one in models), default=0)
    for one in models:
        out.print(row(f"[cyan]{one['model']}[/]", ", ".join(_of_model(one)), width=width + 1))


def _of_model(one: ListedShape) -> Iterator[str]:
    pods = one["pods"]
    if pods and (one["approved"] is not None or pods["there"]):
        yield from of_pods(pods)
        if one["approved"] is None:
            yield "no version is approved"
        elif one["serving"] != one["approved"]:
            yield f"version {one['approved']} is approved"
    elif one["approved"] is None:
        yield "no version is approved"
    elif one["endpoint"] is None and one["hours"]:
        yield f"version {one['approved']} is approved, and is on {one['hours']}"
    elif one["endpoint"] is None:
        yield f"version {one['approved']} is approved and not deployed"
    else:
        yield f"version {known(one['serving'])} serves"
        if one["serving"] != one["approved"]:
            yield f"version {one['approved']} is approved"
        yield f"endpoint {one['endpoint']}"
    if one["waiting"]:
        yield f"waiting for a decision: {_numbers(one['waiting'])}"
    if one["alarms"]:
        yield f"[red]in ALARM: {escape(', '.join(one['alarms']))}[/]"


def of_pods(told: PodsShape) -> Iterator[str]:
    """What is known of pods that serve a model, and why the rest is not."""
    where, because = f"KServe in {told['namespace']}", escape(told["unknown_because"] or "")
    if told["there"] is None:
        yield f"what serves is unknown: {because}"
        return
    if not told["there"]:
        yield f"not deployed: {where} has no {told['name']}"
        return
    has = f"{where} has version {known(told['version'])}"
    if told["canary_percent"] is not None:
        has += f" as a canary of {told['canary_percent']}% of the requests"
    if told["ready"] is None:
        yield f"{has}, and whether it serves is unknown: {because}"
    elif told["ready"]:
        yield f"{has}, which serves"
    else:
        message = f": {escape(told['message'])}" if told["message"] else ""
        yield f"[red]{has}, which is not ready{message}[/]"


def print_status(told: StatusShape) -> None:
    """What a model is at, in rows."""
    approved = f"version {told['approved']}" if told["approved"] else "none"
    _rows("Approved", [f"{approved}, of {told['group']}"])
    _rows("Waiting", [f"version {one['version']} of {one['created']}" for one in told["waiting"]])
    if told["pods"]:
        _rows("Pods", of_pods(told["pods"]))
    else:
        _rows("Endpoint", _endpoint(told["endpoint"], told["hours"]))
    _rows("Alarms", [_alarm(one) for one in told["alarms"]] or ["there are none"])
    _rows("Drift", [_drift(one) for one in told["drift"]] or ["unknown: no monitor watches it"])
    if told["loop"] is None:
        _rows("Loop", ["there is none"])
    else:
        _rows("Loop", [turn(one) for one in told["turns"]] or ["it has not turned yet"])


def _endpoint(found: EndpointShape | None, hours: str | None) -> Iterator[str]:
    if hours:
        yield f"on {hours}"
    if found is None:
        yield "there is none"
        return
    yield f"{found['name']}: {found['status']}"
    if found["failure"]:
        yield escape(found["failure"])
    yield from map(_fleet, found["fleets"])
    if scaling := found["scaling"]:
        yield f"scaled from {scaling['min']} to {scaling['max']} instances"
    else:
        yield "not scaled"


def _fleet(one: FleetShape) -> str:
    share = UNKNOWN if one["share"] is None else f"{one['share']:.0%}"
    came = ", coming" if one["coming"] else ""
    return (
        f"version {known(one['version'])}{came}: traffic {share}, "
        f"{known(one['instances'])} of {known(one['wanted'])} instances"
    )


def _alarm(one: AlarmShape) -> str:
    colour = {"ALARM": "red", "OK": "green"}.get(one["state"], "yellow")
    since = f" since {one['since']}" if one["since"] else ""
    return f"[{colour}]{one['state']}[/] {escape(one['name'])}{since}"


def _drift(one: DriftShape) -> str:
    if one["ran"] is None:
        return f"{one['monitor']}: unknown, it never ran"
    if one["worst"] is None:
        return f"{one['monitor']}: unknown, it never had enough rows; it ran {one['ran']}"
    worst = f"{one['worst']:.2f} of its limit, told {one['told']}"
    if one["finding"] == "unknown":
        return f"{one['monitor']}: unknown, the run of {one['ran']} told nothing; before {worst}"
    return f"{one['monitor']}: {one['finding']}, {worst}"


def turn(one: TurnShape) -> str:
    """A turn of a loop, or a run of a pipeline, in a line."""
    cause = f"{one['cause']}: " if one["cause"] else ""
    reason = f", {escape(one['reason'])}" if one["reason"] else ""
    return f"{one['started']}  {cause}{one['outcome'] or one['status']}{reason}"


def print_runs(found: Sequence[RunShape], environment: str) -> None:
    """The runs of a training pipeline, each in some lines."""
    if not found:
        out.print("It was not trained yet.")
    for one in found:
        version = f"version {one['version']}" if one["version"] else "no version"
        lines = [f"{turn(one)}, {version}", f"{known(one['kind'])}: {numbers(one['metrics'])}"]
        if one["mlflow"]:
            lines.append(_tracked(one["mlflow"], environment))
        _rows(one["execution"].rpartition("/")[2], lines, width=EXECUTION_WIDTH)


def _tracked(found: TrackedShape, environment: str) -> str:
    there = found["url"] or f"maslow experiments open -s {environment}"
    return f"run {found['run']} of {escape(found['experiment'])}: {there}"


def print_why(told: WhyShape) -> None:
    """Why a version is what it is, in rows."""
    _rows("Version", [f"{told['version']} of {told['model']}, {told['status']}", told["arn"]])
    _rows("Trained", [f"{told['created']}, by {known(told['execution'])}"])
    _rows("Decided", [f"{escape(known(told['decision']))}, {known(told['changed'])}"])
    _rows("Data", _snapshot(told["snapshot"]))
    _rows("Code", [known(told["code"])])
    _rows("Image", [known(told["image"]), f"digest {known(told['image_digest'])}"])
    if told["tuned"]:
        _rows("Tuned", list(_tuned(told["tuned"])))
    _rows("Metrics", [f"{known(told['kind'])}: {numbers(told['metrics'])}"])
    _rows("Compared", list(compared(told["comparison"])))
    _rows("Rollout", [escape(known(told["rollout"]))])


def _tuned(found: TunedShape) -> Iterator[str]:
    """The best hyperparameters of a search, and which one found them, in lines."""
    yield ", ".join(f"{name} {value}" for name, value in sorted(found["found"].items()))
    yield f"by {found['job']}, whose best training is {known(found['training'])}"


def _snapshot(found: SnapshotShape | None) -> list[str]:
    if found is None:
        return [UNKNOWN]
    held = f"{known(found['rows'])} rows in {known(found['files'])} files"
    return [found["uri"], f"{held}, sha256 {known(found['sha256'])}", *_made_of(found["made_of"])]


def _made_of(found: MadeShape | None) -> Iterator[str]:
    """Which state of which tables a training set is of, in lines."""
    if found is None:
        return
    yield f"as of {known(found['as_of'])}, made by the query {known(found['query'])} of"
    for each in found["tables"]:
        state = f"snapshot {each['snapshot']}" if each["snapshot"] else "as it was then"
        yield f"{each['table']}, {state}"


def compared(found: ComparisonShape | None) -> Iterator[str]:
    """A version beside the approved one, in lines."""
    if found is None:
        yield UNKNOWN
        return
    on = "on the same records" if found["source"] == "comparison" else "each on its own test rows"
    yield f"{on}:"
    yield f"candidate {numbers(found['candidate'])}"
    yield f"approved  {numbers(found['live'])}"
    if found["reason"]:
        yield escape(found["reason"])


def numbers(metrics: Mapping[str, float] | None) -> str:
    """Metrics in a line."""
    if not metrics:
        return UNKNOWN
    return ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())


def known(value: object) -> str:
    """A value, or that it is unknown."""
    return UNKNOWN if value is None else str(value)


def _numbers(found: Iterable[int]) -> str:
    return ", ".join(map(str, found))


def _rows(label: str, lines: Iterable[str], width: int = WIDTH) -> None:
    for place, line in enumerate(lines):
        out.print(row("" if place else f"[cyan]{label}[/]", line, width=width))
