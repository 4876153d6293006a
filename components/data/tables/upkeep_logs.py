"""The log groups of Glue's optimizers, which all of an account and region share."""

from typing import NotRequired

import pulumi

from components.common.args import LoggedArgs
from components.common.log_group import encrypted_log_group

GROUPS = {
    each: f"/aws-glue/iceberg-{each}/logs"
    for each in ("compaction", "retention", "orphan-file-deletion")
}
"""What the names of resources go on with, and which group it is.

https://docs.aws.amazon.com/glue/latest/dg/optimization-prerequisites.html
"""


class UpkeepLogsArgs(LoggedArgs):
    """How the logs of optimizers are kept."""

    existing: NotRequired[list[str]]
    """Names of those that are there already, which stay as they are."""


class UpkeepLogs(pulumi.ComponentResource):
    """The log groups that Glue's optimizers write to.

    Their names are fixed, and a group that Glue makes by itself never expires.
    """

    def __init__(
        self, name: str, args: UpkeepLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:UpkeepLogs", name, None, opts)
        for suffix, group in GROUPS.items():
            if group not in args.get("existing", []):
                encrypted_log_group(
                    f"{name}-{suffix}",
                    parent=self,
                    key_arn=args["log_key_arn"],
                    retention_days=args["log_retention_days"],
                    log_group_name=group,
                )
        self.register_outputs({})
