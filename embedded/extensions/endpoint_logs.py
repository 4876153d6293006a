"""What the containers of an endpoint print, in the log group where SageMaker keeps it.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

from collections.abc import Sequence

from moto.core.utils import unix_time_millis
from moto.logs.models import LogsBackend, logs_backends

GROUP = "/aws/sagemaker/Endpoints/"
INSTANCE = "i-embedded"


def keep(account: str, region: str, endpoint: str, variant: str, lines: Sequence[str]) -> None:
    """Write lines of a variant into the log group of its endpoint, which is made if need be."""
    if not lines:
        return
    logs: LogsBackend = logs_backends[account][region]
    group, stream = f"{GROUP}{endpoint}", f"{variant}/{INSTANCE}"
    if group not in logs.groups:
        logs.create_log_group(log_group_name=group, tags={})
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    now = int(unix_time_millis())
    logs.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])
