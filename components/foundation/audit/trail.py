"""The trails: who did what in the account, and who read and wrote its data."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs

Selector = aws.cloudtrail.TrailAdvancedEventSelectorArgsDict

MANAGEMENT_EVENTS: Selector = {
    "name": "Management events",
    "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}],
}
"""Selects every change and every look at the account's resources."""


def data_events(
    *, bucket_arns: Sequence[str], account_id: str, region: str, name_prefix: str
) -> Sequence[Selector]:
    """Selects reads and writes of objects in the buckets, and of what SageMaker keeps and serves.

    Feature groups and endpoints are selected by the beginning of their names. For endpoints
    CloudTrail has InvokeEndpointWithResponseStream only: whole answers are in captured data.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
    """
    selected = {
        "AWS::S3::Object": [f"{arn}/" for arn in bucket_arns],
        "AWS::SageMaker::FeatureGroup": [
            f"arn:aws:sagemaker:{region}:{account_id}:feature-group/{name_prefix}"
        ],
        "AWS::SageMaker::Endpoint": [
            f"arn:aws:sagemaker:{region}:{account_id}:endpoint/{name_prefix}"
        ],
    }
    return [
        {
            "name": kind.removeprefix("AWS::").replace("::", " "),
            "field_selectors": [
                {"field": "eventCategory", "equals": ["Data"]},
                {"field": "resources.type", "equals": [kind]},
                {"field": "resources.ARN", "starts_withs": beginnings},
            ],
        }
        for kind, beginnings in selected.items()
    ]


class DataEventsArgs(TypedDict):
    """Whose data events are recorded."""

    bucket_arns: list[pulumi.Input[str]]
    """ARNs of the buckets whose objects are watched."""
    name_prefix: str
    """What the names of watched feature groups and endpoints begin with."""


class TrailArgs(AccountArgs):
    """What a trail is made of."""

    trail_name: str
    """Name of the trail, one that the bucket's policy lets in."""
    bucket: pulumi.Input[str]
    """Name of the bucket that it delivers to."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the logs; its policy must let CloudTrail use it."""
    region: str
    """Home region of the trail."""
    data_events: NotRequired[DataEventsArgs]
    """Records these, in its own region; the account's management events of all regions unless
    given."""


class Trail(pulumi.ComponentResource):
    """A trail of one kind of events, whose files prove by digests that nobody has changed them.

    The kinds have a trail each: management events are global and come once an account free of
    charge, data events belong to one environment and are paid by number.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    """

    arn: pulumi.Output[str]
    """ARN of the trail."""

    def __init__(
        self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Trail", name, None, opts)
        wanted = args.get("data_events")
        selectors: pulumi.Input[Sequence[pulumi.Input[Selector]]] = (
            pulumi.Output.all(
                bucket_arns=pulumi.Output.all(*wanted["bucket_arns"]),
                account_id=args["account_id"],
                region=args["region"],
                name_prefix=wanted["name_prefix"],
            ).apply(lambda known: data_events(**known))
            if wanted
            else [MANAGEMENT_EVENTS]
        )
        trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=args["trail_name"],
            s3_bucket_name=args["bucket"],
            kms_key_id=args["key_arn"],
            enable_logging=True,
            enable_log_file_validation=True,
            is_multi_region_trail=wanted is None,
            include_global_service_events=wanted is None,
            advanced_event_selectors=selectors,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = trail.arn
        self.register_outputs({"arn": self.arn})
