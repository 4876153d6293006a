"""What there is in one environment, and what several personas may do with it.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.services import by_prefix
from components.common.environment_scope import EnvironmentScope
from components.common.iam import Statement, allow, allow_everywhere


@dataclass(frozen=True)
class PersonaScope(EnvironmentScope):
    """An environment, with what its people work with by ARN."""

    zones: Mapping[str, str]
    """Bucket of each zone of the lake, by zone."""
    queried_zones: Mapping[str, Sequence[str]]
    """Zones that a persona reads by queries alone, as Lake Formation lets it; by persona."""
    results_arn: str
    """Bucket of the queries' results."""
    artifacts_arn: str
    """Bucket of models and reports."""
    keys: Mapping[str, str]
    """Key of each class of data, by class."""
    identity_center_arn: str
    """Instance of IAM Identity Center; empty where people come by other ways."""

    @property
    def records(self) -> list[str]:
        """Buckets of who did what and how things were set up, with `*` for what Pulumi adds."""
        return [f"arn:aws:s3:::{self.prefix}{what}-*" for what in ("trails", "config-history")]

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


def read_tables(scope: PersonaScope, *zones: str) -> Statement:
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
        scope.tables(*zones),
    )


def query(scope: PersonaScope) -> list[Statement]:
    """Query with Athena in the environment's workgroups, also with what is saved in them.

    The results are written by whoever asks:
    https://docs.aws.amazon.com/athena/latest/ug/querying.html
    """
    return [
        allow(
            [
                "athena:BatchGetNamedQuery",
                "athena:BatchGetPreparedStatement",
                "athena:BatchGetQueryExecution",
                "athena:GetNamedQuery",
                "athena:GetPreparedStatement",
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetQueryResultsStream",
                "athena:GetWorkGroup",
                "athena:ListNamedQueries",
                "athena:ListPreparedStatements",
                "athena:ListQueryExecutions",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ],
            scope.own("athena", "workgroup/"),
        ),
        *read_objects(scope.results_arn),
        allow(["s3:AbortMultipartUpload", "s3:PutObject"], [f"{scope.results_arn}/*"]),
    ]


def query_governed(scope: PersonaScope, zones: Sequence[str]) -> list[Statement]:
    """Query tables of these zones, of whose files Lake Formation lends what one may see.

    https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
    """
    return [
        *([read_tables(scope, *zones)] if zones else []),
        # https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
        allow(
            ["glue:GetDatabase"],
            [scope.arn("glue", "catalog"), scope.arn("glue", "database/default")],
            sid="DefaultDatabase",
        ),
        allow_everywhere(
            ["lakeformation:GetDataAccess"],
            reason="Lake Formation offers no resource; it lends what it has granted alone",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
            sid="GovernedData",
        ),
        *query(scope),
    ]


def use_key(scope: PersonaScope, holds: str, *services: str, reads: bool = False) -> Statement:
    """Read, and unless it only `reads` write too, what a key encrypts, through these services.

    They are named by IAM's prefixes. Raises KeyError for one without a record in the catalog.
    """
    actions = ["kms:Decrypt"] if reads else ["kms:Decrypt", "kms:GenerateDataKey"]
    through = [by_prefix()[service].via(scope.region) for service in services]
    return allow(actions, [scope.keys[holds]], when={"StringEquals": {"kms:ViaService": through}})


def ask_endpoints(scope: PersonaScope) -> Statement:
    """Ask the environment's models."""
    return allow(
        ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"],
        scope.own("sagemaker", "endpoint/"),
        sid="AskEndpoints",
    )


def read_dead_letters(scope: PersonaScope) -> list[Statement]:
    """Read the events that EventBridge gave up, and take away those that were dealt with."""
    return [
        allow(
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            [scope.arn("sqs", f"{scope.prefix}dead-letters-*")],
            sid="DeadLetters",
        ),
        use_key(scope, "messages", "sqs", reads=True),
    ]


