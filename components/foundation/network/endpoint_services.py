"""Which AWS services the network reaches by an interface endpoint, and who in it needs each.

Only what runs inside the network counts: SageMaker's jobs and endpoints, and the models' builds.
What EventBridge, Step Functions, CodePipeline or the platform's own delivery call, they call from
AWS's side. Each endpoint costs about 8 US dollars a month in each zone, and its traffic.

https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
"""

import enum
from collections.abc import Collection, Mapping
from types import MappingProxyType


class Use(enum.Enum):
    """Something that workloads in the network do."""

    JOBS = "jobs"
    """Jobs of a model: processing, training, monitoring."""
    SERVING = "serving"
    """Endpoints of a model."""
    FEATURES = "features"
    """Reading the offline feature store: queries over the catalog."""
    ONLINE_FEATURES = "online features"
    """Reading and writing records of the online feature store."""
    BUILDS = "builds"
    """Builds of a model: its tests, its image, its judgement."""
    PACKAGES = "packages"
    """Getting packages from the account's own repository."""


_RUNNING = frozenset({Use.JOBS, Use.SERVING, Use.BUILDS})

NEEDED: Mapping[str, frozenset[Use]] = MappingProxyType(
    {
        "athena": frozenset({Use.FEATURES}),  # the queries that make a training set
        "codeartifact.api": frozenset({Use.PACKAGES}),  # the token for the package registry
        "codeartifact.repositories": frozenset({Use.PACKAGES}),  # the packages
        "ecr.api": _RUNNING,  # the token for images, and what they are made of
        "ecr.dkr": _RUNNING,  # manifests; the layers come from S3
        "glue": frozenset({Use.FEATURES}),  # the tables that the queries read
        "kms": _RUNNING,  # data keys of volumes, objects and streams
        "logs": _RUNNING,  # what the workload prints
        "monitoring": frozenset({Use.JOBS, Use.SERVING}),  # metrics of instances and models
        "sagemaker.api": frozenset({Use.JOBS, Use.BUILDS}),  # registering, starting, describing
        "sagemaker.featurestore-runtime": frozenset({Use.ONLINE_FEATURES}),  # records
        "sagemaker.runtime": frozenset({Use.JOBS, Use.SERVING}),  # invocations by other workloads
        "sts": _RUNNING,  # the workload's own identity
    }
)
"""The uses that need each endpoint. S3 has its gateway endpoint, for nothing.

https://docs.aws.amazon.com/sagemaker/latest/dg/interface-vpc-endpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
https://docs.aws.amazon.com/codeartifact/latest/ug/vpc-endpoints.html
"""

SERVICES: Mapping[str, str] = MappingProxyType(
    {
        "access-analyzer": "access-analyzer",
        "airflow.api": "airflow",
        "airflow.env": "airflow",
        "airflow.ops": "airflow",
        "application-autoscaling": "application-autoscaling",
        "aps": "aps",
        "aps-workspaces": "aps",
        "athena": "athena",
        "autoscaling": "autoscaling",
        "backup": "backup",
        "batch": "batch",
        "cloudformation": "cloudformation",
        "cloudtrail": "cloudtrail",
        "codeartifact.api": "codeartifact",
        "codeartifact.repositories": "codeartifact",
        "codebuild": "codebuild",
        "codecommit": "codecommit",
        "codepipeline": "codepipeline",
        "config": "config",
        "datasync": "datasync",
        "ec2": "ec2",
        "ec2messages": "ec2messages",
        "ecr.api": "ecr",
        "ecr.dkr": "ecr",
        "eks": "eks",
        "eks-auth": "eks-auth",
        "elasticfilesystem": "elasticfilesystem",
        "elasticmapreduce": "elasticmapreduce",
        "emr-containers": "emr-containers",
        "emr-serverless": "emr-serverless",
        "events": "events",
        "fsx": "fsx",
        "git-codecommit": "codecommit",
        "glue": "glue",
        "guardduty-data": "guardduty",
        "kinesis-firehose": "firehose",
        "kinesis-streams": "kinesis",
        "kms": "kms",
        "lakeformation": "lakeformation",
        "lambda": "lambda",
        "logs": "logs",
        "monitoring": "cloudwatch",
        "rds-data": "rds-data",
        "redshift": "redshift",
        "redshift-data": "redshift-data",
        "s3tables": "s3tables",
        "sagemaker.api": "sagemaker",
        "sagemaker.featurestore-runtime": "sagemaker",
        "sagemaker.metrics": "sagemaker",
        "sagemaker.runtime": "sagemaker",
        "scheduler": "scheduler",
        "secretsmanager": "secretsmanager",
        "servicecatalog": "servicecatalog",
        "sns": "sns",
        "sqs": "sqs",
        "ssm": "ssm",
        "ssmmessages": "ssmmessages",
        "states": "states",
        "sts": "sts",
        "tagging": "tag",
        "textract": "textract",
        "xray": "xray",
    }
)
"""The interface endpoints that a stack file may ask for, each with its IAM service prefix.

DynamoDB's is not among them: it has no private name, and so nobody would come by it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/privatelink-interface-endpoints.html
"""

SHARED = frozenset({"codeartifact.api", "codeartifact.repositories", "ecr.api", "ecr.dkr", "sts"})
"""Endpoints through which workloads rightly reach other accounts: AWS's own images, the registries
of an earlier environment, and roles there. Through the others they reach their own account only.
"""


def needed(uses: Collection[Use]) -> list[str]:
    """The endpoints without which these uses fail where there is no way out, sorted."""
    return sorted(service for service, by in NEEDED.items() if by & set(uses))
