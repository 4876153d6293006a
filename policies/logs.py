"""Whatever can write a log writes it, whole, for a stated time, encrypted by a key of ours.

CloudWatch keeps a log group for ever unless told otherwise, which costs by the month and keeps what
was to be forgotten. A state machine's log without execution data tells that a call failed and not
which one.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
https://docs.aws.amazon.com/codebuild/latest/userguide/change-project.html
https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
https://docs.aws.amazon.com/chatbot/latest/adminguide/cloudwatch-logs.html
"""

import json
from collections.abc import Iterator

from catalog import entries
from catalog.templates import filled
from infra.graph import Graph
from policies.finding import Finding, found

OF_THE_ACCOUNT = ":log-group:/aws-glue/data-quality/"
"""Groups that Glue has once in an account, so that no one environment can declare them.

https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html
"""


def logs(graph: Graph) -> list[Finding]:
    """Log groups, queues, machines and builds that do not say what they keep, or keep less."""
    return [
        *_groups(graph),
        *_queues(graph),
        *_machines(graph),
        *_builds(graph),
        *_services(graph),
        *_channels(graph),
        *_makers(graph),
    ]


def _groups(graph: Graph) -> Iterator[Finding]:
    for group in graph.of_type("aws:cloudwatch/logGroup:LogGroup"):
        if not group.inputs.get("retentionInDays"):
            yield found(__name__, group, "it has no retentionInDays, and is kept for ever")
        if not group.inputs.get("kmsKeyId"):
            yield found(__name__, group, "it has no kmsKeyId, and is encrypted by AWS's own key")


def _queues(graph: Graph) -> Iterator[Finding]:
    """Messages of a queue are gone after four days unless it says otherwise.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    for queue in graph.of_type("aws:sqs/queue:Queue"):
        if not queue.inputs.get("messageRetentionSeconds"):
            yield found(__name__, queue, "it does not say its messageRetentionSeconds")


def _machines(graph: Graph) -> Iterator[Finding]:
    for machine in graph.of_type("aws:sfn/stateMachine:StateMachine"):
        log = machine.inputs.get("loggingConfiguration", {})
        wanted = {"level": "ALL", "includeExecutionData": True}
        missing = [f"{key} {value}" for key, value in wanted.items() if log.get(key) != value]
        if missing:
            yield found(__name__, machine, f"its log is not of {' and '.join(missing)}")
        if not log.get("logDestination", "").endswith(":*"):
            yield found(__name__, machine, "its logDestination is not the streams (:*) of a group")


def _declared(graph: Graph) -> set[object]:
    return {group.inputs.get("name") for group in graph.of_type("aws:cloudwatch/logGroup:LogGroup")}


def _services(graph: Graph) -> Iterator[Finding]:
    """A log group that a service makes by itself is kept for ever, under a key of AWS's."""
    groups, known = _declared(graph), entries()
    for resource in graph.resources:
        record = known.get(resource.type)
        for name in record.log_groups if record else ():
            made = filled(name, resource.inputs)
            if made not in groups:
                message = f"its service makes the log group {made}, which nothing declares"
                yield found(__name__, resource, message)


def _channels(graph: Graph) -> Iterator[Finding]:
    for kind in ("slack", "teams"):
        type_ = f"aws:chatbot/{kind}ChannelConfiguration:{kind.title()}ChannelConfiguration"
        for channel in graph.of_type(type_):
            if channel.inputs.get("loggingLevel", "NONE") != "NONE":
                message = "its log group is in us-east-1 whatever its region, and never expires"
                yield found(__name__, channel, message)


def _makers(graph: Graph) -> Iterator[Finding]:
    """What may make a group makes it again once the stack is destroyed."""
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            arns = statement["Resource"] if "logs:CreateLogGroup" in statement["Action"] else []
            if any(OF_THE_ACCOUNT not in arn for arn in arns):
                message = "it lets a role make log groups, which nothing declares"
                yield found(__name__, policy, message)


def _builds(graph: Graph) -> Iterator[Finding]:
    groups = _declared(graph)
    for project in graph.of_type("aws:codebuild/project:Project"):
        log = project.inputs.get("logsConfig", {}).get("cloudwatchLogs", {})
        if log.get("status", "ENABLED") != "ENABLED" or log.get("groupName") not in groups:
            yield found(__name__, project, "it does not write to a log group of this graph")
