"""One tuning job of the cloud's, at work in a thread of its own.

Its training jobs are created as by any client.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import HyperParameterTuningJob, SageMakerModelBackend

from embedded.clock import utcnow
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.job import Job, clients, put
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.shown import Shown
from embedded.sagemaker.tuning.study import Texts
from embedded.sagemaker.tuning.trials import Begun, Trials, Tried
from embedded.workplace import is_closed

log = logging.getLogger(__name__)


class Tuning(threading.Thread):
    """A tuning job that SageMaker has taken on; `arguments` are those of its request.

    `job_of` finds the job of an ARN, and `learned` is what its parents have tried: hyperparameters,
    and what each set came to. `at_change` is called whenever its status has changed.
    """

    def __init__(
        self,
        backend: SageMakerModelBackend,
        record: HyperParameterTuningJob,
        arguments: Mapping[str, Any],
        job_of: Callable[[str], Job],
        learned: Iterable[tuple[Texts, float]] = (),
        at_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._job_name: str = arguments["HyperParameterTuningJobName"]
        super().__init__(name=f"tuning-job-{self._job_name}", daemon=True)
        self.backend = backend
        """Whose training jobs they are."""
        self._shown = Shown(record, "hyper_parameter_tuning", at_change)
        self._arguments = arguments
        self._job_of = job_of
        self._learned = list(learned)
        self._stopping = threading.Event()
        self._trials = Trials(arguments, self._begin, self._stopping, self._modified)
        self._client, _ = clients(backend.region_name)
        self.failure: Exception | None = None
        """Why it did not complete, once it has ended: JobFailed or Stopped."""
        self._shown.values["tuning"] = self
        self._shown.change("InProgress", hyper_parameter_tuning_end_time=None, failure_reason=None)

    @property
    def tried(self) -> list[Tried]:
        """Its training jobs, in the order of their start."""
        return self._trials.tried

    @property
    def not_improving(self) -> int:
        """How many training jobs have ended since the last improvement."""
        return self._trials.not_improving

    def run(self) -> None:
        """Search to whichever end."""
        try:
            self._trials.run(self._learned)
        except Stopped as stopped:
            self.failure = stopped
        except (JobFailed, ClientError, BotoCoreError, ValueError) as error:
            self.failure = Stopped() if is_closed() else JobFailed(str(error))
        except Exception as error:
            log.exception("the tuning job %s broke", self._job_name)
            self.failure = JobFailed(f"{type(error).__name__}: {error}")
        finally:
            self._end()

    def stop(self) -> None:
        """Tell it to stop, and all training jobs that run."""
        self._shown.change("Stopping")
        self._stopping.set()

    def _begin(self, number: int, request: dict[str, Any]) -> Begun:
        name = f"{self._job_name}-{number:03}-{secrets.token_hex(4)}"
        made = self._client("sagemaker").create_training_job(
            TrainingJobName=name,
            **request,
            **{key: self._arguments[key] for key in ("Tags",) if self._arguments.get(key)},
        )
        put(vars(self.backend.training_jobs[name]), tuning_job_arn=self._shown.values["arn"])
        return Begun(name, self._job_of(made["TrainingJobArn"]))

    def _modified(self) -> None:
        self._shown.values["last_modified_time"] = utcnow()

    def _end(self) -> None:
        ended: dict[str, Any] = {"hyper_parameter_tuning_end_time": utcnow()}
        match self.failure:
            case None:
                self._shown.change("Completed", **ended)
            case Stopped():
                self._shown.change("Stopped", **ended)
            case error:
                self._shown.change("Failed", failure_reason=str(error), **ended)
