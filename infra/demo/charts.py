"""The pictures of a record as SVG: one axis of time for all, and the same moments marked in each.

Each is drawn twice, for wide and for narrow screens, so that its letters can be read on both; the
page shows one of them. Widths and heights are in pixels.
"""

import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.demo.timeline import moment

WIDE, NARROW = 912, 309
HEAD, FOOT, RIGHT = 30, 24, 14
"""Above a plot, where the marks are; below it, where the times are; and right of it."""
LETTER = 7.6
"""Width of a bold letter of the pictures, on average of a wide font."""
LINE = 14
"""Height of a line of letters."""
BADGE = 9
"""Radius of a mark's circle."""
BAND, ROW = 18, 30
"""Height of a band, and of its row."""
BAR = 14
"""Widest bar."""
STEPS = [timedelta(minutes=each) for each in (5, 10, 15, 30, 60, 120, 180, 360, 720)] + [
    timedelta(days=each) for each in (1, 2, 7, 14, 28)
]
"""Between two times of the axis."""
Json = dict[str, Any]
Draw = Callable[["Frame"], tuple[int, Iterable[str]]]
"""Height of a plot in a frame, and what is in it."""


@dataclass(frozen=True)
class Mark:
    """A moment that every picture shows, by its number in the list of what happened."""

    number: int
    at: datetime
    text: str
    is_bad: bool


@dataclass(frozen=True)
class Frame:
    """The axis of time of one picture."""

    began: datetime
    ended: datetime
    marks: Sequence[Mark]
    width: int
    left: int
    """Where the time begins; what is left of it is for labels."""

    @property
    def is_narrow(self) -> bool:
        """Whether labels have no room beside what they are of."""
        return self.width == NARROW

    def x(self, at: str | datetime | None) -> float:
        """Where a time is; None is the end."""
        time = moment(at) if isinstance(at, str) else at or self.ended
        whole = (self.ended - self.began) or timedelta(seconds=1)
        share = (time - self.began) / whole
        return self.left + share * (self.width - self.left - RIGHT)


def figure(document: Json, marks: Sequence[Mark], title: str, told: str, draw: Draw) -> str:
    """A picture for either width, with what it tells as text for who cannot see it."""
    drawn = []
    for name, width, left in (("wide", WIDE, 190), ("narrow", NARROW, 44)):
        frame = Frame(moment(document["began"]), moment(document["ended"]), marks, width, left)
        height, body = draw(frame)
        whole = HEAD + height + FOOT
        drawn.append(
            f'<svg class="{name}" viewBox="0 0 {width} {whole}" role="img" '
            f'aria-label="{text(f"{title}. {told}")}"><title>{text(title)}</title>'
            f"<desc>{text(told)}</desc>{''.join(_axis(frame, height))}"
            f"{''.join(_lines(frame, height))}{''.join(body)}{''.join(_badges(frame))}</svg>"
        )
    return f"<figure>{''.join(drawn)}</figure>"


def curve(
    points: Sequence[tuple[str, float]],
    *,
    ticks: Sequence[float],
    said: Callable[[float], str],
    is_bad: Callable[[float], bool],
    limit: tuple[float, str] | None = None,
) -> Draw:
    """Values over time, of which some are bad; `limit` is a value and what it is called."""

    def draw(frame: Frame) -> tuple[int, Iterator[str]]:
        height = 140 if frame.is_narrow else 170
        least, most = ticks[0], ticks[-1]

        def y(value: float) -> float:
            return HEAD + height - (value - least) / (most - least) * height

        return height, _curve(frame, points, y, ticks, said, is_bad, limit)

    return draw


