"""Workgroups: how queries run, whatever their client asks for."""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.durability import Durability, setting_of_stateful
from components.common.limits import SMALLEST_SCAN_BYTES


class WorkgroupArgs(AccountArgs):
    """What holds for the queries of a workgroup."""

    results_bucket: pulumi.Input[str]
    """Name of the bucket of results."""
    results_prefix: NotRequired[str]
    """Where in it the workgroup's own lie, with a `/` at the end; without it all over."""
    scan_limit_bytes: int
    """Bytes that one query may scan before Athena cancels it; 10 MB at least."""
    key_arn: pulumi.Input[str]
    """KMS key of the results."""
    durability: Durability
    """Whether the workgroup, and so its queries, outlive the stack."""


def workgroup(
    name: str, args: WorkgroupArgs, *, parent: pulumi.Resource, description: str
) -> aws.athena.Workgroup:
    """A workgroup whose settings hold for every query: limit, place and key of its results.

    Raises ValueError for a limit that Athena would refuse.
    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    if args["scan_limit_bytes"] < SMALLEST_SCAN_BYTES:
        raise ValueError(
            f"scan_limit_bytes {args['scan_limit_bytes']}: below {SMALLEST_SCAN_BYTES}"
        )
    return aws.athena.Workgroup(
        name,
        description=description,
        force_destroy=args["durability"] is Durability.DISPOSABLE,
        configuration={
            "enforce_workgroup_configuration": True,
            "publish_cloudwatch_metrics_enabled": True,
            "bytes_scanned_cutoff_per_query": args["scan_limit_bytes"],
            "engine_version": {"selected_engine_version": "Athena engine version 3"},
            "result_configuration": {
                "output_location": pulumi.Output.concat(
                    "s3://", args["results_bucket"], "/", args.get("results_prefix", "")
                ),
                "expected_bucket_owner": args["account_id"],
                "encryption_configuration": {
                    "encryption_option": "SSE_KMS",
                    "kms_key_arn": args["key_arn"],
                },
            },
        },
        # Only saved queries are lost with a workgroup, so it is kept but never protected.
        opts=setting_of_stateful(parent, args["durability"]),
    )
