"""A rule that tells of executions of state machines which failed and which nothing else follows.

One rule is for a whole environment, because a bus of events has 300 rules; it knows the
environment's machines by the head of their names.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html

Each failure is told once. A delivery fails with the machines that it invokes, and names their
executions so that the rule leaves them out. Machines that tell why they failed in their own words
end in an error that says so. Whoever starts a machine otherwise hears of its failure by the rule.
"""

import pulumi

from components.common.iam import Json
from components.common.states import DELIVERED, TOLD
from components.foundation.alerts.alert_rule import alert_on

CONSOLE = "https://<region>.console.aws.amazon.com/states/home?region=<region>"


def failed_machines_pattern(name_prefix: str) -> Json:
    """The failures of machines whose names begin so, but for those that are told otherwise.

    The error is null in the events of what timed out or was aborted. Whether that of a failure
    without one is null or left out AWS does not say: both are told.
    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    unknown = [None, {"exists": False}]
    return {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "stateMachineArn": [{"wildcard": f"arn:aws:states:*:stateMachine:{name_prefix}*"}],
            "name": [{"anything-but": {"prefix": f"{DELIVERED}-"}}],
            "$or": [
                {"status": ["TIMED_OUT", "ABORTED"]},
                {"status": ["FAILED"], "error": [*unknown, {"anything-but": list(TOLD)}]},
            ],
        },
    }


def alert_on_machines(
    name: str, *, parent: pulumi.Resource, name_prefix: str, topic_arn: pulumi.Input[str]
) -> None:
    """A rule, child of `parent`, that tells of failed machines whose names begin so."""
    alert_on(
        name,
        failed_machines_pattern(name_prefix),
        parent=parent,
        description="Executions of state machines that failed",
        topic_arn=topic_arn,
        says=(
            "<machine>: an execution is <status>. <error>: <cause>\n\n"
            f"{CONSOLE}#/v2/executions/details/<execution>"
        ),
        paths={
            "machine": "$.detail.stateMachineArn",
            "status": "$.detail.status",
            "error": "$.detail.error",
            "cause": "$.detail.cause",
            "region": "$.region",
            "execution": "$.detail.executionArn",
        },
    )
