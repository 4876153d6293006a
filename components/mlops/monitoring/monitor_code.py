"""The monitors' program in S3, where their jobs read it: once an environment."""

from pathlib import Path
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.platform.model_project import content_hash

RUNTIME = Path(__file__).with_name("runtime")
PREFIX = "monitors"
"""Where in the artifacts bucket the program is, without a slash at the end."""
SHIPPED = {".py", ".json"}


def runtime_files() -> dict[str, str]:
    """Text of each file of the runtime by its path below the folder that holds the package."""
    return {
        f"{RUNTIME.name}/{path.relative_to(RUNTIME).as_posix()}": path.read_text(encoding="utf-8")
        for path in sorted(RUNTIME.rglob("*"))
        if path.suffix in SHIPPED
    }


class MonitorCodeArgs(TypedDict):
    """Where the program is put."""

    artifacts_bucket: pulumi.Input[str]
    """Bucket for code, models and reports."""
    artifacts_key_arn: pulumi.Input[str]
    """Key of that bucket."""


class MonitorCode(pulumi.ComponentResource):
    """The runtime's files under a prefix of their own hash.

    A job reads what it was scheduled with even while the next version is deployed, which is why old
    code is left in the bucket.
    """

    uri: pulumi.Output[str]
    """S3 URI of the folder above the package, known once all of it is there."""

    def __init__(
        self, name: str, args: MonitorCodeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:MonitorCode", name, None, opts)
        files = runtime_files()
        prefix = f"{PREFIX}/{content_hash(files)}"
        objects = [
            aws.s3.BucketObjectv2(
                f"{name}-{path}",
                bucket=args["artifacts_bucket"],
                key=f"{prefix}/{path}",
                content=text,
                content_type="text/plain; charset=utf-8",
                server_side_encryption="aws:kms",
                kms_key_id=args["artifacts_key_arn"],
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            for path, text in files.items()
        ]
        self.uri = pulumi.Output.all(
            args["artifacts_bucket"], *[each.id for each in objects]
        ).apply(lambda known: f"s3://{known[0]}/{prefix}/")
        self.register_outputs({"uri": self.uri})
