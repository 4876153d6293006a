"""Macie: where sensitive data lies in the lake.

https://docs.aws.amazon.com/macie/latest/user/what-is-macie.html
"""

import enum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.bucket import PrivateBucket
from components.common.durability import Durability
from components.foundation.alerts.alert_rule import Pattern, alert_on
from components.foundation.alerts.alerts import AlertTopics

OWN_PREFIXES = ("_quality/",)
"""What the platform writes into zones itself, and no job looks at."""
WEEKDAY, MONTHDAY = "MONDAY", 1


class LookEvery(enum.Enum):
    """How often a job looks at what is new."""

    WEEK = "weekly"
    MONTH = "monthly"


class IdentifierArgs(TypedDict):
    """What Macie looks for beside what it knows itself."""

    regex: str
    """A regular expression of at most 512 characters."""
    keywords: list[str]
    """Words of 3 to 90 characters, of which one is near; none where every match counts."""
    distance: NotRequired[int]
    """Characters between a keyword and a match, 1 to 300; 50 unless given."""


class SensitiveDataArgs(AccountArgs):
    """What Macie looks at, and whom it tells."""

    buckets: dict[str, pulumi.Input[str]]
    """Names of the buckets that it looks at, by zone."""
    every: LookEvery
    sample_percent: int
    """Of the objects that are new, how many it looks into, 1 to 100."""
    identifiers: dict[str, IdentifierArgs]
    """What it looks for beside its own, by name."""
    topics: AlertTopics
    """Topics by severity: high findings are critical, medium ones warnings."""
    session: NotRequired[str]
    """Whose session the region has already, with where that keeps results; made without it."""
    key_arn: pulumi.Input[str]
    """Key of the results."""
    log_bucket: pulumi.Input[str]
    """Name of the bucket that takes access logs."""
    retention_days: int
    """Days that results are kept; Macie itself forgets them after 90."""
    durability: Durability


class SensitiveData(pulumi.ComponentResource):
    """A job for each zone, alerts on findings, and the session and its results unless there is one.

    An account has one session in each region. A job cannot be changed but for its status: a change
    makes another one, and cancels the one before.
    """

    results_bucket: pulumi.Output[str] | None
    """Name of the bucket of results; None where the session is another's."""

    def __init__(
        self, name: str, args: SensitiveDataArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SensitiveData", name, None, opts)
        self.results_bucket = None
        first: list[pulumi.Resource] = []
        if "session" not in args:
            session = aws.macie2.Account(
                f"{name}-session",
                finding_publishing_frequency="FIFTEEN_MINUTES",
                status="ENABLED",
                opts=pulumi.ResourceOptions(parent=self),
            )
            first = [session, self._results(name, args, session)]
        identifiers = [
            aws.macie.CustomDataIdentifier(
                f"{name}-{each}",
                regex=told["regex"],
                keywords=told["keywords"] or None,
                maximum_match_distance=told.get("distance"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=first),
            )
            for each, told in args["identifiers"].items()
        ]
        for zone, bucket in args["buckets"].items():
            aws.macie2.ClassificationJob(
                f"{name}-{zone}",
                job_type="SCHEDULED",
                initial_run=True,
                schedule_frequency=_frequency(args["every"]),
                sampling_percentage=args["sample_percent"],
                custom_data_identifier_ids=[each.id for each in identifiers] or None,
                s3_job_definition={
                    "bucket_definitions": [{"account_id": args["account_id"], "buckets": [bucket]}],
                    "scoping": {
                        "excludes": {
                            "ands": [
                                {
                                    "simple_scope_term": {
                                        "comparator": "STARTS_WITH",
                                        "key": "OBJECT_KEY",
                                        "values": list(OWN_PREFIXES),
                                    }
                                }
                            ]
                        }
                    },
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=first),
            )
        for severity, topic_arn in (
            ("High", args["topics"]["critical"]),
            ("Medium", args["topics"]["warning"]),
        ):
            alert_on(
                f"{name}-{severity.lower()}",
                findings(severity),
                parent=self,
                description=f"Macie's findings of {severity.lower()} severity",
                topic_arn=topic_arn,
                says="Macie: <title> in <bucket> (<severity>, account <account>, <region>)",
                paths={
                    "title": "$.detail.title",
                    "bucket": "$.detail.resourcesAffected.s3Bucket.name",
                    "severity": "$.detail.severity.description",
                    "account": "$.account",
                    "region": "$.region",
                },
            )
        self.register_outputs({})

    def _results(
        self, name: str, args: SensitiveDataArgs, session: pulumi.Resource
    ) -> pulumi.Resource:
        """The bucket of results, and that they go there."""
        results = PrivateBucket(
            f"{name}-results",
            {
                "key_arn": args["key_arn"],
                "account_id": args["account_id"],
                "durability": args["durability"],
                "log_bucket": args["log_bucket"],
                "expire_days": args["retention_days"],
                "results_of_macie": True,
            },
            pulumi.ResourceOptions(parent=self),
        )
        self.results_bucket = results.bucket
        return aws.macie2.ClassificationExportConfiguration(
            f"{name}-export",
            s3_destination={"bucket_name": results.bucket, "kms_key_arn": args["key_arn"]},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[session]),
        )


def findings(severity: str) -> Pattern:
    """The events that tell of findings of a severity: Low, Medium or High.

    https://docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html
    """
    return {
        "source": ["aws.macie"],
        "detail-type": ["Macie Finding"],
        "detail": {"severity": {"description": [severity]}},
    }


def _frequency(every: LookEvery) -> aws.macie2.ClassificationJobScheduleFrequencyArgsDict:
    if every is LookEvery.WEEK:
        return {"weekly_schedule": WEEKDAY}
    return {"monthly_schedule": MONTHDAY}
