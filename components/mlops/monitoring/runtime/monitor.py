"""Run a monitor once: read what was captured, compare, report, and tell CloudWatch.

    python3 -m runtime --model readmission --monitor data --baseline s3://…/baseline.json
        --capture s3://bucket/prefix/endpoint --window-hours 24 --output /opt/ml/processing/output

A processing job calls it so, with PYTHONPATH=/opt/ml/processing/input/code, to where the folder
`runtime` is an input. On a laptop `--data FILE.csv` stands in for `--capture`, and nothing is told
to CloudWatch without `--metrics`; with `--capture s3://…`, only `--no-metrics` keeps it from that.

Its role needs s3:ListBucket and s3:GetObject on the captures, on the baseline and on this code,
s3:PutObject for the output, kms:Decrypt with the keys of what it reads and kms:GenerateDataKey with
that of the output, and cloudwatch:PutMetricData, which can be narrowed to the namespace
maslow/Monitors. In a VPC it reaches S3, CloudWatch ("monitoring"), KMS and CloudWatch Logs; network
isolation would cut it off from the first two.

Exit status 0: it ran, whatever it found. 2: what was asked does not fit, in one sentence. 1: it
failed, as where AWS refuses a call. The report is report.json and report.html in the output folder.
"""

import argparse
import itertools
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from . import bias, drift, explain, metrics, truth
from .capture import Reader, Row
from .profiles import ABSENT, FEATURE, PREDICTION, Column, TableProfile
from .report import report, write
from .sources import BadInput, Window, captured, files, truths

CHUNK = 5000
LONGEST_HOURS = 24 * 366
SHOWN_NEW = 10

Client = Callable[[str], Any]
"""Makes a boto3 client of a service."""
Told = argparse.Namespace


def main(arguments: Sequence[str], client: Client | None = None) -> int:
    """Run the command, with clients of AWS made by `client`; returns its exit status."""
    told = _parser().parse_args(arguments)
    client = cache(client or _boto3_client)
    try:
        found = MONITORS[told.monitor](told, client)
        write(found, told.output)
        if told.metrics if told.metrics is not None else _in_s3(told.capture):
            metrics.put(metrics.data(found), client("cloudwatch"))
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except _failures() as error:
        sys.stderr.write(f"the {told.monitor} monitor of {told.model} failed: {error}\n")
        return 1
    sys.stdout.write(f"{told.model}, {told.monitor} monitor: {found['status']}. ")
    sys.stdout.write(f"{found['summary']} See {told.output / 'report.html'}\n")
    return 0


def data_monitor(told: Told, client: Client) -> dict[str, Any]:
    """The report on whether requests and answers are still like the baseline."""
    settings = _settings(told)
    baseline = drift.check_baseline(_json(told.baseline, client), told.baseline)
    window = _window(told) if told.capture else None
    reader = Reader(
        *([one["name"] for one in baseline["columns"] if one["role"] == role] for role in ROLES)
    )
    profiles, variants = profiled(_rows(told, reader, window, client), baseline)
    rows = max(profile.rows for profile in profiles)
    now = [column for profile in profiles for column in profile.document()["columns"]]
    columns = drift.judged(baseline, now, settings)
    for column in columns:
        fresh = next(one.get("new") for one in now if one["name"] == column["name"])
        column["new"] = dict(itertools.islice((fresh or {}).items(), SHOWN_NEW))
    return report(
        model=told.model,
        monitor=told.monitor,
        status=drift.status(columns, rows, settings),
        rows=rows,
        columns=columns,
        measures=[],
        joined=None,
        **_about(told, baseline, settings, variants, reader, window),
    )


def quality_monitor(told: Told, client: Client) -> dict[str, Any]:
    """The report on how good the answers are, by what came true."""
    from . import quality  # scikit-learn takes a second, and this monitor alone needs it

    baseline = _whole(told, client, "problem", "quality")
    settings = _settings(told)
    held = quality.bounds(baseline, told.accept, settings.threshold)
    columns = {one["name"]: one for one in baseline["columns"] if one["role"] == FEATURE}
    parts = _named(told.segments, columns, "--segments", told.baseline)
    sample, reader, window = _sample(told, baseline, client)
    problem = baseline["problem"]
    answers = [row.prediction for row in sample.rows]
    places, scored, wrong = quality.scored(problem, answers, sample.truth)
    reader.aside.reasons.update(wrong)
    reader.aside.lines += wrong.total()
    fewest = settings.min_rows
    measures = quality.measured(problem, scored, held, baseline, fewest)
    names = list(columns)
    for name in parts:
        place = names.index(name)
        features = [sample.rows[one].features for one in places]
        values = [ABSENT if one is None else one[place] for one in features]
        for part, rows in quality.segments(columns[name], values):
            some = scored.at(np.flatnonzero(rows))
            for one in quality.measured(problem, some, held, baseline, fewest):
                measures.append({**one, "of": f"{name}: {part}", "judged": False})
    return _report(
        told, baseline, settings, sample, reader, window, quality.status(measures), measures
    )