def start_trainings(scope: PersonaScope) -> list[Statement]:
    """Start and stop the models' pipelines, and see how they and their jobs fare."""
    pipelines = scope.own("sagemaker", "pipeline/")
    jobs = [
        scope.arn("sagemaker", f"{kind}-job/pipelines-*") for kind in ("processing", "training")
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
        # A search and its trials are not named after the pipeline.
        allow(
            [
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
            ],
            [
                scope.arn("sagemaker", f"{kind}-job/*")
                for kind in ("hyper-parameter-tuning", "training")
            ],
            when={"StringEquals": {"aws:ResourceTag/maslow:environment": scope.environment}},
        ),
        read_logs(scope, "/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs"),
    ]


def read_versions(scope: PersonaScope) -> list[Statement]:
    """See the models' versions and what was reported of them."""
    return [
        allow(
            ["sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            scope.own("sagemaker", "model-package/", "model-package-group/"),
        ),
        allow(["sagemaker:DescribeArtifact"], [scope.arn("sagemaker", "artifact/*")]),
        allow_everywhere(
            [
                "sagemaker:ListArtifacts",
                "sagemaker:ListModelPackageGroups",
                "sagemaker:ListModelPackages",
                "sagemaker:QueryLineage",
            ],
            reason="SageMaker lists these per account",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        allow(["s3:GetObject"], [f"{scope.artifacts_arn}/models/*"]),
        allow(
            ["s3:ListBucket"], [scope.artifacts_arn], when={"StringLike": {"s3:prefix": "models/*"}}
        ),
    ]


def see_serving(scope: PersonaScope) -> list[Statement]:
    """See what serves the models: `maslow model list`, `status` and `why`."""
    return [
        allow(["sagemaker:DescribeEndpoint"], scope.own("sagemaker", "endpoint/")),
        allow(["sagemaker:DescribeEndpointConfig"], scope.own("sagemaker", "endpoint-config/")),
        allow(["sagemaker:DescribeModel"], scope.own("sagemaker", "model/")),
        allow_everywhere(
            ["application-autoscaling:DescribeScalableTargets"],
            reason="scaling targets are listed per account",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
    ]


def run_machines(scope: PersonaScope, tag: str, value: str = "") -> list[Statement]:
    """Start the machines with a tag, of one value where it is given, and see how they fare.

    An execution has no tags, and so those of all machines of the environment can be seen.
    https://docs.aws.amazon.com/step-functions/latest/dg/tag-based-policies.html
    """
    key = f"aws:ResourceTag/{tag}"
    tagged = {"StringEquals": {key: value}} if value else {"Null": {key: "false"}}
    return [
        allow(
            ["states:ListExecutions", "states:StartExecution"],
            scope.own("states", "stateMachine:"),
            when=tagged,
            sid="StartMachines",
        ),
        allow(
            ["states:DescribeExecution", "states:GetExecutionHistory"],
            [scope.arn("states", f"execution:{scope.prefix}*:*")],
        ),
        allow_everywhere(
            ["states:ListStateMachines"],
            reason="machines are listed per account",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
    ]


def run_workflows(scope: PersonaScope) -> list[Statement]:
    """Start the environment's workflows of Airflow, and see how their runs fare.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_mwaa-serverless.html
    """
    return [
        allow(
            [
                "airflow-serverless:GetWorkflowRun",
                "airflow-serverless:ListTaskInstances",
                "airflow-serverless:ListWorkflowRuns",
                "airflow-serverless:StartWorkflowRun",
            ],
            scope.own("airflow-serverless", "workflow/"),
            sid="StartWorkflows",
        ),
        allow_everywhere(
            ["airflow-serverless:ListWorkflows"],
            reason="workflows are listed per account",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
    ]


def read_metrics(scope: PersonaScope) -> list[Statement]:
    """See metrics, alarms and the environment's dashboards."""
    return [
        allow_everywhere(
            [
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricStatistics",
                "cloudwatch:ListDashboards",
                "cloudwatch:ListMetrics",
            ],
            reason="a metric is no resource, and alarms and dashboards are listed per account",
            when={"StringEquals": {"aws:RequestedRegion": scope.region}},
        ),
        allow(
            ["cloudwatch:GetDashboard"],
            [f"arn:aws:cloudwatch::{scope.account_id}:dashboard/{scope.prefix}*"],
        ),
    ]


def read_logs(scope: PersonaScope, *groups: str) -> Statement:
    """Read and search the log groups whose names begin with one of these."""
    return allow(
        ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery"],
        [scope.arn("logs", f"log-group:{group}*") for group in groups],
    )
