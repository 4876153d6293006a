"""What maslow knows of each AWS service, once.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True)
class Service:
    """One AWS service, by the prefix of its actions in IAM."""

    prefix: str
    """IAM's prefix, such as `states`."""
    clients: tuple[str, ...] = ()
    """Names of its boto3 clients; empty where the prefix is the name."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Operations that IAM allows by an action of another name."""


SERVICES: tuple[Service, ...] = (
    Service(
        "budgets",
        actions={
            "CreateBudget": "ModifyBudget",
            "CreateNotification": "ModifyBudget",
            "DeleteBudget": "ModifyBudget",
            "DeleteNotification": "ModifyBudget",
            "DescribeBudget": "ViewBudget",
            "UpdateBudget": "ModifyBudget",
        },
    ),
    Service(
        "s3",
        actions={
            "DeleteBucketEncryption": "PutEncryptionConfiguration",
            "DeleteBucketLifecycle": "PutLifecycleConfiguration",
            "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
            "DeleteBucketTagging": "PutBucketTagging",
            "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
            "GetBucketEncryption": "GetEncryptionConfiguration",
            "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
            "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
            "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
            "HeadBucket": "ListBucket",
            "HeadObject": "GetObject",
            "PutBucketEncryption": "PutEncryptionConfiguration",
            "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
            "PutBucketNotificationConfiguration": "PutBucketNotification",
            "GetBucketNotificationConfiguration": "GetBucketNotification",
            "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
            "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        },
    ),
    Service("application-autoscaling"),
    Service("athena"),
    Service("ce"),
    Service("chatbot"),
    Service("cloudtrail"),
    Service("cloudwatch"),
    Service("codeartifact"),
    Service("codebuild"),
    Service("codeconnections"),
    Service("codepipeline"),
    Service("config"),
    Service("ec2"),
    Service("ecr"),
    Service("events"),
    Service("glue"),
    Service("guardduty"),
    Service("iam"),
    Service("kms"),
    Service("logs"),
    Service("network-firewall"),
    Service("route53resolver"),
    Service("sagemaker"),
    Service("securityhub"),
    Service("sns"),
    Service("sqs"),
    Service("states", clients=("stepfunctions",)),
)


_added: list[Service] = []


def add_services(services: Iterable[Service]) -> None:
    """Add records of a team's own; one of a service that is there already replaces it."""
    _added.extend(services)
    by_client.cache_clear()


@cache
def by_client() -> Mapping[str, Service]:
    """The services by the names of their boto3 clients."""
    return {
        client: each for each in (*SERVICES, *_added) for client in each.clients or (each.prefix,)
    }


def action_of(client: str, operation: str) -> str:
    """The action by which IAM allows an operation of a boto3 client, such as `s3:ListBucket`.

    Raises KeyError for a client without a record in this module.
    """
    service = by_client()[client]
    return f"{service.prefix}:{service.actions.get(operation, operation)}"
