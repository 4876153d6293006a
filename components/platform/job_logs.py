"""The log groups of SageMaker's jobs, which all of an account and region share."""

from typing import NotRequired

import pulumi

from components.common.args import LoggedArgs
from components.common.log_group import PROCESSING_JOBS, TRAINING_JOBS, encrypted_log_group

GROUPS = {"training": TRAINING_JOBS, "processing": PROCESSING_JOBS}
"""What the names of resources go on with, and which group it is."""


class JobLogsArgs(LoggedArgs):
    """How the logs of jobs are kept."""

    existing: NotRequired[list[str]]
    """Names of those that are there already, which stay as they are."""


class JobLogs(pulumi.ComponentResource):
    """The log groups that SageMaker's training and processing jobs write to.

    Their names are fixed, and a group that SageMaker makes by itself never expires.
    https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    """

    def __init__(
        self, name: str, args: JobLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:JobLogs", name, None, opts)
        for suffix, group in GROUPS.items():
            if group in args.get("existing", []):
                continue
            encrypted_log_group(
                f"{name}-{suffix}",
                parent=self,
                key_arn=args["log_key_arn"],
                retention_days=args["log_retention_days"],
                log_group_name=group,
            )
        self.register_outputs({})