def bias_monitor(told: Told, client: Client) -> dict[str, Any]:
    """The report on whether groups fare otherwise than in the baseline."""
    baseline = _whole(told, client, "problem")
    settings = _settings(told)
    asked = bias.facets(baseline, _listed(told.facets), told.baseline)
    sample, reader, window = _sample(told, baseline, client)
    names = [one["name"] for one in baseline["columns"] if one["role"] == FEATURE]
    values = {
        one["facet"]: [
            ABSENT if row.features is None else row.features[names.index(one["facet"])]
            for row in sample.rows
        ]
        for one in asked
    }
    answers = [row.prediction for row in sample.rows]
    measures = bias.measured(baseline, asked, values, answers, sample.truth, settings.threshold)
    return _report(
        told, baseline, settings, sample, reader, window, bias.status(measures), measures
    )


def explain_monitor(told: Told, client: Client) -> dict[str, Any]:
    """The report on whether the model still decides by the same features."""
    if told.model_data is None:
        raise BadInput("--monitor explain needs --model-data, a folder with model.tar.gz")
    baseline = _whole(told, client, "attributions")
    settings = _settings(told)
    sample, reader, window = _sample(told, baseline, client)
    rows = [row.features for row in sample.rows if row.features is not None]
    measures: list[dict[str, Any]] = []
    if len(rows) >= settings.min_rows:
        measures, refused = explain.measured(baseline, rows, told.model_data, settings.threshold)
        reader.aside.lines += refused
        if refused:
            reader.aside.reasons["the model's handler refuses the row"] += refused
    found = measures[0]["status"] if measures else drift.NOT_ENOUGH_DATA
    return _report(told, baseline, settings, sample, reader, window, found, measures)


def _whole(told: Told, client: Client, *parts: str) -> dict[str, Any]:
    """The baseline. Raises BadInput where it lacks what a monitor needs of it."""
    baseline = drift.check_baseline(_json(told.baseline, client), told.baseline)
    missing = [part for part in parts if not _object(baseline.get(part))]
    if missing:
        raise BadInput(
            f"{told.baseline} has no {' and no '.join(missing)}, which the {told.monitor} monitor "
            "needs: it is of records alone, not of a version that was evaluated"
        )
    return baseline


def _object(part: Any) -> bool:
    return isinstance(part, dict) and bool(part)


def _settings(told: Told) -> drift.Settings:
    threshold = THRESHOLDS[told.monitor] if told.threshold is None else told.threshold
    settings = drift.Settings(threshold, told.min_rows)
    drift.check_settings(settings)
    return settings


def _sample(
    told: Told, baseline: dict[str, Any], client: Client
) -> tuple[truth.Sample, Reader, Window | None]:
    """Rows with the truth that is known of them."""
    window = _window(told) if told.capture else None
    target = baseline["problem"]["target"] if baseline.get("problem") else ""
    features, predictions = (
        [one["name"] for one in baseline["columns"] if one["role"] == role] for role in ROLES
    )
    reader = Reader(features, [*predictions, *filter(None, (target,)), truth.ID])
    sample, twice = truth.sampled(_rows(told, reader, window, client), target)
    if told.truth:
        s3 = client("s3") if _in_s3(told.truth) else None
        found = truths(told.truth, window, s3)
        sample = truth.joined(sample, twice, found, target, reader)
    return sample, reader, window


def _report(
    told: Told,
    baseline: dict[str, Any],
    settings: drift.Settings,
    sample: truth.Sample,
    reader: Reader,
    window: Window | None,
    status: str,
    measures: list[dict[str, Any]],
) -> dict[str, Any]:
    return report(
        model=told.model,
        monitor=told.monitor,
        status=_status(sample.total, settings, status),
        rows=sample.total,
        columns=[],
        measures=measures,
        joined=(
            None if told.monitor == "explain" else {"rows": sample.joined, "of": len(sample.rows)}
        ),
        **_about(told, baseline, settings, sample.variants, reader, window),
    )


def _status(rows: int, settings: drift.Settings, found: str) -> str:
    if not rows:
        return drift.NO_DATA
    return drift.NOT_ENOUGH_DATA if rows < settings.min_rows else found


def _about(
    told: Told,
    baseline: dict[str, Any],
    settings: drift.Settings,
    variants: Counter[str],
    reader: Reader,
    window: Window | None,
) -> dict[str, Any]:
    """What a report says of its run, of whatever kind."""
    return {
        "model_version": told.model_version,
        "source": told.capture or told.data,
        "window": window and {"start": _iso(window.start), "end": _iso(window.end)},
        "variants": dict(sorted(variants.items())),
        "set_aside": {
            "lines": reader.aside.lines,
            "reasons": dict(reader.aside.reasons.most_common()),
            "examples": reader.aside.examples,
        },
        "baseline": {"source": told.baseline, "rows": baseline["rows"]},
        "settings": {
            "threshold": settings.threshold,
            "min_rows": settings.min_rows,
            "false_alarms": drift.FALSE_ALARMS,
            "level": drift.LEVEL,
        },
    }


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _named(text: str, known: Iterable[str], option: str, where: str) -> list[str]:
    names, known = _listed(text), list(known)
    for name in names:
        if name not in known:
            raise BadInput(f"{option} names {name}, and {where} has {', '.join(known)}")
    return names


