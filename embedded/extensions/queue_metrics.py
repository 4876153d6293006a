"""The metrics of SQS's queues that alarms look at.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from collections.abc import Callable

from moto.cloudwatch.models import CloudWatchBackend
from moto.sqs.models import Queue, sqs_backends

from embedded.extensions.metrics import metrics
from embedded.metric_store import Key, Metric, Sample

NAMESPACE = "AWS/SQS"
EVERY_SECONDS = 60
COUNTS: dict[str, Callable[[Queue], int]] = {
    "ApproximateNumberOfMessagesVisible": lambda queue: queue.approximate_number_of_messages,
    "ApproximateNumberOfMessagesNotVisible": (
        lambda queue: queue.approximate_number_of_messages_not_visible
    ),
    "ApproximateNumberOfMessagesDelayed": (
        lambda queue: queue.approximate_number_of_messages_delayed
    ),
}


def sample(backend: CloudWatchBackend, key: Key, at: float) -> None:
    """Put the count of a queue's messages for the minute that ends at a time, in seconds."""
    count = COUNTS.get(key.name)
    name = dict(key.dimensions).get("QueueName", "")
    queue = sqs_backends[backend.account_id][backend.region_name].queues.get(name)
    metric = metrics(backend).setdefault(key, Metric())
    begin = at - EVERY_SECONDS
    if count and queue and metric.newest < begin:
        value = float(count(queue))
        metric.put(Sample(begin, value, 1.0, value, value, "Count"))
