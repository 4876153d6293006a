"""What the delivery of a model needs to know."""

import enum
from typing import NotRequired, TypedDict

import pulumi

from components.common.args import LoggedArgs, PlacedArgs
from components.devops.delivery.source import SourceArgs
from components.devops.delivery.source_events import TriggerArgs
from components.devops.delivery.stage_build import BuildNetworkArgs


class FailOn(enum.Enum):
    """The least severity of a finding that an image is refused for."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ImageArgs(TypedDict):
    """The image that a model's delivery builds."""

    repository_url: pulumi.Input[str]
    """Repository that it is pushed to."""
    repository_name: pulumi.Input[str]
    """Its name."""
    repository_arn: pulumi.Input[str]
    """Its ARN."""
    base_image: pulumi.Input[str]
    """Image in ECR that the Dockerfile begins with, given as BASE_IMAGE."""
    fail_on: FailOn
    """What ECR must not find in it."""
    by_inspector: NotRequired[bool]
    """Whether it is Amazon Inspector that scans it for ECR; not unless said."""
    mirrors: NotRequired[list[str]]
    """Prefixes of the registry's mirrors, of which its Dockerfile may use images as well."""


class PackageSourceArgs(TypedDict):
    """The repository that builds get Python packages from."""

    domain: pulumi.Input[str]
    """Name of its CodeArtifact domain."""
    domain_arn: pulumi.Input[str]
    """ARN of the domain."""
    repository: pulumi.Input[str]
    """Name of the repository."""
    repository_arn: pulumi.Input[str]
    """ARN of the repository."""


class ModelDeliveryArgs(PlacedArgs, LoggedArgs):
    """What the delivery of a model needs to know."""

    model: str
    """Name of the model."""
    pipeline_name: str
    """Name of the pipeline, at most 100 characters."""
    project: str
    """Folder of the model project, from the repository's root."""
    source: SourceArgs
    """Where revisions come from."""
    trigger: TriggerArgs
    """What starts a delivery."""
    by_hand: bool
    """Whether only a person starts one, with the newest revision of the trigger's branch."""
    image: NotRequired[ImageArgs]
    """The image to build; without, the training runs in the one that it was deployed with."""
    packages: NotRequired[PackageSourceArgs]
    """Where builds get Python packages; without, from PyPI."""
    training_pipeline_name: str
    """Name of the SageMaker pipeline."""
    training_pipeline_arn: pulumi.Input[str]
    """Its ARN."""
    training_set_arn: NotRequired[pulumi.Input[str]]
    """ARN of the machine that makes its training set; its data comes otherwise without one."""
    training_hours: int
    """Hours that the training may take; with DEPLOY_HOURS at most ACTION_HOURS."""
    group_name: pulumi.Input[str]
    """Model package group of its versions."""
    endpoint_name: str
    """Name of the endpoint."""
    serving_name: str
    """What the names of the endpoint's configurations and models begin with."""
    accept: str
    """What is accepted, such as `auc >= 0.86, f1 >= 0.8` or `regression: r2 >= 0.1`."""
    compare_with_live: bool
    """Whether a version that is worse than the served one is refused."""
    needs_approval: bool
    """Whether a person must agree before a version is approved."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of revisions, and of the models' code and reports."""
    artifacts_bucket_arn: pulumi.Input[str]
    """Its ARN."""
    artifacts_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    network: BuildNetworkArgs
    """Subnets that the builds run in."""
    approval_topic_arn: pulumi.Input[str]
    """SNS topic notified of approvals to give."""
    approval_key_arn: pulumi.Input[str]
    """KMS key of that topic."""