def _curve(
    frame: Frame,
    points: Sequence[tuple[str, float]],
    y: Callable[[float], float],
    ticks: Sequence[float],
    said: Callable[[float], str],
    is_bad: Callable[[float], bool],
    limit: tuple[float, str] | None,
) -> Iterator[str]:
    right = frame.width - RIGHT
    for tick in ticks:
        yield _line(frame.left, y(tick), right, y(tick), "grid")
        if limit is None or abs(y(tick) - y(limit[0])) > LINE:
            yield _label(frame.left - 8, y(tick) + 4, said(tick), "end")
    if limit:
        value, called = limit
        yield _line(frame.left, y(value), right, y(value), "limit")
        yield _label(frame.left - 8, y(value) + 4, called, "end", "bad")
    path = " ".join(f"{frame.x(at):.1f},{y(value):.1f}" for at, value in points)
    yield f'<polyline class="curve" points="{path}"/>'
    for at, value in points:
        yield (
            f'<circle class="{_quality(is_bad(value))}" cx="{frame.x(at):.1f}" '
            f'cy="{y(value):.1f}" r="5"><title>{text(_clock(moment(at)))}: {said(value)}'
            f"</title></circle>"
        )
    taken: list[tuple[float, float]] = []
    # The bad first: where there is no room for all, theirs are told.
    for place in sorted(range(len(points)), key=lambda one: not is_bad(points[one][1])):
        at, value = points[place]
        half = len(said(value)) * LETTER / 2
        x = min(max(frame.x(at), frame.left + half), right + RIGHT - half)
        if all(x + half < a or x - half > b for a, b in taken):
            taken.append((x - half - 3, x + half + 3))
            above, below = y(value) - 11, y(value) + 21
            beside = [each for _, each in points[max(0, place - 1) : place + 2]]
            is_dip = sum(beside) / len(beside) > value and below < y(ticks[0]) - 4
            line = below if is_dip or above < HEAD + 8 else above
            yield _label(x, line, said(value), "middle", "value")


def bands(rows: Sequence[tuple[str, Sequence[Json]]]) -> Draw:
    """Rows with what goes on from a time to another: dicts of at, until, class, label."""

    def draw(frame: Frame) -> tuple[int, Iterator[str]]:
        above = 16 if frame.is_narrow else 0
        return len(rows) * (ROW + above), _bands(frame, rows, above)

    return draw


def _bands(frame: Frame, rows: Sequence[tuple[str, Sequence[Json]]], above: int) -> Iterator[str]:
    for place, (name, found) in enumerate(rows):
        top = HEAD + place * (ROW + above) + above
        middle = top + ROW / 2
        if frame.is_narrow:
            yield _label(4, top + 1, _short(name, frame.width), "start", "text halo")
        else:
            yield _label(frame.left - 12, middle + 4, _short(name, frame.left - 12), "end", "text")
        yield _line(frame.left, middle, frame.width - RIGHT, middle, "grid")
        for one in found:
            x, end = frame.x(one["at"]), frame.x(one["until"])
            width = max(4.0, end - x)
            yield (
                f'<rect class="{one["class"]}" x="{x:.1f}" y="{middle - BAND / 2:.1f}" '
                f'width="{width:.1f}" height="{BAND}" rx="3"><title>{text(name)}, '
                f"{text(one['label'])}: {text(_span(one))}</title></rect>"
            )
        yield from _band_labels(frame, found, middle)


def _band_labels(frame: Frame, found: Sequence[Json], middle: float) -> Iterator[str]:
    """What each band says: within it, right or left of it, or nowhere for want of room."""
    edges = [(frame.x(one["at"]), frame.x(one["until"])) for one in found]
    for place, (one, (x, end)) in enumerate(zip(found, edges, strict=True)):
        needed = len(one["label"]) * LETTER + 8
        after = min((a for a, _ in edges if a > x), default=float(frame.width))
        before = max((b for _, b in edges[:place]), default=float(frame.left))
        if end - x >= needed:
            yield _label((x + end) / 2, middle + 4, one["label"], "middle", f"on {one['class']}")
        elif max(end, x + 4) + needed <= after:
            yield _label(max(end, x + 4) + 5, middle + 4, one["label"], "start", "text halo")
        elif x - needed >= before:
            yield _label(x - 5, middle + 4, one["label"], "end", "text halo")


def bars(found: Sequence[Json], ticks: Sequence[float]) -> Draw:
    """Requests, and how many of them failed, each bar from one count to the next."""

    def draw(frame: Frame) -> tuple[int, Iterator[str]]:
        height = 100 if frame.is_narrow else 120
        return height, _bars(frame, found, ticks, height)

    return draw


