"""What SageMaker shows of a job, which changes until the job has ended."""

from collections.abc import Callable
from typing import Any

from embedded.clock import utcnow
from embedded.turns import turn

ENDS = ("Completed", "Failed", "Stopped")


class Shown:
    """What moto keeps of a job, of a kind such as `training`; `at_change` is called each time."""

    def __init__(self, record: object, kind: str, at_change: Callable[[], None]) -> None:
        self.values: dict[str, Any] = vars(record)
        self._kind = kind
        self._at_change = at_change
        self._ended = False

    def change(self, status: str, **more: Any) -> None:
        """Show another status, and more; what has ended stays as it is."""
        with turn():
            if self._ended:
                return
            self._ended = status in ENDS
            self.values.update(
                {f"{self._kind}_job_status": status, "last_modified_time": utcnow(), **more}
            )
            self._at_change()
