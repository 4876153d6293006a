"""The states by which executions of a machine work one after the other.

One works at a time, and one more waits. A burst of events, such as that of a thousand files, makes
a thousand executions, of which all but these two end at once.
"""

from collections.abc import Sequence

from components.common.iam import Json
from components.common.states import choice, retried, wait

HOUR_MILLIS = 3_600_000
EXECUTIONS_A_PAGE = 100
"""Of which each takes up to a thousand characters of the 256 KB that a payload has."""

_MINE = "$toMillis($states.context.Execution.StartTime)"
_NAME = "$states.context.Execution.Name"


def one_at_a_time(
    life_hours: int, every_seconds: int, following: str, *, passing: Sequence[str] = ()
) -> dict[str, Json]:
    """Go on where no older execution runs, wait for a single one, and end where one waits already.

    They begin at FindOthers and end at `following`, or at Alert with an error; `$told.cause` is why
    the execution was started. A person's execution always waits. So does one of no `passing` cause
    behind one of such: that one may be over by then, and what it would have covered would be lost.
    An execution that has waited longer than `life_hours` tells that the one before it hangs.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
    """
    listed = "$states.result.Executions"
    older = (
        f"{listed}[$toMillis(StartDate) < {_MINE} or "
        f"($toMillis(StartDate) = {_MINE} and Name < {_NAME})]"
    )
    page = {
        "StateMachineArn": "{% $states.context.StateMachine.Id %}",
        "StatusFilter": "RUNNING",
        "MaxResults": EXECUTIONS_A_PAGE,
    }
    next_page = "{% $exists($states.result.NextToken) ? $states.result.NextToken : '' %}"
    youngest = f"$join([({older}.ExecutionArn)[0]], '')"
    return {
        "FindOthers": retried(
            "sfn:listExecutions",
            page,
            "AreAllFound",
            assign={
                "others": {
                    "count": f"{{% $count({older}) %}}",
                    "youngest": f"{{% {youngest} %}}",
                    "token": next_page,
                }
            },
        ),
        # The newest come first, and what matters are the older ones.
        "AreAllFound": choice(
            {
                "IsAnyWaiting": "$others.count > 1",
                "FindMoreOthers": "$others.token != ''",
                "HasWaitedLong": "$others.count = 1",
            },
            following,
        ),
        "FindMoreOthers": retried(
            "sfn:listExecutions",
            {**page, "NextToken": "{% $others.token %}"},
            "AreAllFound",
            assign={
                "others": {
                    "count": f"{{% $others.count + $count({older}) %}}",
                    "youngest": f"{{% $others.count > 0 ? $others.youngest : {youngest} %}}",
                    "token": next_page,
                }
            },
        ),
        "IsAnyWaiting": choice({"HasWaitedLong": "$told.cause = 'person'"}, "FindWaiting"),
        "FindWaiting": retried(
            "sfn:describeExecution",
            {"ExecutionArn": "{% $others.youngest %}"},
            "IsCovered",
            output={"cause": "{% $parse($states.result.Input).cause %}"},
        ),
        "IsCovered": choice(
            {
                "HasWaitedLong": (
                    f"$states.input.cause in {list(passing)} and "
                    f"$not($told.cause in {list(passing)})"
                )
            },
            "Covered",
        ),
        "Covered": ended("covered", "another execution waits already, and will look"),
        "HasWaitedLong": choice(
            {"OtherHangs": f"$millis() - {_MINE} > {life_hours * HOUR_MILLIS}"}, "AwaitOther"
        ),
        "OtherHangs": {
            "Type": "Pass",
            "Output": {
                "Error": "OtherHangs",
                "Cause": "{% 'an older execution has not ended in "
                f"{life_hours} hours: ' & $others.youngest %}}",
            },
            "Next": "Alert",
        },
        "AwaitOther": wait(every_seconds, "FindOthers"),
    }


def ended(outcome: str, reason: str) -> Json:
    """A state that ends an execution well, and says how."""
    return {"Type": "Succeed", "Output": {"outcome": outcome, "reason": reason}}
