"""AWS/SageMaker's InvocationsPerInstance, which is zero for a variant that nobody asks.

So a variant without traffic shrinks to its fewest instances.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html
"""

from moto.cloudwatch.models import CloudWatchBackend
from moto.sagemaker.models import sagemaker_backends

from embedded.extensions.metrics import metrics
from embedded.metric_store import Key, Metric, Sample

NAMESPACE = "AWS/SageMaker"
PER_INSTANCE = "InvocationsPerInstance"
MINUTE = 60


def idle(backend: CloudWatchBackend, key: Key, at: float) -> None:
    """Count zero in the minute that ends at a time, unless there was a request in it."""
    endpoint = dict(key.dimensions).get("EndpointName")
    if endpoint not in sagemaker_backends[backend.account_id][backend.region_name].endpoints:
        return
    metric = metrics(backend).setdefault(key, Metric())
    if not metric.between(at - MINUTE, at):
        metric.put(Sample(at - MINUTE, 0.0, 1.0, 0.0, 0.0, "None"))
