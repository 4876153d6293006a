"""An alarm's period is no shorter than the time between two data points of its metric.

With a shorter one most periods have no data, and a daily metric judged by the hour is missing data
for 23 hours of 24, which takes an alarm back to what it treats missing data as.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
"""

from infra.graph import Graph
from policies.finding import Finding, found
from policies.metrics import ALARM, watched


def alarm_period(graph: Graph) -> list[Finding]:
    """Alarms that look more often than something in their graph emits their metric."""
    findings = []
    for alarm in graph.of_type(ALARM):
        if "metricName" in alarm.inputs and alarm.inputs.get("treatMissingData") == "ignore":
            continue  # it keeps its state from one data point to the next
        for metric in watched(alarm):
            emitted = metric.meaning.emitted(graph) if metric.meaning else iter(())
            slowest = max((every for at, every in emitted if at == metric.dimensions), default=0)
            if metric.period < slowest:
                message = (
                    f"{metric.name} comes every {slowest} seconds, and its period is "
                    f"{metric.period} seconds"
                )
                findings.append(found(__name__, alarm, message))
    return findings
