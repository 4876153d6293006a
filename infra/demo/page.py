"""The record of a demonstration as one page of HTML, which loads nothing and runs nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from infra.demo import charts
from infra.demo.charts import Mark, text
from infra.demo.style import STYLE
from infra.demo.timeline import Kind, Phase, moment

MARKED = {Kind.ALARM: True, Kind.LOOP: False, Kind.RELEASE: False, Kind.ROLLBACK: True}
"""Kinds of events that the pictures mark, and whether they are bad news."""
NAMES = {
    Kind.DEPLOY: "Deploy",
    Kind.TRAIN: "Train",
    Kind.TRAFFIC: "Traffic",
    Kind.MONITOR: "Monitor",
    Kind.DRIFT: "Drift",
    Kind.ALARM: "Alarm",
    Kind.CALM: "Alarm over",
    Kind.LOOP: "Retrain",
    Kind.COMPARE: "Compare",
    Kind.APPROVE: "Approve",
    Kind.REJECT: "Reject",
    Kind.CANARY: "Canary",
    Kind.RELEASE: "Release",
    Kind.FAULT: "Faulty version",
    Kind.ROLLBACK: "Rollback",
    Kind.TOLD: "Told",
}
BAD = frozenset({Kind.DRIFT, Kind.ALARM, Kind.FAULT, Kind.ROLLBACK})
GOOD = frozenset({Kind.CALM, Kind.APPROVE, Kind.RELEASE})
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
EMULATED = (
    "All of it ran on an embedded AWS on one machine: the same program, templates and API calls as "
    "in an account, and nothing was paid. Training, monitoring, comparison and every answer were "
    "computed for real by the code that would run in AWS. The clock was put forward between the "
    "events, so the times are the cloud's and not the machine's. How long jobs, rollouts and "
    "messages take in AWS, only an account can tell."
)
Json = dict[str, Any]


def page(document: Json) -> str:
    """The page of a record."""
    marks = _marks(document["events"])
    title = f"{document['model']}: a model that stays good by itself"
    sections = [
        _section("What happened", "", _events(document["events"], marks)),
        *_pictures(document, marks),
        _section("What it would cost in AWS", _cost_words(document), _costs(document["costs"])),
        _section("What was emulated", EMULATED, _not_emulated(document["not_emulated"])),
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{text(title)}</title><style>{STYLE}</style></head><body><main>",
            _header(document),
            *sections,
            f"<footer>Made by maslow demo, {text(_when(document['ended']))} UTC.</footer>",
            "</main></body></html>\n",
        ]
    )


def _marks(events: Sequence[Json]) -> list[Mark]:
    return [
        Mark(number, moment(one["at"]), one["text"], MARKED[one["kind"]])
        for number, one in enumerate((one for one in events if one["kind"] in MARKED), start=1)
    ]


def _header(document: Json) -> str:
    is_well, said = verdict(document)
    took = f"{_duration(_span(document))} of the cloud's clock in {_seconds(document['seconds'])}"
    stated = "".join(
        f"<dt>{text(name)}</dt><dd>{text(said)}</dd>" for name, said in document["stated"].items()
    )
    tiles = "".join(
        f'<li><span class="label">{text(label)}</span><span class="figure">{text(figure)}</span>'
        f'<span class="note">{text(note)}</span></li>'
        for label, figure, note in _tiles(document)
    )
    return (
        f'<header><p class="over">maslow demo · {text(document["environment"])} · '
        f"{text(document['region'])} · {text(took)}</p><h1>{text(document['model'])}</h1>"
        f'<p class="verdict {"good" if is_well else "bad"}">{text(said)}</p>'
        f'<ul class="tiles">{tiles}</ul></header>'
        f"<section><h2>What is shown</h2><dl>{stated}</dl></section>"
    )


def verdict(document: Json) -> tuple[bool, str]:
    """Whether all is well at the end, and what came of it in a sentence or two."""
    kinds = [one["kind"] for one in document["events"]]
    said = []
    if Kind.DRIFT in kinds:
        better = Kind.RELEASE in kinds[kinds.index(Kind.DRIFT) :]
        said.append(f"Drift was found{' and a better version released' if better else ''}.")
    if Kind.ROLLBACK in kinds:
        said.append("A faulty version was rolled back.")
    on = [one["name"] for one in document["alarms"] if one["until"] is None]
    last = document["drift"][-1]["worst"] if document["drift"] else None
    if on:
        said.append(f"Still in alarm: {', '.join(on)}.")
    if last is None:
        said.append("Whether the requests drift is not known.")
    elif last >= 1:
        said.append("The requests drift still.")
    is_well = not on and last is not None and last < 1
    if is_well:
        said.append("No alarm is on, and nothing drifts.")
    return is_well, " ".join(said)


def _tiles(document: Json) -> Iterator[tuple[str, str, str]]:
    """Label, figure and note of each."""
    worst = [one["worst"] for one in document["drift"] if one["worst"] is not None]
    if worst:
        yield (
            "Drift",
            f"{max(worst):.1f} → {worst[-1]:.1f}",
            "at its worst, and at the end; limit 1",
        )
    values = [one["value"] for one in document["quality"]]
    if values:
        metric = document["quality"][0]["metric"].capitalize()
        three = (values[0], min(values), values[-1])
        fallen = f"{' → '.join(f'{100 * value:.0f}' for value in three)} %"
        yield metric, fallen, "at first, at its worst, and at the end"
    if better := _until_better(document["events"]):
        yield "Alarm to better version", _duration(better), "by the cloud's clock"
    sent = sum(one["requests"] for one in document["traffic"])
    failed = sum(one["errors"] for one in document["traffic"])
    yield "Requests", f"{sent:,}", f"{failed:,} failed"


def _until_better(events: Sequence[Json]) -> timedelta | None:
    """From the first alarm to the first release after it."""
    alarm = next((one["at"] for one in events if one["kind"] == Kind.ALARM), None)
    if alarm is None:
        return None
    times = (moment(one["at"]) for one in events if one["kind"] == Kind.RELEASE)
    return next((at - moment(alarm) for at in times if at >= moment(alarm)), None)


def _section(heading: str, said: str, body: str) -> str:
    lead = f"<p>{text(said)}</p>" if said else ""
    return f"<section><h2>{text(heading)}</h2>{lead}{body}</section>"


def _events(events: Sequence[Json], marks: Sequence[Mark]) -> str:
    numbers = iter(marks)
    listed = []
    day = ""
    for one in events:
        kind, at = Kind(one["kind"]), moment(one["at"])
        mood = "bad" if kind in BAD else "good" if kind in GOOD else "plain"
        number = next(numbers).number if kind in MARKED else ""
        date = f"{_day(at)} " if _day(at) != day else ""
        day = _day(at)
        listed.append(
            f'<li class="{mood}"><time datetime="{text(one["at"])}">{text(date)}'
            f'<b>{at:%H:%M}</b></time><span class="dot">{number}</span>'
            f'<span class="said"><span class="kind">{NAMES[kind]}</span> {text(one["text"])}'
            "</span></li>"
        )
    return f'<ol class="events">{"".join(listed)}</ol>'


def _pictures(document: Json, marks: Sequence[Mark]) -> Iterator[str]:
    for heading, said, draw, key, rows in (
        _drift(document),
        _quality(document),
        _versions(document),
        _alarms(document),
        _traffic(document),
    ):
        if rows[1:]:
            picture = charts.figure(document, marks, heading, said, draw)
            yield _section(heading, said, picture + key + _table(rows))
        else:
            yield _section(heading, "There is nothing to show.", "")


Rows = list[Sequence[object]]
Picture = tuple[str, str, charts.Draw, str, Rows]
"""Heading, what it tells, its drawing, its key, and its numbers with headings first."""


def _drift(document: Json) -> Picture:
    found = document["drift"]
    points = [(one["at"], one["worst"]) for one in found if one["worst"] is not None]
    worst = max((value for _, value in points), default=0.0)
    beyond = sum(value >= 1 for _, value in points)
    silent = len(found) - len(points)
    said = (
        f"How far the requests are from what the serving version was trained on: the worst column, "
        f"as a multiple of the limit. {beyond} of {len(found)} runs of the monitor found drift."
    ) + (f" {silent} had too few rows to say." if silent else "")
    rows: Rows = [("Time", "Worst (limit 1)", "Rows", "Version", "Status")]
    for one in found:
        value = "not known" if one["worst"] is None else f"{one['worst']:.2f}"
        rows.append((_when(one["at"]), value, one["rows"], one["version"], one["status"]))
    draw = charts.curve(
        points,
        ticks=charts.nice(max(worst, 1.2) * 1.1, 3),
        said=lambda value: f"{value:.3g}",
        is_bad=lambda value: value >= 1,
        limit=(1.0, "limit"),
    )
    key = _key(("good", "below the limit"), ("bad", "drift"), ("limit", "limit"))
    return "Drift", said, draw, key, rows


def _quality(document: Json) -> Picture:
    found = document["quality"]
    points = [(one["at"], one["value"]) for one in found]
    values = [value for _, value in points] or [1.0]
    least = max(0.0, (min(values) * 10 // 1 - 1) / 10)
    steps = round((1 - least) * 10)
    every = 1 if steps <= 5 else 2  # noqa: PLR2004  lines in the picture
    ticks = [1 - each / 10 for each in range(0, steps + 1, every)][::-1]
    metric = found[0]["metric"] if found else "quality"
    said = (
        f"The {metric} of the answers, once the truth about the records was known. The scale "
        f"begins at {ticks[0]:.0%}. No version was trained on these records."
    )
    rows: Rows = [("Time", metric.capitalize(), "Records", "Version")]
    rows += [
        (_when(one["at"]), f"{one['value']:.1%}", one["rows"], one["version"]) for one in found
    ]
    fallen = values[0] - 0.05
    draw = charts.curve(
        points,
        ticks=ticks,
        said=lambda value: f"{value:.0%}",
        is_bad=lambda value: value < fallen,
    )
    key = _key(("good", "as at first"), ("bad", "5 points or more below the first"))
    return "Quality", said, draw, key, rows


def _versions(document: Json) -> Picture:
    found = document["served"]
    undone = {one["at"] for one in document["events"] if one["kind"] == Kind.ROLLBACK}
    numbers = sorted({one["version"] for one in found})
    drawn: list[tuple[str, list[Json]]] = []
    rows: Rows = [("From", "Until", "Version", "Share", "As")]
    for number in numbers:
        own: list[Json] = []
        for one in (one for one in found if one["version"] == number):
            is_canary = one["phase"] == Phase.CANARY
            kind = "canary" if is_canary else "live"
            if is_canary and one["until"] in undone:
                kind = "undone"
            if own and own[-1]["class"] == kind == "live" and own[-1]["until"] == one["at"]:
                own[-1]["until"] = one["until"]  # one band, though a canary took a share of it
                continue
            label = f"{one['share']:.0%}" if is_canary else "live"
            own.append({"at": one["at"], "until": one["until"], "class": kind, "label": label})
        drawn.append((f"Version {number}", own))
    for one in found:
        until = _when(one["until"]) if one["until"] else "the end"
        share = f"{one['share']:.0%}"
        rows.append((_when(one["at"]), until, one["version"], share, one["phase"]))
    said = "Which version answered when. A new one gets a share of the requests first."
    key = _key(("live", "live"), ("canary", "canary"), ("undone", "canary, rolled back"))
    return "Versions", said, charts.bands(drawn), key, rows


def _alarms(document: Json) -> Picture:
    found = document["alarms"]
    names = list(dict.fromkeys(one["name"] for one in found))
    drawn = [
        (
            name,
            [
                {"at": one["at"], "until": one["until"], "class": "bad", "label": "alarm"}
                for one in found
                if one["name"] == name
            ],
        )
        for name in names
    ]
    rows: Rows = [("Alarm", "From", "Until")]
    for one in found:
        until = _when(one["until"]) if one["until"] else "the end"
        rows.append((one["name"], _when(one["at"]), until))
    said = "When CloudWatch's alarms were on."
    return "Alarms", said, charts.bands(drawn), _key(("bad", "in alarm")), rows


def _traffic(document: Json) -> Picture:
    found = document["traffic"]
    sent, failed = (sum(one[name] for one in found) for name in ("requests", "errors"))
    said = f"{sent:,} requests were sent, each bar since the one before, and {failed:,} failed."
    rows: Rows = [("From", "Until", "Requests", "Failed", "Records")]
    for one in found:
        times = (_when(one["since"]), _when(one["at"]))
        rows.append((*times, one["requests"], one["errors"], one["rows"]))
    ticks = charts.nice(max((one["requests"] for one in found), default=1), 3)
    key = _key(("good", "answered"), ("bad", "failed"))
    return "Requests", said, charts.bars(found, ticks), key, rows


def _key(*entries: tuple[str, str]) -> str:
    listed = "".join(f'<li><span class="{kind}"></span>{name}</li>' for kind, name in entries)
    numbers = "" if not listed else '<li><span class="number">1</span>as in What happened</li>'
    return f'<ul class="key">{listed}{numbers}</ul>'


def _table(rows: Rows) -> str:
    head, *body = rows
    return (
        '<details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" '
        f'aria-label="The numbers"><table><thead>{_row(head, "th")}</thead><tbody>'
        f"{''.join(_row(row) for row in body)}</tbody></table></div></details>"
    )


def _row(cells: Sequence[object], tag: str = "td") -> str:
    opened = '<th scope="col">' if tag == "th" else "<td>"
    return f"<tr>{''.join(f'{opened}{text(cell)}</{tag}>' for cell in cells)}</tr>"


def _cost_words(document: Json) -> str:
    costs = document["costs"]
    known = sum(one["usd"] for one in costs if one["usd"] is not None)
    silent = sum(one["usd"] is None for one in costs)
    said = (
        f"Instances for {_duration(_span(document))} at public list prices, without tax, storage "
        f"and what is billed by use: {_usd(known)} of what is known."
    )
    return said + (f" {silent} of {len(costs)} lines are not known." if silent else "")


def _costs(costs: Sequence[Json]) -> str:
    if not costs:
        return ""
    rows = "".join(
        f"<tr><td>{text(one['what'])}{_small(one['item'])}</td>"
        f"<td>{_or_unknown(one['hours'], lambda hours: f'{hours:.1f}')}</td>"
        f"<td>{_or_unknown(one['usd_per_hour'], _usd)}{_small(one['price_of'])}</td>"
        f"<td>{_or_unknown(one['usd'], _usd)}</td></tr>"
        for one in costs
    )
    head = _row(("What", "Hours", "An hour", "In all"), "th")
    return f'<table class="costs"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def _small(note: str | None) -> str:
    return f"<br><span>{text(note)}</span>" if note else ""


def _or_unknown(value: float | None, said: Callable[[float], str]) -> str:
    return "not known" if value is None else text(said(value))


def _not_emulated(types: dict[str, int]) -> str:
    if not types:
        return ""
    names = ", ".join(f"{type_.rpartition(':')[2]} × {count}" for type_, count in types.items())
    return (
        f"<p>Checked against AWS's own models and sent nowhere, {sum(types.values()):,} "
        f"resources: {text(names)}.</p>"
    )


def _span(document: Json) -> timedelta:
    return moment(document["ended"]) - moment(document["began"])


def _duration(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def _seconds(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _usd(value: float) -> str:
    return f"${value:,.2f}" if value >= 1 or not value else f"${value:.3f}"


def _when(at: str) -> str:
    return f"{_day(moment(at))}, {moment(at):%H:%M}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b}"
