"""The recorder of AWS Config: how the platform's resources are configured, and were."""

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.linked_role import linked_role_arn, linked_role_hooks

SERVICE, ROLE = "config.amazonaws.com", "AWSServiceRoleForConfig"
"""Whose role records: Security Hub's control Config.1 takes no other.

https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html
https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html
"""
RECORDED = (
    "AWS::Athena::WorkGroup",
    "AWS::CloudTrail::Trail",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECR::Repository",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::FeatureGroup",
    "AWS::SageMaker::Model",
    "AWS::StepFunctions::StateMachine",
)
"""Resource types whose every change is recorded, and paid: no more than the platform is made of.

https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
"""


class RecorderArgs(AccountArgs):
    """What a recorder is made of."""

    bucket: pulumi.Input[str]
    """Name of the bucket that takes the history; no default retention of object lock may be on it:
    Config cannot deliver to such a bucket. Its policy must let Config deliver."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the history; its policy must let Config use it."""
    all_types: bool
    """Whether every type is recorded, as the controls of Security Hub ask for, and paid; else those
    that the platform is made of."""
    region: str
    """Region that is recorded, and the account's users, roles and policies with it."""


class Recorder(pulumi.ComponentResource):
    """A recorder of every change, by Config's own role.

    An account has one in each region: a second one is refused by AWS.

    https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
    """

    name: pulumi.Output[str]
    """Name of the recorder, known once it records."""

    def __init__(
        self, name: str, args: RecorderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Recorder", name, None, opts)
        recorder = aws.cfg.Recorder(
            name,
            name=name,
            role_arn=pulumi.Output.from_input(args["account_id"]).apply(
                lambda account: linked_role_arn(account, SERVICE, ROLE)
            ),
            recording_group={"all_supported": True, "include_global_resource_types": True}
            if args["all_types"]
            else {"all_supported": False, "resource_types": list(RECORDED)},
            recording_mode={"recording_frequency": "CONTINUOUS"},
            opts=pulumi.ResourceOptions(
                parent=self, hooks=linked_role_hooks(name, SERVICE, region=args["region"])
            ),
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
