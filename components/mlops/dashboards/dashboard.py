"""A dashboard of CloudWatch."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws


class DashboardArgs(TypedDict):
    """What a dashboard is made of."""

    dashboard_name: str
    """Name within the account: letters, digits, - and _, at most 255."""
    body: pulumi.Input[str]
    """What is on it, as JSON: `components.mlops.dashboards.body`."""


class Dashboard(pulumi.ComponentResource):
    """A dashboard of a fixed name, which people bookmark."""

    name: pulumi.Output[str]
    """Name of the dashboard."""

    def __init__(
        self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Dashboard", name, None, opts)
        dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=args["dashboard_name"],
            dashboard_body=args["body"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = dashboard.dashboard_name
        self.register_outputs({"name": self.name})
