"""Where EventBridge puts what it could not deliver: one queue for all of an environment."""

from collections.abc import Callable, Mapping

import pulumi

from infra.needs.tags import Transformation

TARGET = "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE = "aws:scheduler/schedule:Schedule"


def dead_lettering(queue_arn: Callable[[], pulumi.Input[str] | None]) -> Transformation:
    """What gives every target and schedule without a dead-letter queue the environment's.

    `queue_arn` tells of the queue once it is there. A rule sends to it by the queue's policy, a
    schedule by its own role, which must be allowed `sqs:SendMessage`.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """

    def with_queue(
        args: pulumi.ResourceTransformationArgs,
    ) -> pulumi.ResourceTransformationResult | None:
        arn = queue_arn()
        if arn is None or args.type_ not in (TARGET, SCHEDULE):
            return None
        props = dict(args.props)
        if args.type_ == TARGET:
            holder = props
        else:
            target = props["target"]
            if not isinstance(target, Mapping):
                raise pulumi.RunError(f"{args.name}: give the schedule's target as a dictionary")
            holder = props["target"] = dict(target)
        if holder.get("dead_letter_config") is None:
            holder["dead_letter_config"] = {"arn": arn}
        return pulumi.ResourceTransformationResult(props, args.opts)

    return with_queue
