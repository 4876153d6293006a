"""The steps of one EMR cluster at work, and what they tell of themselves."""

import gzip
import logging
import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.emr.models import Cluster, Step

from embedded import workplace
from embedded.clock import utcnow
from embedded.extensions.event_bus import emit
from embedded.sagemaker.job import clients
from embedded.spark.run import Ended, Run, Script, Stopped, my_turn
from embedded.turns import turn

log = logging.getLogger(__name__)

FOREVER = 366 * 86_400
"""Seconds after which a step is ended: EMR ends none by itself."""
SEVERITIES = {"FAILED": "ERROR", "CANCELLED": "WARN"}


class Work(threading.Thread):
    """A cluster's steps in their order, until there are none left; further ones need another."""

    def __init__(self, cluster: Cluster, script_of: Callable[[Step], Script]) -> None:
        super().__init__(name=f"emr-steps-{cluster.id}", daemon=True)
        self._cluster, self._script_of = cluster, script_of
        client, self._variables = clients(cluster.emr_backend.region_name)
        self._s3 = client("s3")
        self._stopped, self._step_stopped = threading.Event(), threading.Event()
        self._run = Run()
        self._over = False

    def takes_more(self) -> bool:
        """Whether it will still look for steps. To be called in a turn."""
        return not self._over

    def run(self) -> None:
        """Work until no step is left."""
        while (step := self._next()) is not None:
            self._step_stopped.clear()
            self._run = Run()
            state, message = self._work(step)
            with turn():
                if workplace.is_closed() or self._stopped.is_set():
                    return
                _show(self._cluster, step, state, message)
                if state == "FAILED":
                    self._after_failure(step)

    def stop(self) -> None:
        """End all of it."""
        self._over = True
        self._stopped.set()
        self.stop_step()

    def stop_step(self) -> None:
        """End the step that is at work."""
        self._step_stopped.set()
        self._run.stop()

    def _next(self) -> Step | None:
        with turn():
            cluster = self._cluster
            found = next((one for one in cluster.steps if one.state == "PENDING"), None)
            if found is None and not self._stopped.is_set() and not workplace.is_closed():
                self._over = True
                if cluster.keep_job_flow_alive_when_no_steps:
                    cluster.state = "WAITING"
                else:
                    vars(cluster)["last_state_change_reason"] = "Steps completed"
                    cluster.terminate()
            return None if self._over else found

    def _work(self, step: Step) -> tuple[str, str]:
        """Its state at its end, and what was wrong."""
        try:
            with my_turn(self._step_stopped):
                with turn():
                    if step.state != "PENDING":  # cancelled while another cluster was at work
                        return step.state, ""
                    _show(self._cluster, step, "RUNNING")
                ended = self._run(self._s3, self._script_of(step), self._variables, FOREVER)
            self._keep(step, ended)
        except Stopped:
            return "CANCELLED", ""
        except (ValueError, ClientError, BotoCoreError) as error:
            return "FAILED", str(error)
        except Exception as error:
            if not workplace.is_closed():
                log.exception("the step %s broke", step.id)
            return "FAILED", f"{type(error).__name__}: {error}"
        return ("FAILED", ended.reason) if ended.status else ("COMPLETED", "")

    def _after_failure(self, step: Step) -> None:
        if step.action_on_failure == "CONTINUE":
            return
        if step.action_on_failure == "CANCEL_AND_WAIT":
            finish(self._cluster)
            return
        vars(self._cluster)["last_state_change_reason"] = f"Shut down as step {step.id} failed"
        self._cluster.terminate()
        self._cluster.state = "TERMINATED_WITH_ERRORS"

    def _keep(self, step: Step, ended: Ended) -> None:
        """Keep what it printed where the cluster says, as EMR lays it.

        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-view-web-log-files.html
        """
        if not self._cluster.log_uri:
            return
        for stream, text in (("stdout", ended.out), ("stderr", ended.error)):
            bucket, _, key = (
                log_place(self._cluster, step, stream).partition("://")[2].partition("/")
            )
            self._s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text.encode()))


def log_place(cluster: Cluster, step: Step, stream: str) -> str:
    """The S3 URI of what a step has printed."""
    return f"{cluster.log_uri.rstrip('/')}/{cluster.id}/steps/{step.id}/{stream}.gz"


def finish(cluster: Cluster) -> None:
    """Cancel all steps of a cluster that have not ended."""
    for step in cluster.steps:
        if step.state in ("PENDING", "RUNNING"):
            cancel(cluster, step)


def cancel(cluster: Cluster, step: Step) -> None:
    """Have a step be cancelled, and tell of it."""
    _show(cluster, step, "CANCELLED")


def _show(cluster: Cluster, step: Step, state: str, message: str = "") -> None:
    """Show a step's state. It is for who has the turn."""
    if step.state == state:
        return
    step.state, now = state, utcnow()
    if state == "RUNNING":
        step.start_date_time = now
    else:
        vars(step)["end_date_time"] = now
    if message:
        details: dict[str, Any] = {"Message": message}
        if cluster.log_uri:
            details["LogFile"] = log_place(cluster, step, "stderr")
        vars(step)["failure_details"] = details
    _tell(cluster, step)


def _tell(cluster: Cluster, step: Step) -> None:
    """Send the event of a step's state.

    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-cloudwatch-events.html
    """
    backend = cluster.emr_backend
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.emr",
        detail_type="EMR Step Status Change",
        resources=[],
        detail={
            "severity": SEVERITIES.get(step.state, "INFO"),
            "actionOnFailure": step.action_on_failure,
            "stepId": step.id,
            "name": step.name,
            "clusterId": cluster.id,
            "state": step.state,
            "message": f"Step {step.id} ({step.name}) in Amazon EMR cluster {cluster.id} "
            f"({cluster.name}) is {step.state}",
        },
    )
