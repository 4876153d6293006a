"""An alarm acts on each of its states that matters.

Going off must reach someone, and so must its end: who is paged sees it closed. Where the alarm does
not take missing data for one of those, a lack of data is a state of its own, in which the watcher
is blind, and must reach someone as well.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from infra.graph import Graph
from policies.finding import Finding, found
from policies.metrics import ALARM


def alarm_actions(graph: Graph) -> list[Finding]:
    """Alarms without an action for ALARM, for OK, or for INSUFFICIENT_DATA where they get there."""
    findings = []
    for alarm in graph.of_type(ALARM):
        states = {"alarmActions": "ALARM", "okActions": "OK"}
        if alarm.inputs.get("treatMissingData", "missing") == "missing":
            states["insufficientDataActions"] = "INSUFFICIENT_DATA"
        missing = [state for key, state in states.items() if not alarm.inputs.get(key)]
        if alarm.inputs.get("actionsEnabled") is False:
            findings.append(found(__name__, alarm, "its actions are switched off"))
        elif missing:
            message = f"it has no action for {' and '.join(missing)}"
            findings.append(found(__name__, alarm, message))
    return findings
