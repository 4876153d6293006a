"""What a run has printed, in CloudWatch Logs."""

from moto.core.base_backend import BaseBackend
from moto.core.utils import unix_time_millis
from moto.logs.models import LogsBackend, logs_backends

from embedded.turns import turn


def keep_lines(backend: BaseBackend, group: str, stream: str, text: str) -> None:
    """Put each line of a text into a stream, of the account and region of `backend`.

    The group and the stream are made unless they are there; empty lines are left out.
    """
    logs: LogsBackend = logs_backends[backend.account_id][backend.region_name]
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return
    with turn():
        if group not in logs.groups:
            logs.create_log_group(log_group_name=group, tags={})
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        now = int(unix_time_millis())
        logs.put_log_events(group, stream, [{"timestamp": now, "message": one} for one in lines])
