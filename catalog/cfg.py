"""AWS Config: recorders, delivery channels, conformance packs.

https://docs.aws.amazon.com/config/latest/APIReference/
"""

from catalog.record import HERE, Call, Grant, Iam, Type, arn_of, linked_role, listed

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html"
)
"""Which actions there are, and on what."""

LINKED_ROLES = "arn:aws:iam::{account}:role/aws-service-role/config.amazonaws.com"

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
        cloudformation="AWS::Config::ConfigurationRecorder",
        holds_no_data="the history that it records is in the delivery channel's bucket",
        iam=Iam(
            on="configuration-recorder/{name}",
            grants=(
                listed("config", "DescribeConfigurationRecorders"),
                linked_role("config.amazonaws.com"),
                Grant(
                    "iam",
                    f"{LINKED_ROLES}/*",
                    create="PassRole",
                    update="PassRole",
                    when={"StringEquals": {"iam:PassedToService": ["config.amazonaws.com"]}},
                    source=AUTHORIZATION,
                ),
            ),
        ),
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
        cloudformation="AWS::Config::DeliveryChannel",
        holds_no_data="it delivers into a bucket and keeps nothing",
        iam=Iam(
            grants=(
                Grant(
                    "config",
                    create="PutDeliveryChannel",
                    delete="DeleteDeliveryChannel",
                    when=HERE,
                    reason="a region has one delivery channel, without an ARN",
                ),
                listed("config", "DescribeDeliveryChannels"),
            )
        ),
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
        name="name",
        autonamed=False,
        holds_no_data="it only says whether the recorder is on",
        iam=Iam(
            on="configuration-recorder/{name}",
            grants=(listed("config", "DescribeConfigurationRecorderStatus", source=AUTHORIZATION),),
        ),
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
        cloudformation="AWS::Config::ConformancePack",
        outputs={"arn": arn_of("config", "conformance-pack/{name}/conformance-pack-{hex}")},
        holds_no_data="its rules evaluate anew when it is back",
        iam=Iam(
            on="conformance-pack/{name}",
            grants=(
                listed("config", "DescribeConformancePacks DescribeConformancePackStatus"),
                linked_role("config-conforms.amazonaws.com"),
            ),
        ),
    ),
)
