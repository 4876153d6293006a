"""Schedules of EventBridge Scheduler.

https://docs.aws.amazon.com/scheduler/latest/APIReference/
"""

from catalog.record import Call, Iam, Type, arn_of

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html"
"""Which actions there are, and on what. To pass the target's role is allowed with all others."""

SCHEDULE = {"Name": "{name}", "GroupName": "{groupName}"}

TYPES = (
    Type(
        "aws:scheduler/schedule:Schedule",
        "scheduler",
        id="{groupName}/{name}",
        name="name",
        limit=64,
        create=Call("CreateSchedule"),
        read=Call("GetSchedule", given=SCHEDULE, outputs={"arn": "Arn"}),
        # An update carries all of a schedule: what it lacks would become AWS's default.
        # https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
        update=(Call("UpdateSchedule"),),
        delete=Call("DeleteSchedule", given=SCHEDULE),
        defaults={"groupName": "default", "scheduleExpressionTimezone": "UTC", "state": "ENABLED"},
        cloudformation="AWS::Scheduler::Schedule",
        outputs={"arn": arn_of("scheduler", "schedule/{groupName}/{name}")},
        holds_no_data="it says when to call what, and is written anew from the program",
        iam=Iam(on="schedule/default/{name}", source=AUTHORIZATION),
    ),
)
