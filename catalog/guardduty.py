"""Detectors and their features.

https://docs.aws.amazon.com/guardduty/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

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
        read=Call("GetDetector", given=DETECTOR, outputs={"arn": ARN, "accountId": "{account}"}),
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
    ),
)
