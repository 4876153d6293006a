"""One processing or training job, at work in a thread of its own.

Jobs are the same whether a pipeline or a client asks for them: a process in SageMaker's container
layout (container.py), and a record of moto's that shows how it goes.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import FakeProcessingJob, FakeTrainingJob
from moto.settings import moto_server_port

from embedded.clock import utcnow
from embedded.cloud import HOST, client_environment
from embedded.sagemaker.container import Container, Stopped
from embedded.sagemaker.jobs import JobFailed, Services, run_processing_job, run_training_job
from embedded.sagemaker.shown import Shown
from embedded.turns import turn
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

STOP_SECONDS = 30
EXIT_MESSAGE, MESSAGE_CHARACTERS = "/opt/ml/output/message", 1024
"""Where a processing job leaves its ExitMessage, and how much of it is kept."""
FUNCTION_SECONDS = 900
"""The longest that an answer takes: a function of Lambda's."""


class Job(threading.Thread):
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
        self._training = isinstance(record, FakeTrainingJob)
        self._kind = "training" if self._training else "processing"
        self._job_name: str = arguments[
            "TrainingJobName" if self._training else "ProcessingJobName"
        ]
        super().__init__(name=f"{self._kind}-job-{self._job_name}", daemon=True)
        self._arguments = arguments
        self._shown = Shown(record, self._kind, at_change)
        self._stopping = threading.Event()
        self._container: Container | None = None
        self._log = ""
        self._message = ""
        client, variables = clients(region)
        self._services = Services(client, variables)
        started: dict[str, Any] = {f"{self._kind}_start_time": utcnow()}
        self._show("InProgress", "Training", **started)
        self.failure: Exception | None = None
        """Why it did not complete, once it has ended: JobFailed or Stopped."""

    def run(self) -> None:
        """Work to whichever end."""
        metrics: dict[str, float] = {}
        try:
            metrics = self._work()
        except Stopped as stopped:
            self.failure = stopped
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
            self.failure = self._why(error)
        finally:
            self._container = None
            self._end(metrics)

    def _work(self) -> dict[str, float]:
        """Run it in a container of its own; returns a training's metrics."""
        with Container() as container:
            self._container = container
            if self._stopping.is_set():
                container.stop()
            try:
                return self._run_in(container)
            finally:
                self._log = container.log()

    def log(self) -> str:
        """What its process has written, as far as it has come."""
        container = self._container
        return self._log if container is None else container.log()

    def _run_in(self, container: Container) -> dict[str, float]:
        """Do the work; returns a training's metrics."""
        if self._training:
            return run_training_job(self._job_name, self._arguments, container, self._services)
        run_processing_job(self._job_name, self._arguments, container, self._services)
        told = container.path(EXIT_MESSAGE)
        if told.is_file():
            self._message = told.read_text(errors="replace")[:MESSAGE_CHARACTERS]
        return {}

    def stop(self) -> None:
        """Tell it to stop, which ends its process."""
        self._show("Stopping")
        self._stopping.set()
        container = self._container
        if container is not None:
            container.stop()

    def _why(self, error: Exception) -> Exception:
        """What it ends with that has met an error; while the cloud stops, any may be met."""
        if is_closed():
            return Stopped()
        if isinstance(error, JobFailed | ClientError | BotoCoreError | ValueError):
            return JobFailed(str(error))
        log.error("the job %s broke", self._job_name, exc_info=error)
        return JobFailed(f"InternalServerError: {type(error).__name__}: {error}")

    def _end(self, metrics: Mapping[str, float]) -> None:
        now = utcnow()
        ended: dict[str, Any] = {f"{self._kind}_end_time": now, **self._seconds()}
        if self._message:
            ended["exit_message"] = self._message
        if isinstance(self.failure, JobFailed):
            ended["failure_reason"] = str(self.failure)
        if metrics:
            ended["final_metric_data_list"] = [
                {"MetricName": name, "Value": value, "Timestamp": now}
                for name, value in metrics.items()
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