def _bars(
    frame: Frame, found: Sequence[Json], ticks: Sequence[float], height: int
) -> Iterator[str]:
    floor = HEAD + height
    for tick in ticks:
        y = floor - tick / ticks[-1] * height
        yield _line(frame.left, y, frame.width - RIGHT, y, "grid")
        yield _label(frame.left - 8, y + 4, f"{tick:,.0f}", "end")
    for one in found:
        end = frame.x(one["at"])
        width = max(2.0, min(BAR, end - frame.x(one["since"]) - 1))
        whole, failed = (one[name] / ticks[-1] * height for name in ("requests", "errors"))
        said = f"{_clock(moment(one['at']))}: {one['requests']:,} requests"
        said += f", {one['errors']:,} failed" if one["errors"] else ""
        yield f"<g><title>{text(said)}</title>"
        yield _bar("good", end - width, floor - whole, width, whole - failed)
        yield _bar("bad", end - width, floor - failed, width, failed) if failed else ""
        yield "</g>"


def _bar(kind: str, x: float, y: float, width: float, height: float) -> str:
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    )


def nice(most: float, count: int = 4) -> list[float]:
    """Round values from 0 to `most` or a little more, some `count` steps."""
    raw = max(most, 1e-9) / count
    power = 10.0 ** _exponent(raw)
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= raw)
    steps = max(1, -int(-most // step))
    return [step * each for each in range(steps + 1)]


def _exponent(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])


def _axis(frame: Frame, height: int) -> Iterator[str]:
    span = frame.ended - frame.began
    most = max(1, (frame.width - frame.left) // 64)
    step = next((each for each in STEPS if span / each <= most), STEPS[-1])
    midnight = frame.began.replace(hour=0, minute=0, second=0)
    at = midnight + -(-(frame.began - midnight) // step) * step
    y = HEAD + height + 17
    while at <= frame.ended:
        said = _day(at) if step >= timedelta(days=1) else f"{at:%H:%M}"
        x, half = frame.x(at), len(said) * LETTER / 2
        yield _line(x, HEAD + height, x, HEAD + height + 4, "tick")
        if half < x < frame.width - half:
            yield _label(x, y, said, "middle")
        at += step
    yield _line(frame.left, HEAD + height, frame.width - RIGHT, HEAD + height, "tick")


def _lines(frame: Frame, height: int) -> Iterator[str]:
    for mark in frame.marks:
        x = frame.x(mark.at)
        yield _line(x, HEAD - 4, x, HEAD + height, f"mark {_quality(mark.is_bad)}")


def _badges(frame: Frame) -> Iterator[str]:
    """The marks' numbers above their lines, moved aside where they would lie on one another."""
    exact = [frame.x(mark.at) for mark in frame.marks]
    places = apart(exact, 2 * BADGE + 2, BADGE + 1, frame.width - BADGE - 1)
    for mark, x, place in zip(frame.marks, exact, places, strict=True):
        kind = _quality(mark.is_bad)
        yield _line(place, 2 * BADGE + 2, x, HEAD - 4, f"mark {kind}")
        yield (
            f"<g><title>{text(_clock(mark.at))}: {text(mark.text)}</title>"
            f'<circle class="badge {kind}" cx="{place:.1f}" cy="{BADGE + 2}" r="{BADGE}"/>'
            f"{_label(place, BADGE + 6, str(mark.number), 'middle', 'on-badge')}</g>"
        )


def apart(places: Sequence[float], gap: float, least: float, most: float) -> list[float]:
    """Sorted places, moved as little as is needed to be `gap` from one another."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap if moved else least))
    for number in range(len(moved) - 1, -1, -1):
        beyond = most if number == len(moved) - 1 else moved[number + 1] - gap
        moved[number] = min(moved[number], beyond)
    return moved


def _line(x: float, y: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _label(x: float, y: float, said: str, anchor: str, kind: str = "") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text(said)}</text>'
    )


def _quality(is_bad: bool) -> str:
    return "bad" if is_bad else "good"


def _short(said: str, width: float) -> str:
    most = int(width / LETTER)
    return said if len(said) <= most else f"{said[: most - 1]}…"


def _span(one: Json) -> str:
    until = f"{_clock(moment(one['until']))}" if one["until"] else "the end"
    return f"from {_clock(moment(one['at']))} until {until}"


def _clock(at: datetime) -> str:
    return f"{_day(at)}, {at:%H:%M}"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b}"


def text(value: object) -> str:
    """A value as text of HTML."""
    return html.escape(str(value))
