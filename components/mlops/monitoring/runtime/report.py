"""The report of a run: report.json, as report.schema.json says, and the same as a page."""

import html
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .drift import DRIFT, FALLEN, NO_DATA, NOT_ENOUGH_DATA, OK, VIOLATIONS

SCHEMA = "maslow/monitor-report"
VERSION = 1
SHOWN_BARS = 20
SHARED = 1.5
"""Measures that are no larger are drawn on one scale."""
RULES = {
    "data": "drift is an effect of {} or more that is no accident",
    "quality": "fallen is what lies wholly beyond its bound; margin {} without conditions",
    "bias": "drift is a difference of {} or more from the baseline that is no accident",
    "explain": "drift is a gain (NDCG) that is {} or more below 1",
}
BAR, LABEL, PLOT, VALUE = 11, 190, 360, 60
"""Of a plot, in pixels: height of a bar; widths of its label, its longest bar, its number."""

Json = dict[str, Any]


def report(
    *,
    model: str,
    monitor: str,
    status: str,
    rows: int,
    columns: Sequence[Json],
    measures: Sequence[Json] = (),
    **more: Any,
) -> Json:
    """The report as JSON; `more` is what the schema has beside what is worked out here."""
    measured = [one for one in columns if one["drift"] is not None]
    measured += [one for one in measures if one["judged"] and one["drift"] is not None]
    worst = max(measured, key=lambda one: one["drift"], default=None)
    violations = [
        {"column": one["name"], **violation} for one in columns for violation in one["violations"]
    ]
    joined = more.get("joined")
    if status == NO_DATA:
        summary = _nothing(more["set_aside"])
    elif monitor == "data":
        summary = _summary(status, rows, columns, len(violations))
    elif monitor == "quality" and status == NOT_ENOUGH_DATA and joined:
        known = f"{joined['rows']:,} of {joined['of']:,}"
        summary = f"The truth of {known} rows is known: too few to say anything."
    else:
        summary = _measured(status, rows, measures, joined)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "model": model,
        "monitor": monitor,
        "status": status,
        "summary": summary,
        "rows": rows,
        "worst": worst and {"column": title(worst), "drift": worst["drift"]},
        "violations": violations,
        **more,
        "columns": list(columns),
        "measures": list(measures),
    }


def title(one: Json) -> str:
    """The name of a column or a measure, with the part of the rows that it is of."""
    return f"{one['of']}: {one['name']}" if one.get("of") else str(one["name"])


