"""An alarm's dimensions are those that a resource of the same graph emits the metric with.

CloudWatch takes an alarm on any dimensions, and treats those that nothing emits as missing data: an
alarm with a misspelt endpoint never goes off.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension
"""

from infra.graph import Graph
from policies.finding import Finding, found
from policies.metrics import ALARM, watched


def alarm_dimensions(graph: Graph) -> list[Finding]:
    """Alarms on a metric that no resource of their graph emits with these dimensions."""
    return [
        found(__name__, alarm, f"nothing here emits {metric.name} with {metric.dimensions}")
        for alarm in graph.of_type(ALARM)
        for metric in watched(alarm)
        if metric.meaning
        and metric.dimensions not in [at for at, _ in metric.meaning.emitted(graph)]
    ]
