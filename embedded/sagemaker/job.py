"""One processing or training job of the cloud's, and a record of moto's that shows how it goes.

Jobs are the same whether a pipeline or a client asks for them.
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from moto.sagemaker.models import FakeProcessingJob, FakeTrainingJob
from moto.settings import moto_server_port

from embedded.clock import utcnow
from embedded.cloud import HOST, client_environment
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.jobs import JobFailed, Services
from embedded.sagemaker.shown import Shown
from embedded.sagemaker.worker import Worker
from embedded.turns import turn

STOP_SECONDS = 30
FUNCTION_SECONDS = 900
"""The longest that an answer takes: a function of Lambda's."""


class Job(Worker):
    """A job that SageMaker has taken on; `arguments` are those of the request that created it.

    `at_change` is called whenever its status has changed.
    """

    def __init__(
        self,
        record: FakeProcessingJob | FakeTrainingJob,
        arguments: Mapping[str, Any],
        region: str,
        at_change: Callable[[], None] = lambda: None,
    ) -> None:
        is_training = isinstance(record, FakeTrainingJob)
        name = arguments["TrainingJobName" if is_training else "ProcessingJobName"]
        super().__init__(name, arguments, Services(*clients(region)), is_training=is_training)
        self._shown = Shown(record, self._kind, at_change)
        started: dict[str, Any] = {f"{self._kind}_start_time": utcnow()}
        self._show("InProgress", "Training", **started)

    def stop(self) -> None:
        """Tell it to stop, which ends its process."""
        self._show("Stopping")
        super().stop()

    def _end(self) -> None:
        now = utcnow()
        ended: dict[str, Any] = {f"{self._kind}_end_time": now, **self._seconds()}
        if self._message:
            ended["exit_message"] = self._message
        if isinstance(self.failure, JobFailed):
            ended["failure_reason"] = str(self.failure)
        if self.metrics:
            ended["final_metric_data_list"] = [
                {"MetricName": name, "Value": value, "Timestamp": now}
                for name, value in self.metrics.items()
            ]
        match self.failure:
            case None:
                self._show("Completed", **ended)
            case Stopped() as stopped:
                self._show("Stopped", stopped.secondary_status, **ended)
            case _:
                self._show("Failed", **ended)

    def _seconds(self) -> dict[str, int]:
        """What is told of how long it took, beside when it began and ended."""
        return {}

    def _show(self, status: str, secondary: str = "", message: str = "", **more: Any) -> None:
        if self._training:
            more |= secondary_status(self._shown.values, secondary or status, message, utcnow())
        self._shown.change(status, **more)


def secondary_status(
    shown: Mapping[str, Any], status: str, message: str, now: datetime
) -> dict[str, Any]:
    """What is shown of a training that comes to a status of SecondaryStatus, and how it came there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html
    """
    before = [dict(each) for each in shown.get("secondary_status_transitions") or []]
    if before:
        before[-1].setdefault("EndTime", now)
    entered = {"Status": status, "StartTime": now, "StatusMessage": message or status}
    return {"secondary_status": status, "secondary_status_transitions": [*before, entered]}


def put(shown: dict[str, Any], **values: Any) -> None:
    """Change what the operations show, in a turn of its own."""
    with turn():
        shown.update(values)


def clients(region: str) -> tuple[Callable[[str], Any], dict[str, str]]:
    """Maker of clients of this very server, and the variables that make such clients elsewhere."""
    variables = client_environment(f"http://{HOST}:{moto_server_port()}", region)
    blind = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    session = boto3.Session(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        region_name=region,
        botocore_session=botocore.session.Session(blind),
    )

    @cache
    def client(service: str) -> Any:
        return session.client(
            service,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            config=Config(
                retries={"total_max_attempts": 1},
                inject_host_prefix=False,
                read_timeout=FUNCTION_SECONDS,
            ),
        )

    return client, variables
