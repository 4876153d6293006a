"""Steps that decide how an execution goes on: Condition and Fail.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from typing import Any

from embedded.sagemaker.definition import branch, holds
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.steps.work import Work


def decide(work: Work) -> Any:
    """Condition: go on with the steps of a branch; all of its conditions have to be met."""
    met = all(holds(one, work.scope) for one in work.step["Arguments"]["Conditions"])
    work.note(Condition={"Outcome": str(met)})
    work.added = branch(work.step, met)
    return {"Outcome": met}


def fail(work: Work) -> Any:
    """Fail: end the execution with the step's message."""
    message = str(work.arguments["ErrorMessage"])
    work.note(Fail={"ErrorMessage": message})
    raise JobFailed(message)
