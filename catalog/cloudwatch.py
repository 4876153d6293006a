"""Log groups, alarms, event rules and their targets.

pulumi-aws gathers three services here:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
https://docs.aws.amazon.com/eventbridge/latest/APIReference/
"""

from catalog.record import Call, Grant, Iam, Tags, Type, arn_of, listed

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html"
"""Which actions there are, and on what."""
EVENTS_AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html"
)
"""The same, of EventBridge."""

LOG_GROUP = {"logGroupName": "{id}"}
LOG_GROUP_ARN = "arn:{partition}:logs:{region}:{account}:log-group:{id}"
RULE = {"Name": "{name}", "EventBusName": "{eventBusName}"}
TARGET = {"Rule": "{rule}", "EventBusName": "{eventBusName}"}


def _tags(arn: str) -> Tags:
    return Tags(
        Call("TagResource", given={"ResourceARN": arn}),
        Call("UntagResource", given={"ResourceARN": arn, "TagKeys": "{removed}"}),
    )


ALARM = Call(
    "PutMetricAlarm",
    names={
        "name": "AlarmName",
        "metricQueries": "Metrics",
        "metricQueries.metric": "MetricStat",
        "metricQueries.metric.metricName": "Metric.MetricName",
        "metricQueries.metric.namespace": "Metric.Namespace",
        "metricQueries.metric.dimensions": "Metric.Dimensions",
    },
)
PUT_DASHBOARD = Call("PutDashboard")
PUT_LOG_POLICY = Call("PutResourcePolicy")
PUT_RULE = Call("PutRule")
PUT_BUS_POLICY = Call("PutPermission")
PUT_TARGET = Call(
    "PutTargets",
    names={
        "targetId": "Targets.Id",
        "batchTarget": "Targets.BatchParameters",
        "batchTarget.arraySize": "ArrayProperties.Size",
        "batchTarget.jobAttempts": "RetryStrategy.Attempts",
        "httpTarget": "Targets.HttpParameters",
        "inputTransformer.inputPaths": "InputPathsMap",
        "kinesisTarget": "Targets.KinesisParameters",
        "sagemakerPipelineTarget": "Targets.SageMakerPipelineParameters",
        "sqsTarget": "Targets.SqsParameters",
    },
    inside="Targets",
)

