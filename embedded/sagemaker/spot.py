"""Trainings on spot instances: interrupted when told to, and begun again from their checkpoints.

Here nobody else wants the instances, so that they are taken away by a request to the Cloud alone
(`embedded.extensions.spot_control`).

https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from embedded import clock
from embedded.clock import utcnow
from embedded.sagemaker.container import Interrupted, Stopped
from embedded.sagemaker.job import Job

RESTARTED = "Starting the training again from its checkpoints"


class WaitedTooLong(Stopped):
    """The job has taken all of its MaxWaitTimeInSeconds."""

    secondary_status = "MaxWaitTimeExceeded"


class SpotJob(Job):
    """A training job on spot instances."""

    def __init__(self, *args: Any, **more: Any) -> None:
        self._attempt_began: datetime | None = utcnow()
        self._began = self._attempt_began
        self._ran = self._last_seconds = 0.0
        self._back_in = 0.0
        self._taking = threading.Lock()
        super().__init__(*args, **more)

    def interrupt(self, back_in_seconds: float) -> bool:
        """Take its instances away, which are back after so long; whether it had any."""
        with self._taking:
            container = self._container
            if container is None or self._stopping.is_set():
                return False
            self._back_in = back_in_seconds
        container.interrupt()
        return True

    def _work(self) -> Mapping[str, float]:
        """Run it, and again after each interruption; returns its metrics."""
        while True:
            self._attempt_began = utcnow()
            try:
                return super()._work()
            except Interrupted:
                self._last_seconds = self._attempt_seconds()
                self._ran += self._last_seconds
                self._attempt_began = None
                self._container = None
                self._show("InProgress", "Interrupted")
                self._wait()
                self._leave_the_rest()
                self._show("InProgress", "Training", RESTARTED)

    def _wait(self) -> None:
        """Wait for instances. Raises WaitedTooLong, or Stopped when told to stop."""
        left = self._most_seconds() - (utcnow() - self._began).total_seconds()
        came = clock.current().wait(min(self._back_in, left), lambda: not self._stopping.is_set())
        if not came:
            raise Stopped
        if self._back_in >= left:
            raise WaitedTooLong

    def _leave_the_rest(self) -> None:
        """Have the next attempt take no longer than what is left of MaxRuntimeInSeconds."""
        stopping = dict(self._arguments["StoppingCondition"])
        if runs := stopping.get("MaxRuntimeInSeconds"):
            stopping["MaxRuntimeInSeconds"] = max(1, runs - round(self._last_seconds))
        self._arguments = {**self._arguments, "StoppingCondition": stopping}

    def _most_seconds(self) -> float:
        stopping = self._arguments.get("StoppingCondition", {})
        return float(stopping.get("MaxWaitTimeInSeconds", 0))

    def _attempt_seconds(self) -> float:
        """Since its instances came; 0 while it waits for them."""
        return (utcnow() - self._attempt_began).total_seconds() if self._attempt_began else 0.0

    def _seconds(self) -> dict[str, int]:
        """What it took, and for how much of that it had instances."""
        whole = (utcnow() - self._began).total_seconds()
        ran = self._ran + self._attempt_seconds()
        return {
            "training_time_in_seconds": max(1, round(whole)),
            "billable_time_in_seconds": max(1, round(min(ran, whole))),
        }
