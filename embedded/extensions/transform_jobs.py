"""SageMaker's batch transform: a model's own process answers a data set.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

import json
import logging
import tarfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.logs.models import logs_backends
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeTransformJob, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded.clock import utcnow
from embedded.extensions.deployments import containers_of
from embedded.extensions.endpoints import refuse_existing
from embedded.extensions.inference import server_of
from embedded.extensions.jobs import begin, stop
from embedded.extensions.operations import add
from embedded.extensions.run_logs import keep_lines
from embedded.extensions.state_changes import transform_job_changed
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.job import clients, put
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.model_server import Container, Died
from embedded.sagemaker.serving import Answer
from embedded.sagemaker.shown import Shown
from embedded.sagemaker.transform import mistakes, run, transform_of
from embedded.turns import turn
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/TransformJobs"
_create_transform_job = SageMakerResponse.create_transform_job


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(SageMakerResponse, create_transform_job, stop_transform_job)


def create_transform_job(self: SageMakerResponse) -> ActionResult:
    """CreateTransformJob: take the job on, and answer while it works."""
    backend, asked = self.sagemaker_backend, json.loads(self.body)
    name = asked["TransformJobName"]
    refuse_existing("transform-job", name, backend.transform_jobs, backend)
    if wrong := next(mistakes(asked), ""):
        raise ValidationError(message=wrong)
    containers = list(containers_of(backend, asked["ModelName"]))
    answer = _create_transform_job(self)
    record = backend.transform_jobs[name]
    put(vars(record), transform_end_time=None)
    begin(record.arn, TransformJob(backend, record, asked, containers))
    return answer


def stop_transform_job(self: SageMakerResponse) -> ActionResult:
    """StopTransformJob."""
    described = self.sagemaker_backend.describe_transform_job(self._get_param("TransformJobName"))
    return stop(described["TransformJobArn"])


class TransformJob(threading.Thread):
    """A transform job at work, with model servers of its own, which end with it."""

    def __init__(
        self,
        backend: SageMakerModelBackend,
        record: FakeTransformJob,
        asked: Mapping[str, Any],
        containers: Sequence[Container],
    ) -> None:
        super().__init__(name=f"transform-job-{record.transform_job_name}", daemon=True)
        self.failure: Exception | None = None
        """Why it did not complete, once it has ended: JobFailed or Stopped."""
        self._backend, self._record = backend, record
        self._job = transform_of(asked)
        self._stopping = threading.Event()
        changed = partial(transform_job_changed, backend, record)
        self._shown = Shown(record, "transform", changed)
        own = {
            "SAGEMAKER_BATCH": "true",
            "SAGEMAKER_BATCH_STRATEGY": asked.get("BatchStrategy", ""),
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(asked.get("MaxPayloadInMB", "")),
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(asked.get("MaxConcurrentTransforms", "")),
            **asked.get("Environment", {}),
        }
        self._servers = [server_of(backend, _with(one, own)) for one in containers]
        client, _ = clients(backend.region_name)
        self._s3 = client("s3")
        self._shown.change("InProgress")

    def run(self) -> None:
        """Work to whichever end."""
        try:
            run(self._job, self._s3, self._ask, self._go_on)
        except Stopped as stopped:
            self.failure = stopped
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
            self.failure = self._why(error)
        finally:
            self._end()

    def stop(self) -> None:
        """Tell it to stop, which ends its servers."""
        self._shown.change("Stopping")
        self._stopping.set()
        for server in self._servers:
            server.stop()

    def _ask(self, body: bytes, content_type: str, accept: str) -> Answer:
        answer = Answer(HTTPStatus.OK, content_type, body)
        for server in self._servers:
            answer = server.answer(answer.body, answer.content_type, accept)
            if answer.status >= HTTPStatus.BAD_REQUEST:
                break
        return answer

    def _go_on(self) -> None:
        if self._stopping.is_set():
            raise Stopped

    def _why(self, error: Exception) -> Exception:
        """What it ends with that has met an error; one that is stopped may meet any."""
        if self._stopping.is_set() or is_closed():
            return Stopped()
        if isinstance(error, JobFailed):
            return error
        known = (ClientError, BotoCoreError, Died, ServiceException, tarfile.TarError, OSError)
        if isinstance(error, known):
            return JobFailed(f"ClientError: {getattr(error, 'message', '') or error}")
        log.error("the job %s broke", self.name, exc_info=error)
        return JobFailed(f"InternalServerError: {type(error).__name__}: {error}")

    def _end(self) -> None:
        for server in self._servers:
            server.stop()
        said = [line for server in self._servers for line in server.said()]
        if said and not is_closed():
            with turn():
                logs = logs_backends[self._backend.account_id][self._backend.region_name]
                stream = f"{self._record.transform_job_name}/i-embedded"
                keep_lines(logs, LOG_GROUP, stream, "\n".join(said))
        reason = str(self.failure) if isinstance(self.failure, JobFailed) else ""
        status = "Failed" if reason else "Stopped" if self.failure else "Completed"
        self._shown.change(status, transform_end_time=utcnow(), failure_reason=reason)


def _with(container: Container, own: Mapping[str, str]) -> Container:
    """A container with the variables of a transform job."""
    given = {name: value for name, value in own.items() if value}
    return replace(
        container, environment=tuple(sorted({**dict(container.environment), **given}.items()))
    )
