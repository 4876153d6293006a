"""Arguments that many components share: where they stand, and how they log."""

from typing import TypedDict

import pulumi


class AccountArgs(TypedDict):
    """For a component that names its account in policies or in resources' names."""

    account_id: pulumi.Input[str]
    """Account of all that the component makes, twelve digits."""


class PlacedArgs(AccountArgs):
    """For a component that names its account and its region in ARNs."""

    region: str
    """Region of all that the component makes, such as `eu-west-1`."""


class DeadLetterArgs(TypedDict):
    """For a component whose schedules keep what they could not start."""

    dead_letter_arn: pulumi.Input[str]
    """Queue that keeps what could not be started."""
    messages_key_arn: pulumi.Input[str]
    """Key of that queue, and of the alert topics."""


class LoggedArgs(TypedDict):
    """For a component with log groups of its own."""

    log_key_arn: pulumi.Input[str]
    """KMS key that encrypts the log groups; its policy must let CloudWatch Logs use it."""
    log_retention_days: int
    """Days that the logs are kept; one of the periods that CloudWatch Logs offers.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