def write(document: Json, folder: Path) -> None:
    """Write report.json and report.html into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=2, allow_nan=False)
    (folder / "report.json").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(page(document), encoding="utf-8")


def _nothing(set_aside: Json) -> str:
    """Why there is no row: none came, or all that came is set aside."""
    if not set_aside["lines"]:
        return "No row was captured."
    reason = next(iter(set_aside["reasons"]))
    return f"No row can be read: {set_aside['lines']:,} are set aside, most since {reason}."


def _summary(status: str, rows: int, columns: Iterable[Json], violations: int) -> str:
    drifted = [one["name"] for one in columns if one["drift"] is not None and one["drift"] >= 1]
    some = ", ".join(drifted[:3]) + (f" and {len(drifted) - 3} more" if drifted[3:] else "")
    moved = f"drift of {some}" if drifted else "no drift"
    return {
        OK: f"{rows:,} rows are like the baseline.",
        DRIFT: f"{rows:,} rows have {moved}.",
        VIOLATIONS: f"{rows:,} rows break {violations} of the baseline's rules, with {moved}.",
        NOT_ENOUGH_DATA: f"{rows:,} rows are too few to say anything.",
    }[status]


def _measured(status: str, rows: int, measures: Sequence[Json], joined: Json | None) -> str:
    bad = [one for one in measures if one["judged"] and (one["drift"] or 0) >= 1]
    told = f"The truth of {joined['rows']:,} of {joined['of']:,} is known." if joined else ""
    some = ", ".join(
        f"{title(one)} ({_number(one['value'])}, baseline {_number(one['baseline'])})"
        for one in bad[:3]
    ) + (f" and {len(bad) - 3} more" if bad[3:] else "")
    return {
        OK: f"{rows:,} rows are like the baseline. {told}",
        FALLEN: f"{rows:,} rows have fallen metrics: {some}. {told}",
        DRIFT: f"{rows:,} rows differ from the baseline: {some}. {told}",
        NOT_ENOUGH_DATA: f"{rows:,} rows are too few to say anything. {told}",
    }[status].strip()


def page(document: Json) -> str:
    """The report as one page of HTML that loads nothing."""
    title = f"{document['model']}: {document['monitor']} monitor"
    columns = document["columns"]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title><style>{STYLE}</style></head><body><main>",
            f"<h1>{_text(title)}</h1>",
            _headline(document),
            _facts(document),
            _violations(document["violations"]),
            _table(columns),
            _measures(document["measures"]),
            *(_section(number, column) for number, column in enumerate(columns)),
            "</main></body></html>\n",
        ]
    )


def _headline(document: Json) -> str:
    status, summary = document["status"], _text(document["summary"])
    return f'<p class="status {status}"><strong>{WORDS[status]}</strong> {summary}</p>'


def _facts(document: Json) -> str:
    window, aside = document["window"], document["set_aside"]
    reasons = "; ".join(f"{count:,} × {reason}" for reason, count in aside["reasons"].items())
    facts = {
        "Version": document["model_version"] or "not told",
        "Source": document["source"],
        "Window": f"{window['start']} until {window['end']}" if window else "the whole file",
        "Variants": ", ".join(f"{name} {n:,}" for name, n in document["variants"].items()) or "-",
        "Baseline": f"{document['baseline']['rows']:,} rows, {document['baseline']['source']}",
        "Set aside": f"{aside['lines']:,} lines" + (f": {reasons}" if reasons else ""),
        "Rule": (
            RULES[document["monitor"]].format(f"{document['settings']['threshold']:g}")
            + f"; at least {document['settings']['min_rows']:,} rows"
        ),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{_text(fact)}</dd>" for name, fact in facts.items())
    return f"<dl>{listed}</dl>"


def _violations(violations: Sequence[Json]) -> str:
    if not violations:
        return ""
    listed = "".join(f"<li>{_text(one['message'])}</li>" for one in violations)
    return f"<h2>Rules that are broken</h2><ul>{listed}</ul>"


def _measures(measures: Sequence[Json]) -> str:
    """Table and plot of what was measured, by the part of the rows that it is of."""
    parts: dict[str, list[Json]] = {}
    for one in measures:
        parts.setdefault(one["of"], []).append(one)
    return "".join(_part(name, some) for name, some in parts.items())


def _part(name: str, measures: Sequence[Json]) -> str:
    rows = "".join(
        f"<tr><td>{_text(one['name'])}</td>"
        f"<td>{'judged' if one['judged'] else 'told'}</td>"
        f'<td><span class="status {one["status"]}">{WORDS[one["status"]]}</span></td>'
        f"<td>{_number(one['value'])}</td><td>{_interval(one)}</td>"
        f"<td>{_number(one['baseline'])}</td><td>{_number(one['bound'])}</td>"
        f"<td>{_number(one['drift'])}</td><td>{one['rows']:,}</td></tr>"
        for one in measures
    )
    headings = ("Measure", "", "Status", "Now", "Interval", "Baseline", "Bound", "Drift (limit 1)")
    head = "".join(f'<th scope="col">{heading}</th>' for heading in (*headings, "Rows"))
    return (
        f"<section><h2>{_text(name or 'All rows')}</h2>{_marks(measures)}"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _interval(one: Json) -> str:
    return "-" if one["low"] is None else f"{one['low']:.3g} to {one['high']:.3g}"


def _marks(measures: Sequence[Json]) -> str:
    """A line for each measure: its interval, where it is now, the baseline and the bound."""
    shown = [one for one in measures if one["value"] is not None and one["baseline"] is not None]
    shown = shown[:SHOWN_BARS]
    if not shown:
        return ""
    ends = [_ends(one) for one in shown]
    if max(abs(end) for pair in ends for end in pair) <= SHARED:
        ends = [(min(low for low, _ in ends), max(high for _, high in ends))] * len(ends)
    step, drawn = 22, []
    for place, (one, (low, high)) in enumerate(zip(shown, ends, strict=True)):
        y, wide = place * step + 14, high - low or 1.0

        def x(value: float, low: float = low, wide: float = wide) -> float:
            return LABEL + 8 + (PLOT - 16) * min(max((value - low) / wide, 0), 1)

        drawn.append(
            f"<g><title>{_text(title(one))}: {_number(one['value'])} now, "
            f"{_number(one['baseline'])} in the baseline</title>"
            f'<text x="{LABEL - 8}" y="{y + 4}" text-anchor="end">{_text(one["name"])[:60]}</text>'
            f'<line class="axis" x1="{LABEL}" x2="{LABEL + PLOT}" y1="{y}" y2="{y}"/>'
        )
        if one["low"] is not None:
            start, end = x(one["low"]), x(one["high"])
            drawn.append(
                f'<rect class="after faint" x="{start:.1f}" y="{y - 3}" '
                f'width="{max(end - start, 1):.1f}" height="6"/>'
            )
        if one["bound"] is not None:
            drawn.append(
                f'<line class="bound" x1="{x(one["bound"]):.1f}" x2="{x(one["bound"]):.1f}" '
                f'y1="{y - 9}" y2="{y + 9}"/>'
            )
        before, now = x(one["baseline"]), x(one["value"])
        drawn.append(
            f'<rect class="before" x="{before - 2:.1f}" y="{y - 7}" width="4" height="14"/>'
            f'<circle class="after" cx="{now:.1f}" cy="{y}" r="5"/>'
            f'<text class="share" x="{LABEL + PLOT + 6}" y="{y + 4}">{_number(one["value"])}</text>'
            "</g>"
        )
    width, height = LABEL + PLOT + VALUE, len(shown) * step + 6
    return (
        f'<figure><svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="Measures, baseline and now">{"".join(drawn)}</svg><figcaption>'
        '<span class="key before"></span>baseline <span class="key after"></span>now, with its '
        "interval; a red line is the bound</figcaption></figure>"
    )


def _ends(one: Json) -> tuple[float, float]:
    some = [
        one[name] for name in ("value", "baseline", "low", "high", "bound") if one[name] is not None
    ]
    return min(some), max(some)


def _table(columns: Sequence[Json]) -> str:
    if not columns:
        return ""
    rows = "".join(
        f'<tr><td><a href="#c{number}">{_text(one["name"])}</a></td><td>{_role(one)}</td>'
        f'<td><span class="status {one["status"]}">{WORDS[one["status"]]}</span></td>'
        f"<td>{_number(one['drift'])}</td><td>{_number(one['psi'])}</td>"
        f"<td>{_number(one['p_adjusted'])}</td><td>{one['values']:,}</td></tr>"
        for number, one in enumerate(columns)
    )
    headings = ("Column", "Kind", "Status", "Drift (limit 1)", "PSI", "p, corrected", "Values")
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        f'<h2>Columns, the worst first</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _section(number: int, column: Json) -> str:
    before, after = column["baseline"], column["now"]
    told = [f"{TESTS[column['test']]} {_number(column['statistic'])}"]
    if column["kind"] == "number":
        told.extend(
            f"{name} {_number(before[name])} → {_number(after[name])}"
            for name in ("mean", "std", "min", "max")
        )
    told.append(f"missing {_share(before)} → {_share(after)}")
    return (
        f'<section id="c{number}"><h2>{_text(column["name"])}</h2>'
        f'<p><span class="status {column["status"]}">{WORDS[column["status"]]}</span> '
        f"{_text('; '.join(told))}</p>{_plot(column)}</section>"
    )


def _plot(column: Json) -> str:
    """Two bars for each bin or category: its share in the baseline, and now."""
    totals = [max(1, sum(one[side] for one in column["bins"])) for side in ("baseline", "now")]
    shares = [
        (one["label"], one["baseline"] / totals[0], one["now"] / totals[1])
        for one in column["bins"]
    ]
    if len(shares) > SHOWN_BARS:
        shares.sort(key=lambda one: -max(one[1:]))
        rest = shares[SHOWN_BARS - 1 :]
        shares = shares[: SHOWN_BARS - 1]
        more = f"{len(rest)} more"
        shares.append((more, sum(one[1] for one in rest), sum(one[2] for one in rest)))
    longest = max((max(one[1:]) for one in shares), default=0) or 1
    step, drawn = 2 * BAR + 8, []
    for place, (label, before, after) in enumerate(shares):
        top = place * step + 4
        short = label if len(label) <= 28 else f"{label[:27]}…"  # noqa: PLR2004
        drawn.append(
            f"<g><title>{_text(label)}: {before:.1%} in the baseline, {after:.1%} now</title>"
            f'<text x="{LABEL - 8}" y="{top + BAR + 4}" text-anchor="end">{_text(short)}</text>'
        )
        for row, (side, share) in enumerate((("before", before), ("after", after))):
            y, width = top + row * BAR, PLOT * share / longest
            drawn.append(
                f'<rect class="{side}" x="{LABEL}" y="{y}" width="{width:.1f}" '
                f'height="{BAR - 1}"/><text class="share" x="{LABEL + width + 4:.1f}" '
                f'y="{y + BAR - 2}">{share:.1%}</text>'
            )
        drawn.append("</g>")
    width, height = LABEL + PLOT + VALUE, len(shares) * step + 4
    return (
        f'<figure><svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="Shares of {_text(column["name"])}, baseline and now">'
        f"{''.join(drawn)}</svg><figcaption>"
        '<span class="key before"></span>baseline <span class="key after"></span>now'
        "</figcaption></figure>"
    )


def _text(value: Any) -> str:
    return html.escape(str(value))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _share(described: Json) -> str:
    rows = described["rows"] - described["absent"]
    return f"{described['missing'] / rows:.1%}" if rows else "-"


def _role(column: Json) -> str:
    return f"{column['kind']}, {column['role']}" if column["role"] != "feature" else column["kind"]


WORDS = {
    OK: "OK",
    DRIFT: "Drift",
    FALLEN: "Fallen",
    VIOLATIONS: "Violations",
    NOT_ENOUGH_DATA: "Not enough data",
    NO_DATA: "No data",
}
TESTS = {"kolmogorov-smirnov": "Kolmogorov-Smirnov", "chi-square": "Chi-square"}
STYLE = """
:root { color-scheme: light dark; --text: #1d2430; --dim: #5b6573; --page: #fff; --line: #d8dde4;
  --before: #9aa5b4; --after: #1f6feb; --good: #1a7f37; --bad: #b42318; --odd: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --dim: #a3adbb; --page: #14181f;
  --line: #343c48; --before: #6b7686; --after: #58a6ff; --good: #4ac26b; --bad: #ff8a80;
  --odd: #e3b341; } }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 880px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 24px; margin: 0 0 8px; } h2 { font-size: 18px; margin: 32px 0 8px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
th:nth-child(n+4), td:nth-child(n+4) { text-align: right; font-variant-numeric: tabular-nums; }
a { color: inherit; overflow-wrap: anywhere; }
span.status, .status strong { font-weight: 600; white-space: nowrap; }
span.status.ok, .status.ok strong { color: var(--good); }
span.status.fallen, .status.fallen strong, span.status.drift, .status.drift strong,
span.status.violations, .status.violations strong {
  color: var(--bad); }
span.status.not-enough-data, .status.not-enough-data strong, .status.no-data strong {
  color: var(--odd); }
figure { margin: 8px 0 0; max-width: 640px; } svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--text); }
svg text.share { font-size: 10px; fill: var(--dim); }
svg line.axis { stroke: var(--line); } svg line.bound { stroke: var(--bad); stroke-width: 2; }
.faint { opacity: 0.35; }
.before { fill: var(--before); } .after { fill: var(--after); }
figcaption { color: var(--dim); font-size: 13px; }
.key { display: inline-block; width: 10px; height: 10px; margin: 0 6px 0 0; }
.key.before { background: var(--before); }
.key.after { background: var(--after); margin-left: 12px; }
"""
