"""What there is in one environment, and what several personas may do with it.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from components.common.iam import Statement, allow, allow_everywhere


@dataclass(frozen=True)
class Realm:
    """What there is in one environment, by ARN."""

    project: str
    environment: str
    account_id: str
    region: str
    zones: Mapping[str, str]
    """Bucket of each zone of the lake, by zone."""
    results_arn: str
    """Bucket of the queries' results."""
    workgroup_arn: str
    artifacts_arn: str
    """Bucket of models and reports."""
    keys: Mapping[str, str]
    """Key of each class of data, by class."""
    identity_center_arn: str
    """Instance of IAM Identity Center; empty where people come by other ways."""

    @property
    def prefix(self) -> str:
        """What the environment's names begin with, such as `maslow-prod-`."""
        return f"{self.project}-{self.environment}-"

    @property
    def records(self) -> list[str]:
        """Buckets of who did what and how things were set up, with `*` for what Pulumi adds."""
        return [f"arn:aws:s3:::{self.prefix}{what}-*" for what in ("trails", "config-history")]

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the environment's account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def own(self, service: str, *kinds: str) -> list[str]:
        """ARNs of all of these kinds, such as `endpoint/`, that bear the environment's prefix."""
        return [self.arn(service, f"{kind}{self.prefix}*") for kind in kinds]

    def tables(self, *zones: str) -> list[str]:
        """The Glue catalog, and the databases and tables of these zones."""
        databases = [f"{self.prefix}{zone}".replace("-", "_") for zone in zones]
        return [
            self.arn("glue", "catalog"),
            *(self.arn("glue", f"database/{database}") for database in databases),
            *(self.arn("glue", f"table/{database}/*") for database in databases),
        ]


def read_objects(*buckets: str) -> list[Statement]:
    """Read what is in these buckets, by their ARNs."""
    return [
        allow(["s3:GetBucketLocation", "s3:ListBucket"], buckets),
        allow(["s3:GetObject", "s3:GetObjectVersion"], [f"{bucket}/*" for bucket in buckets]),
    ]


def read_tables(realm: Realm, *zones: str) -> Statement:
    """Read what the catalog says of the tables of these zones."""
    return allow(
        [
            "glue:BatchGetPartition",
            "glue:GetDatabase",
            "glue:GetDatabases",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:GetTable",
            "glue:GetTables",
        ],
        realm.tables(*zones),
    )


def query(realm: Realm) -> list[Statement]:
    """Query with Athena in the environment's workgroup.

    The results are written by whoever asks:
    https://docs.aws.amazon.com/athena/latest/ug/querying.html
    """
    return [
        allow(
            [
                "athena:BatchGetQueryExecution",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetQueryResultsStream",
                "athena:GetWorkGroup",
                "athena:ListQueryExecutions",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ],
            [realm.workgroup_arn],
        ),
        *read_objects(realm.results_arn),
        allow(["s3:AbortMultipartUpload", "s3:PutObject"], [f"{realm.results_arn}/*"]),
    ]


def use_key(realm: Realm, holds: str, *services: str, reads: bool = False) -> Statement:
    """Read, and unless it only `reads` write too, what a key encrypts, through these services."""
    actions = ["kms:Decrypt"] if reads else ["kms:Decrypt", "kms:GenerateDataKey"]
    through = [f"{service}.{realm.region}.amazonaws.com" for service in services]
    return allow(actions, [realm.keys[holds]], when={"StringEquals": {"kms:ViaService": through}})


def start_trainings(realm: Realm) -> list[Statement]:
    """Start and stop the models' pipelines, and see how they and their jobs fare."""
    pipelines = realm.own("sagemaker", "pipeline/")
    jobs = [
        realm.arn("sagemaker", f"{kind}-job/pipelines-*") for kind in ("processing", "training")
    ]
    return [
        allow(
            [
                "sagemaker:DescribePipeline",
                "sagemaker:DescribePipelineDefinitionForExecution",
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListPipelineExecutions",
                "sagemaker:ListPipelineParametersForExecution",
                "sagemaker:RetryPipelineExecution",
                "sagemaker:StartPipelineExecution",
                "sagemaker:StopPipelineExecution",
            ],
            pipelines,
        ),
        allow(["sagemaker:DescribeProcessingJob", "sagemaker:DescribeTrainingJob"], jobs),
        read_logs(realm, "/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs"),
    ]


def read_versions(realm: Realm) -> list[Statement]:
    """See the models' versions and what was reported of them."""
    return [
        allow(
            ["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            realm.own("sagemaker", "model-package/", "model-package-group/"),
        ),
        allow_everywhere(
            ["sagemaker:ListModelPackageGroups", "sagemaker:ListModelPackages"],
            reason="SageMaker lists these per account",
            when={"StringEquals": {"aws:RequestedRegion": realm.region}},
        ),
        allow(["s3:GetObject"], [f"{realm.artifacts_arn}/models/*"]),
        allow(
            ["s3:ListBucket"], [realm.artifacts_arn], when={"StringLike": {"s3:prefix": "models/*"}}
        ),
    ]


def read_metrics(realm: Realm) -> Statement:
    """See metrics and alarms."""
    return allow_everywhere(
        [
            "cloudwatch:DescribeAlarms",
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:ListMetrics",
        ],
        reason="a metric is no resource, and alarms are listed per account",
        when={"StringEquals": {"aws:RequestedRegion": realm.region}},
    )


def read_logs(realm: Realm, *groups: str) -> Statement:
    """Read and search the log groups whose names begin with one of these."""
    return allow(
        ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"],
        [realm.arn("logs", f"log-group:{group}*") for group in groups],
    )
