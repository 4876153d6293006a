"""What SageMaker records of lineage by itself: of jobs, of versions in the registry, of endpoints.

It is read from what is there, as it is asked for: nothing is kept beside the jobs themselves.
https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.utils import arn_formatter

from embedded.extensions.operations import kept
from embedded.sagemaker.lineage import Association, Entity, Graph

OWN, OWN_WAYS = "lineage_entities", "lineage_associations"
CONTRIBUTED, PRODUCED, ASSOCIATED = "ContributedTo", "Produced", "AssociatedWith"
Told = Mapping[str, Any]


def own_entities(backend: SageMakerModelBackend) -> dict[str, Entity]:
    """The entities that somebody has created, by ARN."""
    return kept(backend, OWN)


def own_associations(backend: SageMakerModelBackend) -> dict[str, Association]:
    """The associations that somebody has added, by both ARNs."""
    return kept(backend, OWN_WAYS)


def artifact_arn(backend: SageMakerModelBackend, source: str) -> str:
    """ARN of the one artifact of a source.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    digest = hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()
    return str(arn_formatter("artifact", digest, backend.account_id, backend.region_name))


def recorded(backend: SageMakerModelBackend) -> Graph:
    """The whole graph of an account in a region."""
    found = _Records(backend)
    for training in list(backend.training_jobs.values()):
        found.training(training.response_object)
    for processing in list(backend.processing_jobs.values()):
        found.processing(processing.response_object)
    for transform in list(backend.transform_jobs.values()):
        found.transform(transform.response_object)
    for package in list(backend.model_packages.values()):
        found.package(package.gen_response_object(), package.arn)
    for endpoint in list(backend.endpoints.values()):
        found.endpoint(endpoint)
    for entity in own_entities(backend).values():
        found.graph.add(entity)
    for association in own_associations(backend).values():
        found.graph.associations[association.source, association.destination] = association
    return found.graph


class _Records:
    """A graph in the making."""

    def __init__(self, backend: SageMakerModelBackend) -> None:
        self.graph = Graph()
        self._backend = backend

    def training(self, told: Told) -> None:
        """A training job: its image and channels, and its model."""
        job, at = self._job(told, "TrainingJob", "training")
        self._leads(job, at, told.get("AlgorithmSpecification", {}).get("TrainingImage"), "Image")
        for channel in told.get("InputDataConfig") or []:
            source = channel.get("DataSource", {}).get("S3DataSource", {}).get("S3Uri")
            self._leads(job, at, source, "DataSet")
        checkpoints = (told.get("CheckpointConfig") or {}).get("S3Uri")
        self._comes_of(job, at, checkpoints, "Checkpoint")
        self._comes_of(job, at, told.get("ModelArtifacts", {}).get("S3ModelArtifacts"), "Model")

    def processing(self, told: Told) -> None:
        """A processing job: its image and inputs, and its outputs."""
        job, at = self._job(told, "ProcessingJob", "processing")
        self._leads(job, at, told.get("AppSpecification", {}).get("ImageUri"), "Image")
        for one in told.get("ProcessingInputs") or []:
            self._leads(job, at, one.get("S3Input", {}).get("S3Uri"), "DataSet")
        for one in (told.get("ProcessingOutputConfig") or {}).get("Outputs") or []:
            self._comes_of(job, at, one.get("S3Output", {}).get("S3Uri"), "DataSet")

    def transform(self, told: Told) -> None:
        """A transform job: what is transformed, and the results."""
        job, at = self._job(told, "TransformJob", "transform")
        data = told.get("TransformInput", {}).get("DataSource", {}).get("S3DataSource", {})
        self._leads(job, at, data.get("S3Uri"), "DataSet")
        self._comes_of(job, at, told.get("TransformOutput", {}).get("S3OutputPath"), "DataSet")

    def package(self, told: Told, arn: str) -> None:
        """A version in the registry: its containers, and its group."""
        at = _utc(told.get("CreationTime"))
        version = self._artifact(arn, "Model", at)
        for container in (told.get("InferenceSpecification") or {}).get("Containers") or []:
            self._leads(version, at, container.get("Image"), "Image")
            self._leads(version, at, container.get("ModelDataUrl"), "Model")
        group = self._backend.model_package_groups.get(told.get("ModelPackageGroupName") or "")
        if group:
            context = self._context(group.model_package_group_name, "ModelGroup", group.arn, at)
            self.graph.join(version, context, ASSOCIATED, at)

    def endpoint(self, endpoint: Any) -> None:
        """An endpoint: its deployment, and the models that it serves."""
        at, name = _utc(endpoint.creation_time), f"{endpoint.endpoint_name}-aws-endpoint"
        action = self.graph.add(
            Entity(self._arn("action", name), "Action", "ModelDeployment", name, endpoint.arn, at)
        )
        context = self._context(name, "Endpoint", endpoint.arn, at)
        self.graph.join(action, context, ASSOCIATED, at)
        for container in self._served(endpoint.endpoint_config_name):
            self._leads(action, at, container.get("ModelPackageName"), "Model")
            self._leads(action, at, container.get("ModelDataUrl"), "Model")
            self._leads(action, at, container.get("Image"), "Image")

    def _served(self, config: str) -> Iterator[Told]:
        """The containers of the models of an endpoint's configuration."""
        known = self._backend.endpoint_configs.get(config)
        for variant in (known.production_variants if known else None) or []:
            model = self._backend._models.get(variant["ModelName"])  # noqa: SLF001
            if model is not None:
                yield from [model.primary_container or {}, *(model.containers or [])]

    def _job(self, told: Told, type_: str, word: str) -> tuple[Entity, datetime]:
        """The trial component of a job, and when that began."""
        at, name = _utc(told.get("CreationTime")), f"{told[f'{type_}Name']}-aws-{word}-job"
        arn = self._arn("experiment-trial-component", name)
        source = told[f"{type_}Arn"]
        return self.graph.add(Entity(arn, "TrialComponent", type_, name, source, at)), at

    def _context(self, name: str, type_: str, source: str, at: datetime) -> Entity:
        return self.graph.add(
            Entity(self._arn("context", name), "Context", type_, name, source, at)
        )

    def _artifact(self, source: str, type_: str, at: datetime) -> Entity:
        arn = artifact_arn(self._backend, source)
        return self.graph.add(Entity(arn, "Artifact", type_, arn.rpartition("/")[2], source, at))

    def _leads(self, to: Entity, at: datetime, source: str | None, type_: str) -> None:
        if source:
            self.graph.join(self._artifact(source, type_, at), to, CONTRIBUTED, at)

    def _comes_of(self, of: Entity, at: datetime, source: str | None, type_: str) -> None:
        if source:
            self.graph.join(of, self._artifact(source, type_, at), PRODUCED, at)

    def _arn(self, kind: str, name: str) -> str:
        return str(arn_formatter(kind, name, self._backend.account_id, self._backend.region_name))


def _utc(time: Any) -> datetime:
    """A time of moto's, which writes some as text."""
    found = time if isinstance(time, datetime) else datetime.fromisoformat(str(time))
    return found if found.tzinfo else found.replace(tzinfo=UTC)
