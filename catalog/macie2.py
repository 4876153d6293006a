"""Macie's session, its jobs, and where it keeps what they discover.

https://docs.aws.amazon.com/macie/latest/APIReference/
"""

from catalog.record import HERE, Call, Grant, Iam, Type, arn_of, linked_role

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmacie.html"
)
"""Which actions there are, and on what."""
ONE = "a region has one session, which has no ARN"
JOB = {"jobId": "{id}"}
FREQUENCY = {
    "scheduleFrequency.weeklySchedule": "weeklySchedule.dayOfWeek",
    "scheduleFrequency.monthlySchedule": "monthlySchedule.dayOfMonth",
}

TYPES = (
    Type(
        "aws:macie2/account:Account",
        "macie2",
        id="{account}",
        create=Call("EnableMacie"),
        read=Call(
            "GetMacieSession",
            outputs={
                "serviceRole": "serviceRole",
                "createdAt": "to_string(createdAt)",
                "updatedAt": "to_string(updatedAt)",
            },
        ),
        update=(Call("UpdateMacieSession", takes=("findingPublishingFrequency", "status")),),
        delete=Call("DisableMacie"),
        cloudformation="AWS::Macie::Session",
        outputs={
            "serviceRole": "arn:aws:iam::{account}:role/aws-service-role/macie.amazonaws.com/"
            "AWSServiceRoleForAmazonMacie",
            "createdAt": "2026-01-01T00:00:00Z",
            "updatedAt": "2026-01-01T00:00:00Z",
        },
        holds_data="the findings",
        iam=Iam(
            grants=(
                Grant(
                    "macie2",
                    create="EnableMacie",
                    read="GetMacieSession",
                    update="UpdateMacieSession",
                    delete="DisableMacie",
                    when=HERE,
                    reason=ONE,
                    source=AUTHORIZATION,
                ),
                linked_role("macie.amazonaws.com"),
            ),
        ),
    ),
    Type(
        "aws:macie2/classificationJob:ClassificationJob",
        "macie2",
        id="{hex}",
        name="name",
        limit=500,
        create=Call(
            "CreateClassificationJob", names=FREQUENCY, outputs={"id": "jobId", "jobArn": "jobArn"}
        ),
        read=Call(
            "DescribeClassificationJob",
            given=JOB,
            outputs={"jobArn": "jobArn", "jobId": "jobId", "createdAt": "to_string(createdAt)"},
        ),
        steps=(Call("UpdateClassificationJob", takes=("jobStatus",), given=JOB),),
        # Macie deletes no job: what is cancelled it remembers for 30 days.
        delete=Call("UpdateClassificationJob", given={**JOB, "jobStatus": "CANCELLED"}),
        gone="jobStatus=='CANCELLED'",
        outputs={
            "jobArn": arn_of("macie2", "classification-job/{hex}"),
            "jobId": "{hex}",
            "createdAt": "2026-01-01T00:00:00Z",
        },
        holds_no_data="what it has found are the session's findings",
        iam=Iam(
            on="classification-job/*",
            create="TagResource",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:macie2/classificationExportConfiguration:ClassificationExportConfiguration",
        "macie2",
        id="macie:classification_export_configuration:{account}:{region}",
        create=Call("PutClassificationExportConfiguration", inside="configuration"),
        read=Call("GetClassificationExportConfiguration", at="configuration.s3Destination"),
        update=(Call("PutClassificationExportConfiguration", inside="configuration"),),
        holds_no_data="it says where results go",
        iam=Iam(
            grants=(
                Grant(
                    "macie2",
                    create="PutClassificationExportConfiguration",
                    read="GetClassificationExportConfiguration",
                    update="PutClassificationExportConfiguration",
                    delete="PutClassificationExportConfiguration",
                    when=HERE,
                    reason=ONE,
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
)
