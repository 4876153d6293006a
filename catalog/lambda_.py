"""Functions of Lambda, and what they read of streams and queues.

https://docs.aws.amazon.com/lambda/latest/api/
"""

from catalog.record import HERE, OURS, Call, Grant, Iam, Tags, Type, arn_of

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"
)
"""Which actions there are, and on what."""

CODE = ("s3Bucket", "s3Key", "s3ObjectVersion", "architectures")
CONFIGURATION = (
    *("deadLetterConfig", "description", "environment", "ephemeralStorage", "handler"),
    *("kmsKeyArn", "layers", "loggingConfig", "memorySize", "role", "runtime", "snapStart"),
    *("timeout", "tracingConfig", "vpcConfig"),
)
THE_FUNCTION = {"FunctionName": "{id}"}
MAPPING = (
    *("batchSize", "bisectBatchOnFunctionError", "destinationConfig", "enabled"),
    *("filterCriteria", "functionName", "functionResponseTypes", "kmsKeyArn"),
    *("maximumBatchingWindowInSeconds", "maximumRecordAgeInSeconds", "maximumRetryAttempts"),
    *("metricsConfig", "parallelizationFactor", "scalingConfig", "tumblingWindowInSeconds"),
)
THE_MAPPING = {"UUID": "{id}"}
NAMES = {
    "kmsKeyArn": "KMSKeyArn",
    "destinationConfig.onFailure.destinationArn": "Destination",
}

TAGS = Tags(
    Call("TagResource", given={"Resource": "{arn}"}),
    Call("UntagResource", given={"Resource": "{arn}", "TagKeys": "{removed}"}),
)

TYPES = (
    Type(
        "aws:lambda/function:Function",
        "lambda",
        cloudformation="AWS::Lambda::Function",
        id="{name}",
        outputs={
            "arn": arn_of("lambda", "function:{name}"),
            "invokeArn": (
                "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
            ),
        },
        name="name",
        limit=64,
        create=Call(
            "CreateFunction",
            names={
                **NAMES,
                "name": "FunctionName",
                "s3Bucket": "Code.S3Bucket",
                "s3Key": "Code.S3Key",
                "s3ObjectVersion": "Code.S3ObjectVersion",
            },
            outputs={"id": "FunctionName", "arn": "FunctionArn"},
        ),
        read=Call(
            "GetFunction",
            given=THE_FUNCTION,
            at="Configuration",
            outputs={"arn": "FunctionArn"},
        ),
        update=(
            Call("UpdateFunctionCode", takes=CODE, given=THE_FUNCTION),
            Call(
                "UpdateFunctionConfiguration", takes=CONFIGURATION, names=NAMES, given=THE_FUNCTION
            ),
        ),
        delete=Call("DeleteFunction", given=THE_FUNCTION),
        tags=TAGS,
        holds_no_data="its code is uploaded again from the repository",
        iam=Iam(
            on="function:{name}",
            # Hooks call functions as they are made and changed.
            create="InvokeFunction",
            update="InvokeFunction",
            read="GetFunctionCodeSigningConfig ListTags ListVersionsByFunction",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "lambda",
        cloudformation="AWS::Lambda::EventSourceMapping",
        id="{uuid}",
        outputs={"uuid": "{id}", "arn": arn_of("lambda", "event-source-mapping:{id}")},
        create=Call(
            "CreateEventSourceMapping",
            names=NAMES,
            outputs={"id": "UUID", "uuid": "UUID", "arn": "EventSourceMappingArn"},
        ),
        read=Call(
            "GetEventSourceMapping",
            given=THE_MAPPING,
            outputs={"uuid": "UUID", "functionArn": "FunctionArn", "arn": "EventSourceMappingArn"},
        ),
        update=(Call("UpdateEventSourceMapping", takes=MAPPING, names=NAMES, given=THE_MAPPING),),
        delete=Call("DeleteEventSourceMapping", given=THE_MAPPING),
        tags=TAGS,
        holds_no_data="the stream or queue that it reads keeps the records",
        iam=Iam(
            on="event-source-mapping:*",
            when=OURS,
            read="ListTags",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "lambda",
                    create="CreateEventSourceMapping",
                    when={
                        **HERE,
                        "ArnLike": {"lambda:FunctionArn": arn_of("lambda", "function:{name}")},
                    },
                    reason="a mapping has no name before it is there",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
