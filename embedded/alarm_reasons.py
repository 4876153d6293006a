"""Why an alarm is in its state, in AWS's words and as data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from embedded.alarm_states import ALARM, INSUFFICIENT_DATA
from embedded.watching import COMPARISONS, Point, Watch, number


def stamp(time: datetime) -> str:
    """A time as CloudWatch's events and messages write it; one without a zone is in UTC."""
    known = time if time.tzinfo else time.replace(tzinfo=UTC)
    return f"{known:%Y-%m-%dT%H:%M:%S}.{known.microsecond // 1000:03d}+0000"


def reason_of(
    watch: Watch, points: Sequence[Point], breaches: Sequence[bool | None], state: str
) -> str:
    """The StateReason, in AWS's words."""
    rule = watch.rule
    known = [
        (point, breach)
        for point, breach in zip(points, breaches, strict=True)
        if breach is not None
    ][-rule.periods :]
    if not known:
        if state == INSUFFICIENT_DATA:
            return f"Insufficient Data: {rule.periods} datapoints were unknown."
        treated = "Breaching" if state == ALARM else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {rule.periods} "
            f"period{'s' * (rule.periods > 1)} and {rule.periods} missing "
            f"datapoint{'s were' if rule.periods > 1 else ' was'} treated as [{treated}]."
        )
    chosen = [point for point, breach in known if breach == (state == ALARM)] or [known[-1][0]]
    told = ", ".join(
        f"{number(point.value or 0)} ({datetime.fromtimestamp(point.time, UTC):%d/%m/%y %H:%M:%S})"
        for point in reversed(chosen)
    )
    words = COMPARISONS[watch.comparison][1]
    negated = "" if state == ALARM else "not "
    change_of = "OK -> ALARM" if state == ALARM else "ALARM -> OK"
    least = rule.needed if state == ALARM else rule.periods - rule.needed + 1
    return (
        f"Threshold Crossed: {len(chosen)} out of the last {rule.periods} "
        f"datapoints [{told}] {'was' if len(chosen) == 1 else 'were'} {negated}{words} the "
        f"threshold ({number(watch.threshold)}) (minimum {least} "
        f"datapoint{'s' * (least > 1)} for {change_of} transition)."
    )


def data_of(
    watch: Watch, points: Sequence[Point], at: float, statistic: str | None
) -> dict[str, Any]:
    """The StateReasonData."""
    known = [point for point in points if point.value is not None][-watch.rule.periods :]
    data: dict[str, Any] = {
        "version": "1.0",
        "queryDate": stamp(datetime.fromtimestamp(at, UTC)),
        "period": watch.period,
        "recentDatapoints": [point.value for point in known],
        "threshold": watch.threshold,
        "evaluatedDatapoints": [
            {
                "timestamp": stamp(datetime.fromtimestamp(point.time, UTC)),
                "sampleCount": point.samples,
                "value": point.value,
            }
            for point in reversed(known)
        ],
    }
    if known:
        data["startDate"] = stamp(datetime.fromtimestamp(known[0].time, UTC))
    if statistic:
        data["statistic"] = statistic
    return data
