"""What the catalog is to know of AWS Lambda, which the platform itself does not use.

https://docs.aws.amazon.com/lambda/latest/api/
"""

from catalog.record import HERE, OURS, Call, Grant, Iam, Tags, Type, arn_of
from catalog.service_record import ANYTHING, Endpoint, Principal, Service

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"
)
"""Which actions there are, and on what."""

SERVICES = (
    Service(
        "lambda",
        principals=(
            # Not every page of AWS's has a condition in a function's trust policy.
            Principal("lambda.amazonaws.com", roles_passed=True, sends_source_account=False),
        ),
        kms_via="lambda",
        endpoints=(Endpoint("lambda"),),
        boundary=ANYTHING,
    ),
)

CODE = ("s3Bucket", "s3Key", "s3ObjectVersion", "architectures")
CONFIGURATION = (
    *("deadLetterConfig", "description", "environment", "ephemeralStorage", "handler"),
    *("kmsKeyArn", "layers", "loggingConfig", "memorySize", "role", "runtime", "snapStart"),
    *("timeout", "tracingConfig", "vpcConfig"),
)
THE_FUNCTION = {"FunctionName": "{id}"}
MAPPING = (
    *("batchSize", "enabled", "filterCriteria", "functionName", "functionResponseTypes"),
    *("kmsKeyArn", "maximumBatchingWindowInSeconds", "metricsConfig", "scalingConfig"),
)
THE_MAPPING = {"UUID": "{id}"}
NAMES = {"kmsKeyArn": "KMSKeyArn"}

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
        holds_no_data="the queue that it reads keeps the messages",
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
