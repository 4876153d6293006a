"""CloudWatch's composite alarms: PutCompositeAlarm, and what its rule makes of other alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from embedded import clock
from embedded.alarm_rules import AlarmRule, Invalid, parse
from embedded.alarm_states import ALARM, INSUFFICIENT_DATA, OK
from embedded.extensions.alarm_changes import change
from embedded.extensions.operations import add

MOST_CHANGES = 200
"""Changes that follow from one: composite alarms may go round in a circle."""


def install() -> None:
    """Add the operation to moto's CloudWatch."""
    add(CloudWatchResponse, put_composite_alarm)


def put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    """PutCompositeAlarm: its alarms must be there; it is evaluated at once."""
    backend = self.cloudwatch_backend
    if self._get_param("ActionsSuppressor"):
        raise ValidationError("The embedded AWS does not suppress the actions of composite alarms.")
    name, text = self._get_param("AlarmName"), self._get_param("AlarmRule")
    try:
        rule = parse(text)
    except Invalid as error:
        raise ValidationError(str(error)) from error
    if lacking := sorted(rule.children - backend.alarms.keys()):
        raise ValidationError(f"AlarmRule: these alarms do not exist: {', '.join(lacking)}")
    before = backend.alarms.get(name)
    enabled = self._get_param("ActionsEnabled")
    alarm = Alarm(
        account_id=backend.account_id,
        region_name=backend.region_name,
        name=name,
        rule=text,
        description=self._get_param("AlarmDescription"),
        actions_enabled=enabled is not False,
        alarm_actions=self._get_param("AlarmActions") or [],
        ok_actions=self._get_param("OKActions") or [],
        insufficient_data_actions=self._get_param("InsufficientDataActions") or [],
        dimensions=[],
        **dict.fromkeys(UNUSED),  # type: ignore[arg-type]
    )
    vars(alarm)["alarm_rule"] = text
    vars(alarm)["parsed_rule"] = rule
    alarm.configuration_updated_timestamp = clock.now().replace(tzinfo=None)
    alarm.state_updated_timestamp = alarm.configuration_updated_timestamp
    alarm.state_value = before.state_value if before else INSUFFICIENT_DATA
    backend.alarms[name] = alarm
    if tags := self._get_param("Tags"):
        backend.tagger.tag_resource(alarm.alarm_arn, tags)
    if _judge(backend, alarm, None):
        follow(backend, alarm)
    return EmptyResult()


UNUSED = (
    "namespace",
    "metric_name",
    "metric_data_queries",
    "comparison_operator",
    "evaluation_periods",
    "datapoints_to_alarm",
    "period",
    "threshold",
    "statistic",
    "extended_statistic",
    "unit",
    "treat_missing_data",
    "evaluate_low_sample_count_percentile",
    "threshold_metric_id",
)
"""What moto's alarms have, and composite ones do not."""


def follow(backend: CloudWatchBackend, alarm: Alarm) -> None:
    """Judge the composite alarms that look at an alarm which has changed, and so on."""
    changed, budget = [alarm], MOST_CHANGES
    while changed and budget:
        cause = changed.pop(0)
        for each in list(backend.alarms.values()):
            rule: AlarmRule | None = vars(each).get("parsed_rule")
            if rule and cause.name in rule.children and _judge(backend, each, cause):
                changed.append(each)
                budget -= 1


def _judge(backend: CloudWatchBackend, alarm: Alarm, cause: Alarm | None) -> bool:
    states = {each.name: each.state_value for each in backend.alarms.values()}
    holds = vars(alarm)["parsed_rule"].holds(states)
    reason = "The alarm rule was evaluated as the alarm was put"
    if cause:
        at = f"{clock.now():%A %d %B, %Y %H:%M:%S} UTC"
        reason = f"{cause.alarm_arn} transitioned to {cause.state_value} at {at}"
    return change(backend, alarm, ALARM if holds else OK, reason, None)
