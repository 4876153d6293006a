"""The recorder of AWS Config: how the platform's resources are configured, and were."""

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.foundation.audit.recorder_policies import (
    RECORDED,
    delivery_policy,
    recording_policy,
)


class RecorderArgs(AccountArgs):
    """What a recorder is made of."""

    bucket: pulumi.Input[str]
    """Name of the bucket that takes the history; no default retention of object lock may be on it:
    Config cannot deliver to such a bucket."""
    bucket_arn: pulumi.Input[str]
    """ARN of that bucket."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the history."""
    region: str
    """Region that is recorded, and the account's users, roles and policies with it."""


class Recorder(pulumi.ComponentResource):
    """A recorder of every change of the kinds of resources that the platform is made of.

    An account has one in each region: a second one is refused by AWS.

    https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    """

    name: pulumi.Output[str]
    """Name of the recorder, known once it records."""

    def __init__(
        self, name: str, args: RecorderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Recorder", name, None, opts)
        role = ExecutionRole(
            f"{name}-role",
            {
                "service": "config.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "record": rendered(
                        recording_policy, account_id=args["account_id"], region=args["region"]
                    ),
                    "deliver": rendered(
                        delivery_policy,
                        bucket_arn=args["bucket_arn"],
                        key_arn=args["key_arn"],
                        account_id=args["account_id"],
                    ),
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        recorder = aws.cfg.Recorder(
            name,
            name=name,
            role_arn=role.arn,
            recording_group={"all_supported": False, "resource_types": list(RECORDED)},
            recording_mode={"recording_frequency": "CONTINUOUS"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{name}-channel",
            name=name,
            s3_bucket_name=args["bucket"],
            s3_kms_key_arn=args["key_arn"],
            snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
        )
        recording = aws.cfg.RecorderStatus(
            f"{name}-status",
            name=recorder.name,
            is_enabled=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[channel]),
        )
        self.name = recording.name
        self.register_outputs({"name": self.name})
