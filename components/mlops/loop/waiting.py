"""The states by which the loop waits: for a run before it, and for the cool-down.

Only one execution retrains at a time, and one more waits (`components.common.one_at_a_time`).
"""

from collections.abc import Mapping, Sequence

from components.common.hours import HoursArgs, closed
from components.common.iam import Json
from components.common.one_at_a_time import HOUR_MILLIS, ended, one_at_a_time
from components.common.states import choice, retried, wait

PASSING = ("drift", "quality")
"""Causes that may be over before the cool-down is."""

CLOSED_SECONDS = 1800
"""Between two looks whether the hours have begun."""

_TOLD = "$states.context.Execution.Input"


def waiting_states(
    *,
    pipeline_name: str,
    cooldown_hours: int,
    life_hours: int,
    alarms: Mapping[str, Sequence[str]],
    every_seconds: int,
    following: str,
    hours: HoursArgs | None = None,
) -> dict[str, Json]:
    """The states from Begin to `following`, where it may train.

    `life_hours` is how long an execution takes at most that waits for no other; one that has waited
    longer tells that the one before it hangs.
    """
    return {
        "Begin": {
            "Type": "Pass",
            "Assign": {
                "told": {
                    "cause": f"{{% $exists({_TOLD}.cause) ? {_TOLD}.cause : 'person' %}}",
                    "reason": f"{{% $exists({_TOLD}.reason) ? {_TOLD}.reason : 'asked for' %}}",
                    "alarm": f"{{% $exists({_TOLD}.alarm) ? {_TOLD}.alarm : '' %}}",
                }
            },
            "Next": "FindOthers",
        },
        **one_at_a_time(life_hours, every_seconds, "FindNewestRun", passing=PASSING),
        **_cooled_down(pipeline_name, cooldown_hours, alarms, following, hours),
    }


def _cooled_down(
    pipeline_name: str,
    cooldown_hours: int,
    alarms: Mapping[str, Sequence[str]],
    following: str,
    hours: HoursArgs | None,
) -> dict[str, Json]:
    """Wait for the end of the cool-down and for the hours, and see whether there is still a reason.

    Whoever started the newest run of the pipeline, and whatever came of it, the next one starts no
    sooner than `cooldown_hours` after it, unless a person wants it. The alarms of another account
    cannot be described from here, and one that is not among these is not known: what is unknown
    counts as still there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutions.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    period = cooldown_hours * HOUR_MILLIS
    starts = "$states.result.PipelineExecutionSummaries.$toMillis(StartTime)"
    states: dict[str, Json] = {
        "FindNewestRun": retried(
            "sagemaker:listPipelineExecutions",
            {
                "PipelineName": pipeline_name,
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
                "MaxResults": 1,
            },
            "HasCooledDown",
            assign={"cooled": {"at": f"{{% $max([0, {starts}]) + {period} %}}"}},
        ),
        "HasCooledDown": choice(
            {
                following: "$told.cause = 'person'",
                "AwaitCooldown": "$cooled.at > $millis()",
                **({"AwaitHours": closed(hours)} if hours else {}),
                **_asked(alarms),
            },
            following,
        ),
        "AwaitCooldown": {
            "Type": "Wait",
            "Seconds": "{% $max([1, $ceil(($cooled.at - $millis()) * 0.001)]) %}",
            "Next": "FindNewestRun",
        },
    }
    if hours:
        states["AwaitHours"] = wait(CLOSED_SECONDS, "FindNewestRun")
    for cause, names in alarms.items():
        if not names:
            continue
        states[_asking(cause)] = retried(
            "cloudwatch:describeAlarms",
            {"AlarmNames": list(names), "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
            "IsStillThere",
            output={
                "states": "{% [$states.result.MetricAlarms.StateValue, "
                "$states.result.CompositeAlarms.StateValue] %}"
            },
        )
    if any(alarms.values()):
        states["IsStillThere"] = choice(
            {
                following: "'ALARM' in $states.input.states or $count($states.input.states) = 0",
            },
            "Passed",
        )
        states["Passed"] = ended("passed", "the alarm went off, and is over: nothing was trained")
    return states


def _asked(alarms: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By which state the alarms of a cause are asked for, and when."""
    return {
        _asking(cause): f"$told.cause = '{cause}' and "
        f"($told.alarm = '' or $told.alarm in {list(names)})"
        for cause, names in alarms.items()
        if names
    }


def _asking(cause: str) -> str:
    return f"AskFor{cause.capitalize()}"
