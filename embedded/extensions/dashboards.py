"""Dashboards of no more than CloudWatch takes, which moto does not look at.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
"""

import json
from typing import Any

from moto.cloudwatch.exceptions import DashboardInvalidInputError
from moto.cloudwatch.models import CloudWatchBackend

from embedded.extensions.operations import add

MOST = {"widgets": 500, "metrics": 2500}
"""On a dashboard, of all its widgets."""

_put_by_moto = CloudWatchBackend.put_dashboard


def install() -> None:
    """Have dashboards of more refused."""
    add(CloudWatchBackend, put_dashboard)


def put_dashboard(self: CloudWatchBackend, name: str, body: str) -> None:
    """PutDashboard. Raises DashboardInvalidInputError for more than a dashboard shows."""
    widgets: list[dict[str, Any]] = json.loads(body).get("widgets", [])
    counted = {
        "widgets": len(widgets),
        "metrics": sum(len(each.get("properties", {}).get("metrics", ())) for each in widgets),
    }
    for what, most in MOST.items():
        if counted[what] > most:
            raise DashboardInvalidInputError(
                f"A dashboard has at most {most} {what}, not {counted[what]}."
            )
    _put_by_moto(self, name, body)
