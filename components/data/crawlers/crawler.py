"""A crawler of Glue over a place of the lake, the role that it has, and who hears of its failures.

https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html
"""

import enum
import json
from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered
from components.common.job_access import read_objects, use_keys, write_logs
from components.foundation.alerts.alert_rule import alert_on

LOG_GROUP = "/aws-glue/crawlers"
"""Where all crawlers of an account and region tell what they do."""


class CrawlerChanges(enum.Enum):
    """What a crawler changes of a table that is there."""

    LOG = "log"
    """Nothing: it adds new tables and new partitions, and tells its log of the rest."""
    UPDATE = "update"
    """It adds columns as well, and marks a table as deprecated whose files are gone."""


class CrawlerArgs(PlacedArgs):
    """What a crawler looks at, and what it may change."""

    crawler: str
    """What people call it, such as `partner-files`."""
    bucket: pulumi.Input[str]
    """Bucket of the zone."""
    prefix: str
    """Where in it the files are, without a slash at its end."""
    database_name: pulumi.Input[str]
    """Glue database of the tables."""
    table_prefix: str
    """What the names of its tables begin with, in small letters, digits and `_`; the role can
    write no others."""
    changes: CrawlerChanges
    schedule: NotRequired[str]
    """When it starts by itself, as a cron expression of AWS's in UTC; never unless given."""
    key_arn: pulumi.Input[str]
    """Key of the files."""
    topic_arn: pulumi.Input[str]
    """Topic that hears of crawls that fail."""


class Crawler(pulumi.ComponentResource):
    """Finds tables and partitions below a prefix, and keeps them in the database of the zone.

    Its role reads what lies below the prefix, and nothing else of the lake.
    """

    crawler_name: pulumi.Output[str]
    """Name of the crawler in Glue."""
    role_arn: pulumi.Output[str]
    """ARN of the role that it has."""

    def __init__(
        self, name: str, args: CrawlerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Crawler", name, None, opts)
        role = ExecutionRole(
            f"{name}-as",
            {
                "service": "glue.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "crawl": rendered(
                        crawl_policy,
                        bucket=args["bucket"],
                        prefix=args["prefix"],
                        database=args["database_name"],
                        table_prefix=args["table_prefix"],
                        key_arn=args["key_arn"],
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        encryption = aws.glue.SecurityConfiguration(
            f"{name}-encryption",
            encryption_configuration={
                "s3_encryption": {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": args["key_arn"]},
                "job_bookmarks_encryption": {
                    "job_bookmarks_encryption_mode": "CSE-KMS",
                    "kms_key_arn": args["key_arn"],
                },
                # The log group is there already, with a key of its own.
                "cloudwatch_encryption": {"cloudwatch_encryption_mode": "DISABLED"},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        updates = args["changes"] is CrawlerChanges.UPDATE
        crawler = aws.glue.Crawler(
            f"{name}-finds",
            description=f"Finds the tables of {args['crawler']}",
            role=role.arn,
            database_name=args["database_name"],
            table_prefix=args["table_prefix"],
            s3_targets=[
                {"path": pulumi.Output.concat("s3://", args["bucket"], "/", args["prefix"], "/")}
            ],
            schedule=args.get("schedule"),
            schema_change_policy={
                "update_behavior": "UPDATE_IN_DATABASE" if updates else "LOG",
                "delete_behavior": "DEPRECATE_IN_DATABASE" if updates else "LOG",
            },
            configuration=configuration(updates=updates),
            security_configuration=encryption.name,
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        alert_on(
            f"{name}-failed",
            crawler.name.apply(
                lambda called: {
                    "source": ["aws.glue"],
                    "detail-type": ["Glue Crawler State Change"],
                    "detail": {"state": ["Failed"], "crawlerName": [called]},
                }
            ),
            parent=self,
            description=f"The crawler {args['crawler']} failed",
            topic_arn=args["topic_arn"],
            says="<why>. Its runs: https://<region>.console.aws.amazon.com/glue/home?"
            "region=<region>#/v2/data-catalog/crawlers/view/<crawler>",
            paths={
                "why": "$.detail.errorMessage",
                "crawler": "$.detail.crawlerName",
                "region": "$.region",
            },
        )
        self.crawler_name = crawler.name
        self.role_arn = role.arn
        self.register_outputs({"crawler_name": self.crawler_name, "role_arn": self.role_arn})


def configuration(*, updates: bool) -> str:
    """How a crawler writes what it finds: columns are added and none taken away.

    https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
    """
    output = {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}
    if updates:
        output["Tables"] = {"AddOrUpdateBehavior": "MergeNewColumns"}
    return json.dumps({"Version": 1.0, "CrawlerOutput": output})


def crawl_policy(
    *,
    bucket: str,
    prefix: str,
    database: str,
    table_prefix: str,
    key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """Read what lies below a prefix, and write tables whose names begin so.

    https://docs.aws.amazon.com/glue/latest/dg/crawler-prereqs.html
    """
    glue = f"arn:aws:glue:{region}:{account_id}"
    catalog = [f"{glue}:catalog", f"{glue}:database/{database}"]
    own = f"{glue}:table/{database}/{table_prefix}*"
    return document(
        *read_objects(bucket, prefix),
        allow(["s3:GetBucketLocation"], [f"arn:aws:s3:::{bucket}"]),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetTables"],
            [*catalog, f"{glue}:table/{database}/*"],
        ),
        allow(
            [
                "glue:BatchCreatePartition",
                "glue:BatchGetPartition",
                "glue:CreatePartition",
                "glue:CreateTable",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:UpdatePartition",
                "glue:UpdateTable",
            ],
            [*catalog, own],
        ),
        write_logs(region, account_id, [LOG_GROUP]),
        use_keys([key_arn]),
    )
