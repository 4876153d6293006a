"""The data that an endpoint captures, as whoever writes or reads it is told."""

import pulumi

from components.common.workload import WorkloadArgs
from components.foundation.alerts.alerts import AlertTopics


class CaptureArgs(WorkloadArgs):
    """A workload that writes or reads captured data, and tells of it."""

    capture_bucket: pulumi.Input[str]
    """Bucket of the data that the endpoint captures."""
    capture_prefix: str
    """Where in it, without a slash at the end; SageMaker adds endpoint, variant and hour."""
    capture_key_arn: pulumi.Input[str]
    """Key of the captured data."""
    alert_topics: AlertTopics
    """Topics that the alarms tell."""
