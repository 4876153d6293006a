"""The workflows of MWAA Serverless, in moto's manner: kept by account and region.

https://docs.aws.amazon.com/mwaa-serverless/latest/APIReference/API_CreateWorkflow.html
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.iam.models import iam_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends

from embedded.airflow.definition import Definition, Wrong, read
from embedded.airflow.operators import OPERATORS
from embedded.airflow.run import Run
from embedded.clock import utcnow

SERVICE = "airflow-serverless"
PRINCIPAL = f"{SERVICE}.amazonaws.com"
API = "embedded.extensions.workflows"


class NotFound(ServiceException):
    """The workflow or the run is not there."""

    code = "ResourceNotFoundException"


class Conflict(ServiceException):
    """There is a workflow of that name."""

    code = "ConflictException"


class Invalid(ServiceException):
    """What was asked is not what the service takes."""

    code = "ValidationException"


@dataclass
class Workflow:
    """A workflow, as its newest version has it."""

    arn: str
    name: str
    asked: dict[str, Any]
    """What the newest version was asked to be."""
    text: str
    definition: Definition
    tags: dict[str, str]
    versions: list[str] = field(default_factory=list)
    created: datetime = field(default_factory=utcnow)
    modified: datetime = field(default_factory=utcnow)
    runs: dict[str, Run] = field(default_factory=dict)


class WorkflowBackend(BaseBackend, TaggableResourcesMixin):
    """The workflows of one account and region, by their ARNs."""

    SERVICE_NAMESPACE = SERVICE

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.workflows: dict[str, Workflow] = {}

    @property
    def _url_module(self) -> Any:
        return sys.modules[API]

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """What GetResources of the tagging API tells of."""
        for one in self.workflows.values():
            yield TaggedResource(one.arn, one.tags, f"{SERVICE}:workflow")

    def workflow(self, arn: str) -> Workflow:
        """The workflow. Raises NotFound."""
        if arn not in self.workflows:
            raise NotFound(f"Workflow not found: {arn}")
        return self.workflows[arn]

    def run(self, arn: str, id_: str) -> Run:
        """A run of a workflow. Raises NotFound."""
        runs = self.workflow(arn).runs
        if id_ not in runs:
            raise NotFound(f"Workflow run not found: {id_}")
        return runs[id_]

    def create(self, name: str, asked: dict[str, Any], tags: dict[str, str]) -> Workflow:
        """A new workflow. Raises Conflict, Invalid."""
        if any(one.name == name for one in self.workflows.values()):
            raise Conflict(f"A workflow with the name {name} already exists")
        text, definition = self._read(asked)
        arn = f"arn:{self.partition}:{SERVICE}:{self.region_name}:{self.account_id}"
        workflow = Workflow(
            f"{arn}:workflow/{name}-{uuid4().hex[:10]}", name, asked, text, definition, tags
        )
        workflow.versions.append(uuid4().hex)
        self.workflows[workflow.arn] = workflow
        return workflow

    def update(self, workflow: Workflow, asked: dict[str, Any]) -> None:
        """A new version of a workflow. Raises Invalid."""
        workflow.text, workflow.definition = self._read(asked)
        workflow.asked = asked
        workflow.versions.append(uuid4().hex)
        workflow.modified = utcnow()

    def _read(self, asked: dict[str, Any]) -> tuple[str, Definition]:
        """What the definition's object holds now: AWS takes a copy. Raises Invalid."""
        self._require_role(asked["RoleArn"])
        place = asked["DefinitionS3Location"]
        bucket, key = place["Bucket"], place["ObjectKey"]
        try:
            s3 = s3_backends[self.account_id][self.partition]
            found = s3.get_object(bucket, key, version_id=place.get("VersionId"))
        except MissingBucket:
            found = None
        if found is None:
            raise Invalid(f"The definition s3://{bucket}/{key} cannot be read")
        text = found.value.decode()
        try:
            return text, read(text, list(OPERATORS))
        except Wrong as error:
            raise Invalid(str(error)) from error

    def _require_role(self, arn: str) -> None:
        """Raise Invalid for a role that is not there, or does not trust the service."""
        roles = iam_backends[self.account_id][self.partition].roles.values()
        trusts = [json.loads(role.assume_role_policy_document) for role in roles if role.arn == arn]
        for statement in (each for trust in trusts for each in trust["Statement"]):
            services = (statement.get("Principal") or {}).get("Service", [])
            if PRINCIPAL in ([services] if isinstance(services, str) else services):
                return
        raise Invalid(f"The role {arn} cannot be assumed by {PRINCIPAL}")


airflowserverless_backends = BackendDict(WorkflowBackend, "mwaa")
"""botocore lists no regions of MWAA Serverless: those of MWAA stand for them."""