def profiled(
    rows: Iterator[Row], baseline: dict[str, Any]
) -> tuple[list[TableProfile], Counter[str]]:
    """Profiles of the features and of the predictions, and the rows of each variant."""
    like = {one["name"]: one for one in baseline["columns"]}
    columns = [
        [Column(one["name"], one["kind"], role) for one in like.values() if one["role"] == role]
        for role in ROLES
    ]
    profiles = [TableProfile(some, like=like) for some in columns]
    names = [column.name for column in columns[1]]
    variants: Counter[str] = Counter()
    while chunk := list(itertools.islice(rows, CHUNK)):
        variants.update(row.variant for row in chunk if row.variant)
        profiles[0].add([row.features for row in chunk if row.features is not None])
        profiles[1].add(
            [[row.prediction.get(one, ABSENT) for one in names] for row in chunk if row.prediction]
        )
    return profiles, variants


ROLES = (FEATURE, PREDICTION)
MONITORS = {
    "data": data_monitor,
    "quality": quality_monitor,
    "bias": bias_monitor,
    "explain": explain_monitor,
}
THRESHOLDS = {"data": drift.Settings().threshold, "quality": 0.05, "bias": 0.1, "explain": 0.1}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="monitor", description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument("--model-version", default="", help="version that serves, for the report")
    parser.add_argument("--monitor", choices=MONITORS, default="data")
    parser.add_argument("--baseline", required=True, help="baseline.json, a file or an S3 URI")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--capture", help="an endpoint's captures: a file, a folder or an S3 URI")
    source.add_argument("--data", help="rows in place of captures: a file, a folder or an S3 URI")
    parser.add_argument("--window-hours", type=float, default=24, help="of captures (default 24)")
    parser.add_argument("--end", help="of the window, in ISO 8601; UTC unless told (default now)")
    parser.add_argument("--threshold", type=float, help=f"above 0, at most 1; else {THRESHOLDS}")
    parser.add_argument("--min-rows", type=int, default=drift.Settings().min_rows)
    parser.add_argument("--truth", help="quality, bias: a file, a folder or an S3 URI")
    parser.add_argument("--segments", default="", help="quality: features to part rows by")
    parser.add_argument("--accept", default="", help="quality: such as auc >= 0.8, f1 >= 0.7")
    parser.add_argument("--facets", default="", help="bias: some of the baseline's facets")
    parser.add_argument("--model-data", type=Path, help="explain: a folder with model.tar.gz")
    parser.add_argument("--output", type=Path, required=True, help="folder of the report")
    parser.add_argument("--metrics", action=argparse.BooleanOptionalAction, help="tell CloudWatch")
    return parser


def _window(told: Told) -> Window:
    if not 0 < told.window_hours <= LONGEST_HOURS:
        raise BadInput(
            f"--window-hours is {told.window_hours:g}; it is above 0 and at most {LONGEST_HOURS}"
        )
    end = datetime.now(timezone.utc)
    if told.end:
        try:
            end = datetime.fromisoformat(told.end.replace("Z", "+00:00"))
        except ValueError:
            raise BadInput(
                f"--end is {told.end}, and no time such as 2026-11-27T06:00:00Z"
            ) from None
        end = end.astimezone(timezone.utc) if end.tzinfo else end.replace(tzinfo=timezone.utc)
    return Window(end - timedelta(hours=told.window_hours), end)


def _rows(told: Told, reader: Reader, window: Window | None, client: Client) -> Iterator[Row]:
    where = told.capture or told.data
    s3 = client("s3") if _in_s3(where) else None
    if window:
        yield from reader.rows(captured(where, window, s3), window)
        return
    for name, lines, answers in files(where, s3):
        yield from reader.file(name, lines, answers)


def _json(where: str, client: Client) -> Any:
    try:
        if _in_s3(where):
            bucket, _, key = where.removeprefix("s3://").partition("/")
            return json.loads(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        return json.loads(Path(where).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"there is no file {where}") from None
    except ValueError as error:
        raise BadInput(f"{where} is no JSON: {error}") from None


def _in_s3(where: str | None) -> bool:
    return bool(where and where.startswith("s3://"))


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _boto3_client(service: str) -> Any:
    import boto3

    return boto3.client(service)


def _failures() -> tuple[type[Exception], ...]:
    """What may go wrong outside: files, and AWS where it was asked."""
    if "botocore" not in sys.modules:
        return (OSError,)
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, BotoCoreError, ClientError)
