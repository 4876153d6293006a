"""Every metric that a dashboard shows is one that something in the graph emits.

A metric that nothing emits is an empty picture, which looks like one of a quiet day.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from infra.graph import Graph, Resource
from policies.finding import Finding, found
from policies.metrics import METRICS, Dimensions

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"

Shown = tuple[str, str, Dimensions]
"""Namespace, name and dimensions of a metric."""


def dashboard_metrics(graph: Graph) -> list[Finding]:
    """Dashboards with a metric that nothing emits, or that is not known."""
    findings = []
    for dashboard in graph.of_type(DASHBOARD):
        for namespace, name, dimensions in metrics_of(dashboard):
            known = [
                metric
                for metric in METRICS
                if metric.namespace == namespace and re.fullmatch(metric.name, name)
            ]
            emitted = [told for metric in known for told, _ in metric.emitted(graph)]
            if dimensions not in emitted:
                told = ", ".join(f"{key} {value}" for key, value in dimensions.items())
                findings.append(
                    found(
                        __name__,
                        dashboard,
                        f"nothing emits {namespace} {name} of {told or 'no dimension'}",
                    )
                )
    return findings


def metrics_of(dashboard: Resource) -> Iterator[Shown]:
    """The metrics of a dashboard.

    A metric is its namespace, its name, then names and values of its dimensions in turn; what is
    last may be how it looks.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """
    for widget in json.loads(dashboard.inputs["dashboardBody"])["widgets"]:
        for metric in widget["properties"].get("metrics", ()):
            yield _shown(metric)


def _shown(metric: Sequence[Any]) -> Shown:
    namespace, name, *rest = [part for part in metric if isinstance(part, str)]
    return namespace, name, dict(zip(rest[::2], rest[1::2], strict=True))
