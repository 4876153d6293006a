"""What every workload of a model has in common: where it runs, and what it may do there."""

from typing import Any, NotRequired

import pulumi

from components.common.args import PlacedArgs
from components.common.iam import Statement
from components.common.job_access import (
    attach_encrypted_volumes,
    join_network,
    pull_image,
    write_logs,
)
from components.common.other_accounts import OriginArgs


class WorkloadArgs(PlacedArgs):
    """Where a model's jobs and endpoints run, and where they keep what they make."""

    model: str
    """Name of the model; its objects are under `models/<model>/` of the artifacts bucket."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket for code, models, baselines and reports."""
    artifacts_key_arn: pulumi.Input[str]
    """Key of that bucket and of the instances' volumes."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets of the instances."""
    security_group_id: pulumi.Input[str]
    """Security group of the instances."""
    built_images: NotRequired[pulumi.Input[str]]
    """URL of the repository of the images that the model's delivery builds."""
    origin: NotRequired[OriginArgs]
    """Where the version's artifacts are, if another account trained it."""
    jobs_make_log_groups: NotRequired[bool]
    """Whether jobs make the log groups that they write to, since nobody is known to declare
    them."""


def artifacts_prefix(model: str) -> str:
    """Where in the artifacts bucket everything of a model is, without a slash at the end."""
    return f"models/{model}"


def run_statements(
    *,
    image_uri: str,
    artifacts_key_arn: str,
    subnet_ids: list[str],
    security_group_id: str,
    account_id: str,
    region: str,
    log_groups: list[str],
    makes_log_groups: bool = False,
    built_images: str | None = None,
) -> list[Statement]:
    """What it takes to run at all: the image, volumes, logs, and a place in the network."""
    return [
        attach_encrypted_volumes(artifacts_key_arn),
        *pull_image(image_uri, *([built_images] if built_images else [])),
        write_logs(region, account_id, log_groups, makes_groups=makes_log_groups),
        *join_network(region, account_id, subnet_ids, security_group_id),
    ]


def run_inputs(
    args: WorkloadArgs,
    image_uri: pulumi.Input[str],
    log_groups: list[str],
    *,
    builds: bool = False,
) -> dict[str, pulumi.Input[Any]]:
    """The inputs of `run_statements` for one workload, which writes to `log_groups`.

    With `builds` it may run the images that the model's delivery builds, as well.
    """
    return {
        "image_uri": image_uri,
        "artifacts_key_arn": args["artifacts_key_arn"],
        "subnet_ids": args["subnet_ids"],
        "security_group_id": args["security_group_id"],
        "account_id": args["account_id"],
        "region": args["region"],
        "log_groups": log_groups,
        **({"built_images": args["built_images"]} if builds and "built_images" in args else {}),
    }
