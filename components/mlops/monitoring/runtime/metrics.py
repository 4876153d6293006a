"""What CloudWatch is told of a run, in the namespace maslow/Monitors.

| metric | dimensions | value |
|---|---|---|
| `Ran` | Model, Monitor | 1 for each run that came to its end, whatever it found |
| `Rows` | Model, Monitor | rows that were looked at |
| `SetAside` | Model, Monitor | lines that could not be read |
| `Violations` | Model, Monitor | rules of the baseline that are broken |
| `Worst` | Model, Monitor | how far the worst is towards its limit, which is 1 |
| `Drift` | Model, Monitor, Feature | data: effect divided by threshold: 1 is the limit |
| `Joined` | Model, Monitor | quality, bias: share of the rows whose truth is known |
| `Quality` | Model, Monitor, Metric | quality: the metric over all rows |
| `Bias` | Model, Monitor, Facet, Metric | bias: each measure that is judged; Facet is `sex = F` |
| `NDCG` | Model, Monitor | explain: how alike the orders of the features are |
| `Attribution` | Model, Monitor, Feature | explain: mean absolute Shapley value |

With too few rows there is only `Ran`, `Rows`, `SetAside` and `Joined`: nothing is known, and no
alarm is to take it for health. `Ran` is missing where runs cease.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
"""

from collections.abc import Iterator
from typing import Any

from .drift import NO_DATA, NOT_ENOUGH_DATA

NAMESPACE = "maslow/Monitors"
MOST_A_CALL = 500
"""A call takes 1,000 metrics and 1 MB, which 1,000 with long names can exceed."""
LONGEST_VALUE = 255


def data(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics of a report, as PutMetricData takes them."""
    return [
        {
            "MetricName": name,
            "Dimensions": [
                {"Name": key, "Value": dimension_value(told)} for key, told in dimensions.items()
            ],
            "Value": float(value),
            "Unit": unit,
        }
        for name, dimensions, value, unit in _values(report)
    ]


def put(metrics: list[dict[str, Any]], cloudwatch: Any) -> None:
    """Publish metrics by a boto3 client, at most 500 a call. Raises botocore's errors."""
    for start in range(0, len(metrics), MOST_A_CALL):
        cloudwatch.put_metric_data(
            Namespace=NAMESPACE, MetricData=metrics[start : start + MOST_A_CALL]
        )


def dimension_value(name: str) -> str:
    r"""A name as the value of a dimension: ASCII, of 1 to 255 characters, no colon first.

    What is not ASCII becomes its escape, as `\xe4`.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
    """
    text = name.encode("unicode_escape").decode().strip() or "-"
    return (f"_{text}" if text.startswith(":") else text)[:LONGEST_VALUE]


def _values(report: dict[str, Any]) -> Iterator[tuple[str, dict[str, str], float, str]]:
    run = {"Model": report["model"], "Monitor": report["monitor"]}
    yield "Ran", run, 1, "Count"
    yield "Rows", run, report["rows"], "Count"
    yield "SetAside", run, report["set_aside"]["lines"], "Count"
    joined = report.get("joined")
    if joined and joined["of"] and report["monitor"] in {"quality", "bias"}:
        yield "Joined", run, joined["rows"] / joined["of"], "None"
    if report["status"] in {NO_DATA, NOT_ENOUGH_DATA}:
        return
    if report["monitor"] != "data":
        yield from _measures(report, run)
        return
    yield "Violations", run, len(report["violations"]), "Count"
    if report["worst"]:
        yield "Worst", run, report["worst"]["drift"], "None"
    for column in report["columns"]:
        if column["drift"] is not None:
            yield "Drift", {**run, "Feature": column["name"]}, column["drift"], "None"


def _measures(
    report: dict[str, Any], run: dict[str, str]
) -> Iterator[tuple[str, dict[str, str], float, str]]:
    """What the monitors of quality, bias and attributions measured."""
    if report["worst"]:
        yield "Worst", run, report["worst"]["drift"], "None"
    for one in report["measures"]:
        if one["value"] is None:
            continue
        if report["monitor"] == "explain":
            name = "NDCG" if one["judged"] else "Attribution"
            yield (
                name,
                run if one["judged"] else {**run, "Feature": one["name"]},
                one["value"],
                "None",
            )
        elif one["judged"]:
            more = {"Metric": one["name"]}
            if report["monitor"] == "bias":
                more = {"Facet": one["of"], **more}
            name = "Bias" if report["monitor"] == "bias" else "Quality"
            yield name, {**run, **more}, one["value"], "None"
