"""Tables of DynamoDB.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
"""

from catalog.record import Call, CallerKeyUse, Iam, Tags, Type, arn_of

BY_NAME = {"TableName": "{id}"}
ARN = arn_of("dynamodb", "table/{id}")
AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"
)

TYPES = (
    Type(
        "aws:dynamodb/table:Table",
        "dynamodb",
        id="{name}",
        name="name",
        create=Call(
            "CreateTable",
            names={
                "name": "TableName",
                "sseSpecification": "SSESpecification",
                "sseSpecification.kmsMasterKeyId": "KMSMasterKeyId",
                "sseSpecification.sseType": "SSEType",
            },
        ),
        read=Call("DescribeTable", given=BY_NAME, at="Table", outputs={"arn": "TableArn"}),
        update=(
            Call(
                "UpdateTable",
                takes=("billingMode", "deletionProtectionEnabled", "sseSpecification"),
                names={
                    "sseSpecification": "SSESpecification",
                    "sseSpecification.kmsMasterKeyId": "KMSMasterKeyId",
                    "sseSpecification.sseType": "SSEType",
                },
                given=BY_NAME,
            ),
        ),
        steps=(
            Call(
                "UpdateContinuousBackups",
                takes=("pointInTimeRecovery",),
                names={
                    "pointInTimeRecovery": "PointInTimeRecoverySpecification",
                    "pointInTimeRecovery.enabled": "PointInTimeRecoveryEnabled",
                },
                given=BY_NAME,
            ),
        ),
        delete=Call("DeleteTable", given=BY_NAME),
        tags=Tags(
            Call("TagResource", given={"ResourceArn": ARN}),
            Call("UntagResource", given={"ResourceArn": ARN, "TagKeys": "{removed}"}),
        ),
        cloudformation="AWS::DynamoDB::Table",
        outputs={"arn": arn_of("dynamodb", "table/{name}")},
        inputs={
            "billingMode": "BillingModeSummary.BillingMode",
            "hashKey": "KeySchema[?KeyType=='HASH'] | [0].AttributeName",
            "rangeKey": "KeySchema[?KeyType=='RANGE'] | [0].AttributeName",
            "attributes": "AttributeDefinitions[].{name: AttributeName, type: AttributeType}",
        },
        holds_data="the items of the table",
        iam=Iam(
            on="table/{name}",
            read="DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource",
            source=AUTHORIZATION,
            key=CallerKeyUse(
                create="Decrypt Encrypt",
                update="Decrypt Encrypt",
                delete="RevokeGrant",
                alias="alias/{project}-{environment}-data",
                source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
            ),
        ),
    ),
)
