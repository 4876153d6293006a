"""The log group of crawlers, which all of an account and region share."""

import pulumi

from components.common.args import LoggedArgs
from components.common.log_group import encrypted_log_group
from components.data.crawlers.crawler import LOG_GROUP


class CrawlerLogs(pulumi.ComponentResource):
    """The log group that crawlers write to: its name is fixed, and one of Glue's never expires.

    https://docs.aws.amazon.com/glue/latest/dg/monitor-crawler.html
    """

    def __init__(
        self, name: str, args: LoggedArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:CrawlerLogs", name, None, opts)
        encrypted_log_group(
            f"{name}-group",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            log_group_name=LOG_GROUP,
        )
        self.register_outputs({})
