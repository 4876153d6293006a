"""What every model of an environment is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.common.hours import HoursArgs
from components.common.workload import WorkloadArgs
from components.data.lake.lake import Lake
from components.devops.registries.image_registry import ImageRegistry
from components.foundation.keys.key import DataClass
from components.mlops.capture import CaptureArgs
from components.platform.experiments.experiments import Experiments
from infra.environment import Environment
from infra.models.serving_image import serving_image
from infra.needs.file_systems import FileSystems
from infra.needs.outputs import Cluster, Foundation
from infra.needs.tags import MODEL, NEED
from infra.settings.data.tables import Table
from infra.settings.mlops.model import ModelSettings
from infra.versions import ModelVersion

TRAINING_IMAGE = ("sagemaker-scikit-learn", "1.4-2-cpu-py3")
"""Repository and tag of an image that SageMaker keeps in every region.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""
NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within IAM's 64 characters for a role."""


@dataclass(frozen=True)
class ModelContext:
    """What every model of an environment is told."""

    env: Environment
    foundation: Foundation
    data: Lake
    files: FileSystems
    training_image: pulumi.Output[str]
    repositories: Mapping[str, ImageRegistry]
    """Repository of the images that a model's delivery builds, by the model's name."""
    jobs_make_log_groups: bool
    """Whether nobody is known to declare the log groups of the account's jobs."""
    tables: Sequence[Table] = ()
    """The lake's tables in the stack file."""
    hours: HoursArgs | None = None
    """When the environment works; None for always."""
    experiments: Experiments | None = None
    """Where jobs keep their runs; None where nowhere."""
    cluster: Cluster | None = None
    """The cluster of Kubernetes, if there is one."""

    def group_of(self, model: ModelSettings) -> str:
        """The model package group of a model: its name, or its ARN where another account has it."""
        origin = self.env.promotion.origin
        return origin.group(model.name) if origin else self.env.names(model.name)

    @property
    def dead_letter_arn(self) -> pulumi.Output[str]:
        """The queue of what could not be delivered, which is there before anything is scheduled."""
        arn = self.foundation.need.guards.dead_letter_arn
        if arn is None:
            raise pulumi.RunError("the dead-letter queue is declared before what is scheduled")
        return arn

    def key_arn(self, holds: DataClass) -> pulumi.Output[str]:
        """ARN of the key of one class of data."""
        return self.foundation.keys[holds].arn

    def job_tags(self, need: str, model: ModelSettings) -> dict[str, str]:
        """Tags of the jobs that a model's resources start: AWS hands none of theirs down."""
        return {**self.env.tags, NEED: need, MODEL: model.name}

    def workload(self, model: ModelSettings) -> WorkloadArgs:
        """What every workload of a model is told."""
        network = self.foundation.network
        args: WorkloadArgs = {
            "model": model.name,
            "artifacts_bucket": self.foundation.artifacts.bucket,
            "artifacts_key_arn": self.key_arn(DataClass.ARTIFACTS),
            "subnet_ids": network.private_subnet_ids,
            "security_group_id": network.workload_security_group_id,
            "account_id": self.env.account_id,
            "region": self.env.region,
            "jobs_make_log_groups": self.jobs_make_log_groups,
        }
        if model.name in self.repositories:
            args["built_images"] = self.repositories[model.name].repository_url
        return args

    def image_of(
        self, model: ModelSettings, version: ModelVersion | None
    ) -> pulumi.Output[str] | str:
        """The image that a model's jobs run unless they are told of another.

        It is the approved version's, where the model's delivery has built it: what is trained
        without a delivery, because data drifted, is trained as that version was. It is also what
        the jobs of another environment ran that trained a version.
        """
        default = model.image or self.training_image
        image = version.image_uri if version else None
        if image and self.env.promotion.origin:
            return image
        if image is None or model.name not in self.repositories:
            return default
        return pulumi.Output.all(self.repositories[model.name].repository_url, default).apply(
            lambda known: image if image.startswith(f"{known[0]}:") else known[1]
        )

    def serving_image_of(
        self, model: ModelSettings, version: ModelVersion
    ) -> pulumi.Output[str] | str:
        """The image that a version is registered with, and that its endpoint pulls.

        What was trained before its framework was named is served as it was registered.
        """
        if version.serving_image:
            return version.serving_image
        found = serving_image(model, self.env.region) if version.image_uri is None else None
        return found or self.image_of(model, version)

    def captured(self, model: ModelSettings) -> CaptureArgs:
        """The same, for what writes or reads captured data: it is kept in the raw zone."""
        return {
            **self.workload(model),
            "capture_bucket": self.data.zone_buckets["raw"],
            "capture_prefix": f"captured/{model.name}",
            "capture_key_arn": self.key_arn(DataClass.DATA),
            "alert_topics": self.foundation.alerts.topics,
        }


def training_image(env: Environment) -> pulumi.Output[str]:
    """SageMaker's own image of an environment's region."""
    repository, tag = TRAINING_IMAGE
    return aws.sagemaker.get_prebuilt_ecr_image_output(
        repository_name=repository,
        image_tag=tag,
        region=env.region,
        opts=pulumi.InvokeOptions(provider=env.provider),
    ).registry_path


def model_context(
    env: Environment,
    foundation: Foundation,
    data: Lake,
    files: FileSystems,
    repositories: Mapping[str, ImageRegistry],
    *,
    jobs_make_log_groups: bool,
    tables: Sequence[Table] = (),
    hours: HoursArgs | None = None,
    experiments: Experiments | None = None,
    cluster: Cluster | None = None,
) -> ModelContext:
    """What every model is told, with SageMaker's own image looked up once for all of them."""
    return ModelContext(
        env,
        foundation,
        data,
        files,
        training_image(env),
        repositories,
        jobs_make_log_groups,
        tables,
        hours,
        experiments,
        cluster,
    )
