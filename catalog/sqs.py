"""Queues and their policies.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
"""

from catalog.record import Call, Iam, Tags, Type, arn_of

ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
"""Pulumi's input to the key in SQS's map of attributes."""

NAMES = {name: f"Attributes.{attribute}" for name, attribute in ATTRIBUTES.items()}
THE_QUEUE = {"QueueUrl": "{id}"}

TYPES = (
    Type(
        "aws:sqs/queue:Queue",
        "sqs",
        cloudformation="AWS::SQS::Queue",
        id="https://sqs.{region}.amazonaws.com/{account}/{name}",
        outputs={"arn": arn_of("sqs", "{name}"), "url": "{id}"},
        name="name",
        limit=80,
        create=Call(
            "CreateQueue", names={**NAMES, "name": "QueueName"}, outputs={"id": "QueueUrl"}
        ),
        read=Call(
            "GetQueueAttributes",
            given={**THE_QUEUE, "AttributeNames": ["All"]},
            at="Attributes",
            outputs={"arn": "QueueArn"},
        ),
        update=(Call("SetQueueAttributes", takes=tuple(ATTRIBUTES), names=NAMES, given=THE_QUEUE),),
        replaces=("fifoQueue",),
        delete=Call("DeleteQueue", given=THE_QUEUE),
        tags=Tags(
            Call("TagQueue", given=THE_QUEUE),
            Call("UntagQueue", given={**THE_QUEUE, "TagKeys": "{removed}"}),
        ),
        holds_data="the messages that nobody has received yet",
        iam=Iam(on="{name}", read="ListQueueTags"),
    ),
    Type(
        "aws:sqs/queuePolicy:QueuePolicy",
        "sqs",
        cloudformation="AWS::SQS::QueuePolicy",
        id="{queueUrl}",
        create=Call(
            "SetQueueAttributes", names={"queueUrl": "QueueUrl", "policy": "Attributes.Policy"}
        ),
        read=Call(
            "GetQueueAttributes",
            given={**THE_QUEUE, "AttributeNames": ["Policy"]},
            at="Attributes.Policy",
        ),
        update=(
            Call(
                "SetQueueAttributes",
                takes=("policy",),
                names={"policy": "Attributes.Policy"},
                given=THE_QUEUE,
            ),
        ),
        delete=Call("SetQueueAttributes", given={**THE_QUEUE, "Attributes.Policy": ""}),
        holds_no_data="a policy is written anew from the program",
        iam=Iam(on="{name}"),
    ),
)
