"""The times that moto gives what it makes: they are the Cloud's clock's, not the machine's.

So a cool-down of a day is over when the clock was put forward by a day.
"""

import datetime
from types import ModuleType
from typing import Self

from moto.emr import models as emr
from moto.sagemaker import models as sagemaker
from moto.stepfunctions.parser import models as machines
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import timestamp
from moto.stepfunctions.parser.asl.eval.event import event_manager
from moto.stepfunctions.parser.backend import execution, state_machine

from embedded import clock

OF_STATE_MACHINES = (
    event_manager,
    execution,
    machines,
    state,
    state_machine,
    timestamp,
)
"""Modules that ask Python's `datetime` for the time of an execution, its events and its waits."""


class _Clocked(datetime.datetime):
    """Python's datetime, of which `now` is the clock's; without a zone it is in UTC."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        at = clock.now()
        parts = at.astimezone(tz) if tz else at.replace(tzinfo=None)
        return cls.combine(parts.date(), parts.timetz())


def install() -> None:
    """Have the parts of moto for SageMaker, EMR and Step Functions ask the clock."""
    vars(sagemaker)["utcnow"] = vars(emr)["utcnow"] = clock.utcnow
    of_the_cloud = ModuleType(datetime.__name__, datetime.__doc__)
    vars(of_the_cloud).update(vars(datetime), datetime=_Clocked)
    for module in OF_STATE_MACHINES:
        vars(module)["datetime"] = of_the_cloud
