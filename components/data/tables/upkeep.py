"""What keeps an Iceberg table fast and small: Glue's optimizers, and the role that they take.

https://docs.aws.amazon.com/glue/latest/dg/table-optimizers.html
"""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered
from components.common.job_access import read_objects, use_keys, write_logs, write_objects
from components.data.tables.upkeep_logs import GROUPS

SNAPSHOT_DAYS = 7
"""Days that a query can go back to: after these, snapshots go, and files that only they have."""
ORPHAN_DAYS = 7
"""Age of files that no snapshot names at which they are deleted; those of a write that is still
under way are younger."""
OPTIMIZERS = ("compaction", "retention", "orphan_file_deletion")


def upkeep_policy(
    *,
    bucket: str,
    prefix: str,
    database: str,
    table: str,
    key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """Read, rewrite and delete a table's files, with their key, and say in the catalog which count.

    The log groups are there, so that Glue makes none, which would be kept for ever.
    https://docs.aws.amazon.com/glue/latest/dg/optimization-prerequisites.html
    """
    catalog = f"arn:aws:glue:{region}:{account_id}"
    return document(
        *read_objects(bucket, prefix),
        write_objects(bucket, prefix),
        allow(["s3:DeleteObject"], [f"arn:aws:s3:::{bucket}/{prefix}/*"]),
        allow(
            ["glue:GetTable", "glue:UpdateTable"],
            [
                f"{catalog}:catalog",
                f"{catalog}:database/{database}",
                f"{catalog}:table/{database}/{table}",
            ],
        ),
        use_keys([key_arn]),
        write_logs(region, account_id, list(GROUPS.values())),
    )


def configurations(
    location: pulumi.Input[str], role_arn: pulumi.Input[str]
) -> Mapping[str, aws.glue.CatalogTableOptimizerConfigurationArgsDict]:
    """What each optimizer does, by its type, with a role; `location` is the table's S3 URI.

    https://docs.aws.amazon.com/glue/latest/webapi/API_TableOptimizerConfiguration.html
    """
    return {
        "compaction": {
            "enabled": True,
            "role_arn": role_arn,
            "compaction_configuration": {"iceberg_configuration": {"strategy": "binpack"}},
        },
        "retention": {
            "enabled": True,
            "role_arn": role_arn,
            "retention_configuration": {
                "iceberg_configuration": {
                    "snapshot_retention_period_in_days": SNAPSHOT_DAYS,
                    "number_of_snapshots_to_retain": 1,
                    "clean_expired_files": True,
                }
            },
        },
        "orphan_file_deletion": {
            "enabled": True,
            "role_arn": role_arn,
            "orphan_file_deletion_configuration": {
                "iceberg_configuration": {
                    "orphan_file_retention_period_in_days": ORPHAN_DAYS,
                    "location": location,
                }
            },
        },
    }


class TableUpkeepArgs(AccountArgs):
    """What the upkeep of a table needs to know."""

    table_name: pulumi.Input[str]
    """Name of the table, which is there before its optimizers."""
    database_name: pulumi.Input[str]
    """The Glue database that it is in."""
    bucket: pulumi.Input[str]
    """Name of the bucket of its files."""
    prefix: str
    """Where in the bucket they are, without a slash at its end. All below it is the table's: what
    its metadata do not name is deleted."""
    key_arn: pulumi.Input[str]
    """KMS key of its files."""
    region: str
    """Region of all of it; AWS has optimizers in some."""


class TableUpkeep(pulumi.ComponentResource):
    """Three optimizers of an Iceberg table, and a role for this table alone.

    Compaction joins small files, retention forgets snapshots, and the third deletes files that
    nothing names any more. Each writes as the table's engines do, with the key of its files.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role that Glue takes for it."""

    def __init__(
        self, name: str, args: TableUpkeepArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TableUpkeep", name, None, opts)
        role = ExecutionRole(
            name,
            {
                "service": "glue.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "upkeep": rendered(
                        upkeep_policy,
                        bucket=args["bucket"],
                        prefix=args["prefix"],
                        database=args["database_name"],
                        table=args["table_name"],
                        key_arn=args["key_arn"],
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        location = pulumi.Output.concat("s3://", args["bucket"], "/", args["prefix"])
        for type_, told in configurations(location, role.arn).items():
            aws.glue.CatalogTableOptimizer(
                f"{name}-{type_.replace('_', '-')}",
                catalog_id=args["account_id"],
                database_name=args["database_name"],
                table_name=args["table_name"],
                type=type_,
                configuration=told,
                # Glue tries the role's permissions as it takes it.
                opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
            )
        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})
