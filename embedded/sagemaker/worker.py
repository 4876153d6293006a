"""One processing or training job at work in a thread of its own, whoever has asked for it.

The work is a process in SageMaker's container layout (container.py, jobs.py).
"""

import logging
import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from embedded.sagemaker.container import Container, Stopped
from embedded.sagemaker.jobs import JobFailed, Services, run_processing_job, run_training_job
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

EXIT_MESSAGE, MESSAGE_CHARACTERS = "/opt/ml/output/message", 1024
"""Where a processing job leaves its ExitMessage, and how much of it is kept."""


class Worker(threading.Thread):
    """Work at a job; `arguments` are those of the request that created it."""

    def __init__(
        self, name: str, arguments: Mapping[str, Any], services: Services, *, is_training: bool
    ) -> None:
        self._training = is_training
        self._kind = "training" if is_training else "processing"
        self._job_name = name
        super().__init__(name=f"{self._kind}-job-{name}", daemon=True)
        self._arguments = arguments
        self._services = services
        self._stopping = threading.Event()
        self._container: Container | None = None
        self._log = ""
        self._message = ""
        self.metrics: Mapping[str, float] = {}
        """What a training has come to by the name of each metric, once it has completed."""
        self.failure: Exception | None = None
        """Why it did not complete, once it has ended: JobFailed or Stopped."""

    def run(self) -> None:
        """Work to whichever end."""
        try:
            self.metrics = self._work()
        except Stopped as stopped:
            self.failure = stopped
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
            self.failure = self._why(error)
        finally:
            self._container = None
            self._end()

    def log(self) -> str:
        """What its process has written, as far as it has come."""
        container = self._container
        return self._log if container is None else container.log()

    def stop(self) -> None:
        """Tell it to stop, which ends its process."""
        self._stopping.set()
        container = self._container
        if container is not None:
            container.stop()

    def _work(self) -> Mapping[str, float]:
        """Run it in a container of its own; returns a training's metrics."""
        with Container() as container:
            self._container = container
            if self._stopping.is_set():
                container.stop()
            try:
                return self._run_in(container)
            finally:
                self._log = container.log()

    def _run_in(self, container: Container) -> Mapping[str, float]:
        """Do the work; returns a training's metrics."""
        if self._training:
            return run_training_job(self._job_name, self._arguments, container, self._services)
        run_processing_job(self._job_name, self._arguments, container, self._services)
        told = container.path(EXIT_MESSAGE)
        if told.is_file():
            self._message = told.read_text(errors="replace")[:MESSAGE_CHARACTERS]
        return {}

    def _why(self, error: Exception) -> Exception:
        """What it ends with that has met an error; while the cloud stops, any may be met."""
        if is_closed():
            return Stopped()
        if isinstance(error, JobFailed | ClientError | BotoCoreError | ValueError):
            return JobFailed(str(error))
        log.error("the job %s broke", self._job_name, exc_info=error)
        return JobFailed(f"InternalServerError: {type(error).__name__}: {error}")

    def _end(self) -> None:
        """Called at whichever end, by when `metrics` and `failure` are what they stay."""
