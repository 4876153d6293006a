"""Detectors and their features.

https://docs.aws.amazon.com/guardduty/latest/APIReference/
"""

from catalog.record import HERE, OURS, Call, Grant, Iam, Tags, Type, arn_of, linked_role

DETECTOR = {"DetectorId": "{id}"}
ARN = "arn:{partition}:guardduty:{region}:{account}:detector/{id}"
PUT_FEATURE = Call(
    "UpdateDetector",
    names={
        "detectorId": "DetectorId",
        "name": "Features.Name",
        "status": "Features.Status",
        "additionalConfigurations": "Features.AdditionalConfiguration",
    },
)

TYPES = (
    Type(
        "aws:guardduty/detector:Detector",
        "guardduty",
        defaults={"enable": True},
        create=Call(
            "CreateDetector", names={"datasources": "DataSources"}, outputs={"id": "DetectorId"}
        ),
        read=Call("GetDetector", given=DETECTOR, outputs={"arn": ARN}),
        update=(
            Call(
                "UpdateDetector",
                takes=("enable", "findingPublishingFrequency", "datasources"),
                names={"datasources": "DataSources"},
                given=DETECTOR,
            ),
        ),
        delete=Call("DeleteDetector", given=DETECTOR),
        tags=Tags(
            Call("TagResource", given={"ResourceArn": ARN}),
            Call("UntagResource", given={"ResourceArn": ARN, "TagKeys": "{removed}"}),
        ),
        id="{hex}",
        cloudformation="AWS::GuardDuty::Detector",
        outputs={
            "arn": arn_of("guardduty", "detector/{hex}"),
            "accountId": "{account}",
        },
        holds_data="the findings",
        iam=Iam(
            on="detector/*",
            when=OURS,
            read="ListTagsForResource",
            grants=(
                Grant(
                    "guardduty",
                    create="CreateDetector",
                    when=HERE,
                    reason="a region has one detector, which has no ARN before it exists",
                ),
                linked_role("guardduty.amazonaws.com"),
            ),
        ),
    ),
    Type(
        "aws:guardduty/detectorFeature:DetectorFeature",
        "guardduty",
        id="{detectorId}/{name}",
        create=PUT_FEATURE,
        read=Call(
            "GetDetector",
            given={"DetectorId": "{detectorId}"},
            at="Features[?Name=='{name}'] | [0]",
        ),
        update=(PUT_FEATURE,),
        replaces=("detectorId", "name"),
        holds_no_data="it switches a feature of the detector",
        iam=Iam(
            on="detector/*",
            when=OURS,
            grants=(linked_role("malware-protection.guardduty.amazonaws.com"),),
        ),
    ),
)
