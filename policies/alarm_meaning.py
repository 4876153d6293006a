"""An alarm goes off at the bad end of its metric, and treats silence as what it means.

An alarm that compares the wrong way is silent when something is wrong, and takes health for
failure; one that takes silence for health stays green when the watcher itself has stopped.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from infra.graph import Graph
from policies.finding import Finding, found
from policies.metrics import ALARM, watched

COMPARISONS = {
    "high": ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold"),
    "low": ("LessThanThreshold", "LessThanOrEqualToThreshold"),
}


def alarm_meaning(graph: Graph) -> list[Finding]:
    """Alarms whose metrics `policies/metrics.py` says nothing or otherwise of.

    Of an alarm on an expression, all metrics with a bad end must have the same one, and the
    expression must grow with them.
    """
    findings = []
    for alarm in graph.of_type(ALARM):
        metrics = watched(alarm)
        meanings = [metric.meaning for metric in metrics]
        unknown = [m.name for m, meaning in zip(metrics, meanings, strict=True) if meaning is None]
        if unknown:
            message = f"policies/metrics.py does not say what {', '.join(unknown)} means"
            findings.append(found(__name__, alarm, message))
            continue
        ends = {meaning.bad for meaning in meanings if meaning and meaning.bad}
        if len(ends) != 1:
            message = "it watches metrics of which not all are bad at the same end"
            findings.append(found(__name__, alarm, message))
            continue
        (end,) = ends
        if (comparison := alarm.inputs["comparisonOperator"]) not in COMPARISONS[end]:
            message = f"its metric is bad when {end}, and it compares by {comparison}"
            findings.append(found(__name__, alarm, message))
        treats = alarm.inputs.get("treatMissingData", "missing")
        wanted = {meaning.missing for meaning in meanings if meaning and meaning.bad}
        if wanted != {treats}:
            message = (
                f"it treats missing data as {treats}, where {', '.join(sorted(wanted))} is due"
            )
            findings.append(found(__name__, alarm, message))
    return findings