TYPES = (
    Type(
        "aws:cloudwatch/logGroup:LogGroup",
        "logs",
        id="{name}",
        name="name",
        limit=512,
        create=Call("CreateLogGroup", names={"name": "logGroupName"}),
        read=Call(
            "DescribeLogGroups",
            given={"logGroupNamePrefix": "{id}"},
            at="logGroups[?logGroupName=='{id}'] | [0]",
            outputs={"arn": LOG_GROUP_ARN},
        ),
        update=(
            Call(
                "AssociateKmsKey",
                takes=("kmsKeyId",),
                given=LOG_GROUP,
            ),
        ),
        steps=(
            Call(
                "PutRetentionPolicy",
                takes=("retentionInDays",),
                given=LOG_GROUP,
                undo=Call("DeleteRetentionPolicy", given=LOG_GROUP),
            ),
        ),
        delete=Call("DeleteLogGroup", given=LOG_GROUP),
        tags=Tags(
            Call("TagResource", given={"resourceArn": LOG_GROUP_ARN}),
            Call("UntagResource", given={"resourceArn": LOG_GROUP_ARN, "tagKeys": "{removed}"}),
        ),
        cloudformation="AWS::Logs::LogGroup",
        outputs={"arn": arn_of("logs", "log-group:{name}")},
        holds_data="the log events",
        iam=Iam(
            # What a service keeps its logs under comes before the name; jobs share theirs.
            on="log-group:{name} log-group:/aws/*/{name} "
            "log-group:/aws/sagemaker/TrainingJobs log-group:/aws/sagemaker/ProcessingJobs "
            "log-group:/aws/sagemaker/studio "
            "log-group:/aws-glue/crawlers log-group:/aws-glue/iceberg-*/logs "
            "log-group:/aws-glue/jobs/{name}",
            read="ListTagsForResource",
            grants=(listed("logs", "DescribeLogGroups"),),
        ),
    ),
    Type(
        "aws:cloudwatch/logStream:LogStream",
        "logs",
        id="{name}",
        name="name",
        limit=512,
        create=Call("CreateLogStream", names={"name": "logStreamName"}),
        read=Call(
            "DescribeLogStreams",
            given={"logGroupName": "{logGroupName}", "logStreamNamePrefix": "{id}"},
            at="logStreams[?logStreamName=='{id}'] | [0]",
            outputs={"arn": "arn"},
        ),
        delete=Call(
            "DeleteLogStream", given={"logGroupName": "{logGroupName}", "logStreamName": "{id}"}
        ),
        cloudformation="AWS::Logs::LogStream",
        outputs={"arn": arn_of("logs", "log-group:{logGroupName}:log-stream:{name}")},
        holds_no_data="its group keeps the events, and goes last",
        iam=Iam(on="log-group:{name} log-group:{name}:log-stream:*"),
    ),
    Type(
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "logs",
        id="{policyName}",
        create=PUT_LOG_POLICY,
        read=Call("DescribeResourcePolicies", at="resourcePolicies[?policyName=='{id}'] | [0]"),
        update=(PUT_LOG_POLICY,),
        replaces=("policyName",),
        delete=Call("DeleteResourcePolicy", given={"policyName": "{id}"}),
        cloudformation="AWS::Logs::ResourcePolicy",
        holds_no_data="a policy is written anew from the program",
        iam=Iam(
            grants=(
                Grant(
                    "logs",
                    create="PutResourcePolicy",
                    delete="DeleteResourcePolicy",
                    reason="a resource policy of logs has no ARN",
                ),
                listed("logs", "DescribeResourcePolicies"),
            )
        ),
    ),
    Type(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "cloudwatch",
        id="{name}",
        name="name",
        create=ALARM,
        read=Call(
            "DescribeAlarms",
            given={"AlarmNames": ["{id}"]},
            at="MetricAlarms[0]",
            outputs={"arn": "AlarmArn"},
        ),
        update=(ALARM,),
        presumed={"metricQueries.returnData": False},
        delete=Call("DeleteAlarms", given={"AlarmNames": ["{id}"]}),
        tags=_tags("arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}"),
        cloudformation="AWS::CloudWatch::Alarm",
        outputs={"arn": arn_of("cloudwatch", "alarm:{name}")},
        holds_no_data="the metric is CloudWatch's own, and stays",
        iam=Iam(
            on="alarm:{name}",
            read="ListTagsForResource",
            grants=(listed("cloudwatch", "DescribeAlarms"),),
        ),
    ),
    Type(
        "aws:cloudwatch/dashboard:Dashboard",
        "cloudwatch",
        id="{dashboardName}",
        name="dashboardName",
        autonamed=False,
        create=PUT_DASHBOARD,
        read=Call(
            "GetDashboard",
            given={"DashboardName": "{id}"},
            outputs={"dashboardArn": "DashboardArn"},
        ),
        update=(PUT_DASHBOARD,),
        replaces=("dashboardName",),
        delete=Call("DeleteDashboards", given={"DashboardNames": ["{id}"]}),
        cloudformation="AWS::CloudWatch::Dashboard",
        outputs={"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}"},
        holds_no_data="it shows metrics, and is written anew from the program",
        iam=Iam(on="arn:aws:cloudwatch::{account}:dashboard/{name}"),
    ),
    Type(
        "aws:cloudwatch/eventRule:EventRule",
        "events",
        id="{name}",
        name="name",
        limit=64,
        create=PUT_RULE,
        read=Call(
            "DescribeRule", given=RULE, outputs={"arn": "Arn", "eventBusName": "EventBusName"}
        ),
        update=(PUT_RULE,),
        delete=Call("DeleteRule", given={**RULE, "Force": "{forceDestroy}"}),
        tags=_tags("{arn}"),
        cloudformation="AWS::Events::Rule",
        outputs={"arn": arn_of("events", "rule/{name}")},
        holds_no_data="a setting is written anew from the program",
        iam=Iam(
            on="rule/{name}",
            read="ListTagsForResource",
            update="EnableRule DisableRule",
            source=EVENTS_AUTHORIZATION,
        ),
    ),
    Type(
        "aws:cloudwatch/eventTarget:EventTarget",
        "events",
        id="{rule}-{targetId}",
        name="targetId",
        limit=64,
        create=PUT_TARGET,
        read=Call("ListTargetsByRule", given=TARGET, at="Targets[?Id=='{targetId}'] | [0]"),
        update=(PUT_TARGET,),
        replaces=("rule", "eventBusName"),
        delete=Call(
            "RemoveTargets", given={**TARGET, "Ids": ["{targetId}"], "Force": "{forceDestroy}"}
        ),
        holds_no_data="a setting is written anew from the program",
        iam=Iam(on="rule/{name}"),
    ),
    Type(
        "aws:cloudwatch/eventBus:EventBus",
        "events",
        id="{name}",
        name="name",
        limit=256,
        create=Call("CreateEventBus"),
        read=Call("DescribeEventBus", given={"Name": "{id}"}, outputs={"arn": "Arn"}),
        update=(),
        remade="moto has no UpdateEventBus",
        delete=Call("DeleteEventBus", given={"Name": "{id}"}),
        tags=_tags("{arn}"),
        cloudformation="AWS::Events::EventBus",
        outputs={"arn": arn_of("events", "event-bus/{name}")},
        holds_no_data="a bus passes events on and keeps none",
        iam=Iam(on="event-bus/{name}", read="ListTagsForResource", update="UpdateEventBus"),
    ),
    Type(
        "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
        "events",
        id="{eventBusName}",
        create=PUT_BUS_POLICY,
        read=Call("DescribeEventBus", given={"Name": "{id}"}, at="Policy"),
        update=(PUT_BUS_POLICY,),
        replaces=("eventBusName",),
        delete=Call(
            "RemovePermission", given={"EventBusName": "{id}", "RemoveAllPermissions": True}
        ),
        cloudformation="AWS::Events::EventBusPolicy",
        holds_no_data="a policy is written anew from the program",
        iam=Iam(
            on="event-bus/{name}",
            grants=(
                Grant(
                    "events",
                    create="PutPermission",
                    delete="RemovePermission",
                    reason="AWS offers no resource to narrow the opening of a bus to",
                ),
            ),
        ),
    ),
)
