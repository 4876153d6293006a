"""Statistics and constraints of a data set, and what breaks a baseline, as Model Monitor has it.

A number's distribution is held against the baseline's by the largest distance of their cumulative
shares at the edges of the baseline's buckets, a category's by the largest distance of a share.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from ..runtime.profiles import NUMBER, Column, kind_of, profile
from .tables import Table

FRACTIONAL, INTEGRAL, STRING = "Fractional", "Integral", "String"
MOST_DOMAINS = 100
MONITORING = {
    "evaluate_constraints": "Enabled",
    "emit_metrics": "Enabled",
    "datatype_check_threshold": 1.0,
    "domain_content_threshold": 1.0,
    "distribution_constraints": {
        "perform_comparison": "Enabled",
        "comparison_threshold": 0.1,
        "comparison_method": "Simple",
    },
}

Json = dict[str, Any]


def statistics(table: Table) -> Json:
    """What statistics.json says of a data set."""
    columns = [Column(name, kind_of(table.column(name))) for name in table.names]
    found = profile(columns, table.rows)
    return {
        "version": 0.0,
        "dataset": {"item_count": len(table.rows)},
        "features": [_feature(column, table.column(column["name"])) for column in found["columns"]],
    }


def constraints(told: Mapping[str, Any]) -> Json:
    """What constraints.json suggests, of statistics."""
    features = []
    for feature in told["features"]:
        common = _common(feature)
        rows = common["num_present"] + common["num_missing"]
        one: Json = {
            "name": feature["name"],
            "inferred_type": feature["inferred_type"],
            "completeness": common["num_present"] / rows if rows else 0.0,
        }
        if numbers := feature.get("numerical_statistics"):
            one["num_constraints"] = {"is_non_negative": (numbers["min"] or 0) >= 0}
        else:
            texts = feature["string_statistics"]
            if texts["distinct_count"] <= MOST_DOMAINS:
                one["string_constraints"] = {"domains": list(_shares(texts))}
        features.append(one)
    return {"version": 0.0, "features": features, "monitoring_config": MONITORING}


def violations(table: Table, told: Mapping[str, Any], before: Mapping[str, Any]) -> list[Json]:
    """What in a table breaks constraints; `told` and `before` are the baseline's two documents."""
    known = {one["name"]: one for one in before["features"]}
    statistics_of = {one["name"]: one for one in told["features"]}
    config = {**MONITORING, **before.get("monitoring_config", {})}
    found = [
        _violation(name, "missing_column_check", "The column is in the baseline, and not here")
        for name in known.keys() - set(table.names)
    ]
    found += [
        _violation(name, "extra_column_check", "The column is here, and not in the baseline")
        for name in set(table.names) - known.keys()
    ]
    for name in table.names:
        if name in known:
            found += _broken(table.column(name), known[name], statistics_of.get(name), config)
    return found


def _broken(
    values: Sequence[str], limits: Json, before: Json | None, config: Json
) -> Iterator[Json]:
    name, present = limits["name"], [value for value in values if value.strip()]
    complete = len(present) / len(values)
    if complete < limits["completeness"]:
        yield _violation(
            name,
            "completeness_check",
            f"Completeness is {complete:.2%}, and {limits['completeness']:.2%} in the baseline",
        )
    if not present:
        return
    right = sum(_is_of(value, limits["inferred_type"]) for value in present) / len(present)
    if right < config["datatype_check_threshold"]:
        yield _violation(
            name,
            "data_type_check",
            f"{right:.2%} of the values are {limits['inferred_type']}, and "
            f"{config['datatype_check_threshold']:.2%} have to be",
        )
        return
    domains = limits.get("string_constraints", {}).get("domains")
    if domains is not None:
        inside = sum(value in domains for value in present) / len(present)
        if inside < config["domain_content_threshold"]:
            yield _violation(
                name,
                "categorical_values_check",
                f"{inside:.2%} of the values are in the baseline's domain, and "
                f"{config['domain_content_threshold']:.2%} have to be",
            )
    how = config["distribution_constraints"]
    if before is None or how["perform_comparison"] != "Enabled":
        return
    distance = _distance(present, before)
    if distance > how["comparison_threshold"]:
        yield _violation(
            name,
            "baseline_drift_check",
            f"The distance to the baseline's distribution is {distance:.4g}, and at most "
            f"{how['comparison_threshold']:g} may be",
        )


def _feature(column: Json, values: Sequence[str]) -> Json:
    present = column["rows"] - column["missing"] - column["absent"] - column["invalid"]
    common = {"num_present": present, "num_missing": column["rows"] - present}
    if column["kind"] == NUMBER and present:
        whole = all(_is_of(value, INTEGRAL) for value in values if value.strip())
        bounds = [column["min"], *column["edges"], column["max"]]
        buckets = [
            {"lower_bound": low, "upper_bound": high, "count": count}
            for low, high, count in zip(bounds, bounds[1:], column["counts"], strict=False)
        ]
        return {
            "name": column["name"],
            "inferred_type": INTEGRAL if whole else FRACTIONAL,
            "numerical_statistics": {
                "common": common,
                "mean": column["mean"],
                "sum": column["mean"] * present,
                "std_dev": column["std"],
                "min": column["min"],
                "max": column["max"],
                "distribution": {"kll": {"buckets": buckets}},
            },
        }
    counts = Counter(value for value in values if value.strip())
    return {
        "name": column["name"],
        "inferred_type": STRING,
        "string_statistics": {
            "common": common,
            "distinct_count": len(counts),
            "distribution": {
                "categorical": {
                    "buckets": [
                        {"value": value, "count": count} for value, count in counts.most_common()
                    ]
                }
            },
        },
    }


def _distance(values: Sequence[str], before: Json) -> float:
    if numbers := before.get("numerical_statistics"):
        buckets = numbers["distribution"]["kll"]["buckets"]
        total = sum(one["count"] for one in buckets) or 1
        now = sorted(float(value) for value in values)
        shares = accumulate(one["count"] / total for one in buckets[:-1])
        return max(
            (
                abs(share - sum(value < one["upper_bound"] for value in now) / len(now))
                for one, share in zip(buckets, shares, strict=False)
            ),
            default=0.0,
        )
    past = _shares(before["string_statistics"])
    counts = Counter(values)
    return max(
        abs(past.get(value, 0.0) - counts[value] / len(values))
        for value in past.keys() | counts.keys()
    )


def _shares(texts: Json) -> dict[str, float]:
    buckets = texts["distribution"]["categorical"]["buckets"]
    total = sum(one["count"] for one in buckets) or 1
    return {str(one["value"]): one["count"] / total for one in buckets}


def _common(feature: Json) -> Json:
    told: Json = feature.get("numerical_statistics") or feature["string_statistics"]
    return dict(told["common"])


def _is_of(value: str, kind: str) -> bool:
    if kind == STRING:
        return True
    try:
        number = float(value)
    except ValueError:
        return False
    return kind == FRACTIONAL or number.is_integer()


def _violation(name: str, check: str, description: str) -> Json:
    return {"feature_name": name, "constraint_check_type": check, "description": description}
