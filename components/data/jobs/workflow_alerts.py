"""A rule that tells of runs of workflows of MWAA Serverless that failed.

AWS names the events of a run, and not what they hold: so the rule cannot tell the workflows of one
environment from those of another in the same account and region, and tells of all.
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-airflow-serverless.html
"""

import pulumi

from components.common.iam import Json
from components.foundation.alerts.alert_rule import alert_on

CONSOLE = "https://<region>.console.aws.amazon.com/mwaa/home?region=<region>#serverlessWorkflows"
ENDS = ("Failed", "Timeout", "Stopped")
"""How a run ends that has not succeeded; a person stops one."""


def failed_runs_pattern() -> Json:
    """The events of runs that have not succeeded."""
    return {
        "source": ["aws.airflow-serverless"],
        "detail-type": [f"MWAA Serverless Workflow Run {end}" for end in ENDS],
    }


def alert_on_workflows(name: str, *, parent: pulumi.Resource, topic_arn: pulumi.Input[str]) -> None:
    """A rule, child of `parent`, that tells a topic of runs that have not succeeded."""
    alert_on(
        name,
        failed_runs_pattern(),
        parent=parent,
        description="Runs of Airflow's workflows that failed",
        topic_arn=topic_arn,
        says=(
            "<kind>: <workflow>\n\n`maslow job list` tells how the runs of each job have ended.\n\n"
            f"{CONSOLE}"
        ),
        paths={
            "kind": "$.detail-type",
            "workflow": "$.resources[0]",
            "region": "$.region",
        },
    )
