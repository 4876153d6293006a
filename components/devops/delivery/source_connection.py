"""The connection to where the source is hosted: one for the whole environment."""

import re
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.devops.delivery.source import Host


class SourceConnectionArgs(TypedDict):
    """What a connection is made of."""

    connection_name: str
    """Its name, at most 32 characters."""
    host: Host
    """The provider: GitHub, GitLab or Bitbucket."""


class SourceConnection(pulumi.ComponentResource):
    """A connection to GitHub, GitLab or Bitbucket, which all pipelines of an environment share.

    It is made pending: a person completes it once, in the console, by signing in at the host.
    https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html

    Raises ValueError for a name that AWS would refuse, and for CodeCommit and S3, which need none.
    """

    arn: pulumi.Output[str]
    """ARN of the connection."""

    def __init__(
        self, name: str, args: SourceConnectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SourceConnection", name, None, opts)
        if not re.fullmatch(r"[A-Za-z0-9.@_-]{1,32}", args["connection_name"]):
            refused = args["connection_name"]
            raise ValueError(f"connection_name {refused!r}: 1 to 32 of letters, digits and . @ _ -")
        if args["host"] in {Host.CODECOMMIT, Host.S3}:
            raise ValueError(f"host: {args['host'].value} is reached without a connection")
        connection = aws.codeconnections.Connection(
            f"{name}-connection",
            name=args["connection_name"],
            provider_type=args["host"].value,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = connection.arn
        self.register_outputs({"arn": self.arn})
