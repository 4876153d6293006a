"""The monitors' program in S3, where their jobs read it: once an environment."""

from pathlib import Path
from typing import TypedDict

import pulumi

from components.common.code_objects import code_objects
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
    """The runtime's files under a prefix of their own hash."""

    uri: pulumi.Output[str]
    """S3 URI of the folder above the package, known once all of it is there."""

    def __init__(
        self, name: str, args: MonitorCodeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:MonitorCode", name, None, opts)
        files = runtime_files()
        prefix = f"{PREFIX}/{content_hash(files)}"
        objects = code_objects(
            name,
            files,
            parent=self,
            bucket=args["artifacts_bucket"],
            prefix=prefix,
            key_arn=args["artifacts_key_arn"],
        )
        self.uri = pulumi.Output.all(
            args["artifacts_bucket"], *[each.id for each in objects]
        ).apply(lambda known: f"s3://{known[0]}/{prefix}/")
        self.register_outputs({"uri": self.uri})
