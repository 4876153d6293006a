"""AWS Config: recorders, delivery channels, conformance packs.

https://docs.aws.amazon.com/config/latest/APIReference/
"""

from catalog.record import Call, Type

RECORDER = {"ConfigurationRecorderName": "{id}"}
RECORDERS = {"ConfigurationRecorderNames": ["{id}"]}
PUT_RECORDER = Call("PutConfigurationRecorder", inside="ConfigurationRecorder")
PUT_CHANNEL = Call(
    "PutDeliveryChannel",
    names={"snapshotDeliveryProperties": "DeliveryChannel.configSnapshotDeliveryProperties"},
    inside="DeliveryChannel",
)
PUT_PACK = Call(
    "PutConformancePack",
    names={"name": "ConformancePackName", "inputParameters": "ConformancePackInputParameters"},
)

TYPES = (
    Type(
        "aws:cfg/recorder:Recorder",
        "config",
        id="{name}",
        name="name",
        limit=256,
        create=PUT_RECORDER,
        read=Call(
            "DescribeConfigurationRecorders", given=RECORDERS, at="ConfigurationRecorders[0]"
        ),
        update=(PUT_RECORDER,),
        delete=Call("DeleteConfigurationRecorder", given=RECORDER),
    ),
    Type(
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "config",
        id="{name}",
        name="name",
        limit=256,
        create=PUT_CHANNEL,
        read=Call(
            "DescribeDeliveryChannels",
            given={"DeliveryChannelNames": ["{id}"]},
            at="DeliveryChannels[0]",
        ),
        update=(PUT_CHANNEL,),
        delete=Call("DeleteDeliveryChannel", given={"DeliveryChannelName": "{id}"}),
    ),
    Type(
        "aws:cfg/recorderStatus:RecorderStatus",
        "config",
        id="{name}",
        create=Call(
            "StopConfigurationRecorder",
            takes=("name",),
            names={"name": "ConfigurationRecorderName"},
        ),
        read=Call(
            "DescribeConfigurationRecorderStatus",
            given=RECORDERS,
            at="ConfigurationRecordersStatus[0]",
        ),
        steps=(
            Call(
                "StartConfigurationRecorder",
                takes=("isEnabled",),
                when="isEnabled",
                given=RECORDER,
                undo=Call("StopConfigurationRecorder", given=RECORDER),
            ),
        ),
        delete=Call("StopConfigurationRecorder", given=RECORDER),
    ),
    Type(
        "aws:cfg/conformancePack:ConformancePack",
        "config",
        id="{name}",
        name="name",
        limit=51,
        create=PUT_PACK,
        read=Call(
            "DescribeConformancePacks",
            given={"ConformancePackNames": ["{id}"]},
            at="ConformancePackDetails[0]",
            outputs={"arn": "ConformancePackArn"},
        ),
        update=(PUT_PACK,),
        delete=Call("DeleteConformancePack", given={"ConformancePackName": "{id}"}),
    ),
)
