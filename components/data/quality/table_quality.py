"""The rules of one table in Glue, and the role that evaluates them."""

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.data.quality.gate import evaluation_policy


class TableQualityArgs(PlacedArgs):
    """What the rules of a table are made of."""

    ruleset_name: str
    """Name of the ruleset in Glue, at most 255 characters."""
    ruleset: str
    """All rules in DQDL, at most 65,536 characters."""
    database_name: pulumi.Input[str]
    """Glue database of the table."""
    table_name: str
    """Name of the table in there."""
    rejects_table: str
    """Name of the table of rows that fail, in the same database."""
    bucket: pulumi.Input[str]
    """Bucket of the table's files."""
    prefix: str
    """Where in it they are, without a slash at its end."""
    kept_bucket: pulumi.Input[str]
    """Bucket of rows that fail."""
    kept_prefix: str
    """Where in it these are, without a slash at its end."""
    results_bucket: pulumi.Input[str]
    """Bucket of results."""
    results_prefix: str
    """Where in it these are, without a slash at its end."""
    data_key_arn: pulumi.Input[str]
    """Key of all buckets."""


class TableQuality(pulumi.ComponentResource):
    """A ruleset for a table, which a machine has Glue evaluate: components.data.quality.gate.

    https://docs.aws.amazon.com/glue/latest/dg/glue-data-quality.html
    """

    ruleset_name: pulumi.Output[str]
    """Name of the ruleset, known once it is there."""
    role_arn: pulumi.Output[str]
    """ARN of the role that an evaluation runs as."""

    def __init__(
        self, name: str, args: TableQualityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TableQuality", name, None, opts)
        rules = aws.glue.DataQualityRuleset(
            f"{name}-rules",
            name=args["ruleset_name"],
            ruleset=args["ruleset"],
            target_table={
                "database_name": args["database_name"],
                "table_name": args["table_name"],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        role = ExecutionRole(
            f"{name}-as",
            {
                "service": "glue.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "evaluation": rendered(
                        evaluation_policy,
                        bucket=args["bucket"],
                        prefix=args["prefix"],
                        kept_bucket=args["kept_bucket"],
                        kept_prefix=args["kept_prefix"],
                        results_bucket=args["results_bucket"],
                        results_prefix=args["results_prefix"],
                        database=args["database_name"],
                        tables=[args["table_name"], args["rejects_table"]],
                        ruleset=args["ruleset_name"],
                        key_arns=pulumi.Output.all(args["data_key_arn"]),
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        self.ruleset_name = rules.name
        self.role_arn = role.arn
        self.register_outputs({"ruleset_name": self.ruleset_name, "role_arn": self.role_arn})
