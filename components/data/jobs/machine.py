"""The state machine of a job: one run after the other, followed to its end; plain values.

Input: `{"cause": "arrival" | "schedule" | "job" | "person", "reason": "…", "date": "2026-01-31"?}`;
what is missing is a person's, and the date is that of the execution's start. Where tables that it
writes have rules of data quality, they are evaluated before what comes after it begins. Output:
`{"outcome": "done" | "covered", "reason": "…", "run"?: id}`. An execution fails with the run's own
reason.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from components.common.iam import Json
from components.common.one_at_a_time import one_at_a_time
from components.common.states import retried
from components.data.quality.gate import MINUTES, CheckArgs, check_states, first_state

LEAST_POLL_SECONDS = 20
LOOKS = 1500
"""Looks at one run, each of which leaves some five events of the 25,000 that an execution has.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
RUN_FAILED, NOT_RUN = "RunFailed", "NotRun"
"""Errors of an execution: the run failed, or there was none."""
_TOLD = "$states.context.Execution.Input"


class MachineArgs(TypedDict):
    """What the machine of a job is, whatever runs it."""

    job: str
    """Name of the job."""
    max_minutes: int
    """Minutes after which a run is ended."""
    retries: int
    """How often a run that failed is tried again."""
    starts: Sequence[str]
    """ARNs of the machines of jobs that come after it."""
    checks: NotRequired[Sequence[CheckArgs]]
    """Tables that it writes whose rules must pass before what comes after it begins."""


def poll_seconds(max_minutes: int, retries: int) -> int:
    """How long to wait between two looks at a run."""
    return max(LEAST_POLL_SECONDS, -(-max_minutes * 60 * (retries + 1) // LOOKS))


def following(args: MachineArgs) -> str:
    """The state that comes after a run that has succeeded."""
    return first_state(args.get("checks", []), _after_checks(args))


def _after_checks(args: MachineArgs) -> str:
    return "Start0" if args["starts"] else "Done"


def job_machine(args: MachineArgs, run: Mapping[str, Json]) -> Json:
    """The definition of the machine.

    The states of `run` begin at StartRun, keep `$run.id`, and end at `following` or at RunFailed,
    to which they hand `state`, the name of how the run ended, and `reason`.
    """
    checks = args.get("checks", [])
    minutes = args["max_minutes"] * (args["retries"] + 1) + MINUTES * len(checks)
    life_hours = -(-minutes // 60) + 12  # a run may wait in the queue for twelve hours
    every = poll_seconds(args["max_minutes"], args["retries"])
    starting = [f"Start{number}" for number, _ in enumerate(args["starts"])]
    return {
        "Comment": f"Runs the job {args['job']}",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": (3 * life_hours + 24) * 3600,
        "StartAt": "Begin",
        "States": {
            "Begin": {
                "Type": "Pass",
                "Assign": {
                    "told": {
                        "cause": f"{{% $exists({_TOLD}.cause) ? {_TOLD}.cause : 'person' %}}",
                        "date": f"{{% $exists({_TOLD}.date) ? {_TOLD}.date : "
                        "$substring($states.context.Execution.StartTime, 0, 10) %}",
                    }
                },
                "Next": "FindOthers",
            },
            **one_at_a_time(life_hours, every, "StartRun"),
            **run,
            **check_states(checks, _after_checks(args)),
            **{
                name: retried(
                    "sfn:startExecution",
                    {
                        "StateMachineArn": arn,
                        "Input": "{% $string({'cause': 'job', 'date': $told.date, "
                        f"'reason': '{args['job']} has run'}}) %}}",
                    },
                    after,
                )
                for name, after, arn in zip(
                    starting, [*starting[1:], "Done"], args["starts"], strict=False
                )
            },
            "Done": {
                "Type": "Succeed",
                "Output": {"outcome": "done", "reason": "it ran", "run": "{% $run.id %}"},
            },
            "RunFailed": {
                "Type": "Fail",
                "Error": RUN_FAILED,
                "Cause": f"{{% 'the run ' & $run.id & ' of {args['job']} is ' & "
                "$lowercase($states.input.state) & ': ' & $states.input.reason %}",
            },
            # What retries did not mend, and an older execution that hangs.
            "Alert": {
                "Type": "Fail",
                "Error": NOT_RUN,
                "Cause": "{% $states.input.Error & ': ' & $states.input.Cause %}",
            },
        },
    }
