"""Trails.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/
"""

from catalog.record import Call, Iam, Tags, Type, arn_of, linked_role, listed

NAME = {"Name": "{name}"}

TYPES = (
    Type(
        "aws:cloudtrail/trail:Trail",
        "cloudtrail",
        name="name",
        limit=128,
        defaults={"enableLogging": True},
        create=Call("CreateTrail", names={"tags": "TagsList"}, outputs={"id": "TrailARN"}),
        read=Call(
            "GetTrail",
            given=NAME,
            at="Trail",
            outputs={"arn": "TrailARN", "homeRegion": "HomeRegion"},
        ),
        update=(
            Call(
                "UpdateTrail",
                takes=(
                    "cloudWatchLogsGroupArn",
                    "cloudWatchLogsRoleArn",
                    "enableLogFileValidation",
                    "includeGlobalServiceEvents",
                    "isMultiRegionTrail",
                    "isOrganizationTrail",
                    "kmsKeyId",
                    "s3BucketName",
                    "s3KeyPrefix",
                    "snsTopicName",
                ),
                given=NAME,
            ),
        ),
        steps=(
            Call(
                "PutEventSelectors",
                takes=("advancedEventSelectors", "eventSelectors"),
                given={"TrailName": "{id}"},
            ),
            Call(
                "StartLogging",
                takes=("enableLogging",),
                when="enableLogging",
                given=NAME,
                undo=Call("StopLogging", given=NAME),
            ),
        ),
        delete=Call("DeleteTrail", given=NAME),
        tags=Tags(
            Call("AddTags", names={"tags": "TagsList"}, given={"ResourceId": "{id}"}),
            Call("RemoveTags", given={"ResourceId": "{id}", "TagsList": "{removedPairs}"}),
        ),
        id=arn_of("cloudtrail", "trail/{name}"),
        cloudformation="AWS::CloudTrail::Trail",
        outputs={"arn": "{id}", "homeRegion": "{region}"},
        holds_no_data="the events are in its bucket, which stays",
        iam=Iam(
            on="trail/{name}",
            create="PutInsightSelectors",
            read="GetTrailStatus GetEventSelectors GetInsightSelectors ListTags",
            grants=(
                listed("cloudtrail", "DescribeTrails"),
                linked_role("cloudtrail.amazonaws.com"),
            ),
        ),
    ),
)
