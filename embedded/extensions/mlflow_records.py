"""What MLflow apps and tracking servers have in common on the embedded AWS.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.settings import moto_server_port

from embedded import clock
from embedded.cloud import HOST, client_environment
from embedded.extensions.operations import kept
from embedded.mlflow import server
from embedded.turns import others_first

Values = dict[str, Any]

MANAGED_VERSION = "3.10.0"
"""Of AWS's apps, told where no MLflow is installed here.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup.html
"""
CREATED = "Created"


@dataclass
class Record:
    """An app or a server: what it was asked for, and what SageMaker adds."""

    arn: str
    asked: Values
    tags: list[dict[str, str]]
    status: str = CREATED
    created: datetime = field(default_factory=clock.utcnow)
    changed: datetime = field(default_factory=clock.utcnow)

    def change(self, asked: Mapping[str, Any], status: str) -> None:
        """Take over what an update names."""
        self.asked.update(asked)
        self.status, self.changed = status, clock.utcnow()


def apps(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The apps, by ARN."""
    return kept(backend, "mlflow_apps")


def servers(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The tracking servers, by ARN."""
    return kept(backend, "mlflow_tracking_servers")


def found(records: Mapping[str, Record], arn: str, what: str) -> Record:
    """A record by its ARN. Raises ResourceNotFound, which tells `what` it is."""
    if arn not in records:
        raise ResourceNotFound(message=f"{what} {arn} does not exist.")
    return records[arn]


def keep(backend: SageMakerModelBackend, record: Record) -> None:
    """Have a real MLflow serve it, once somebody uses it."""
    place = f"http://{HOST}:{moto_server_port()}"
    artifacts = record.asked["ArtifactStoreUri"]
    server.keep(record.arn, server.Place(artifacts, client_environment(place, backend.region_name)))


def opened(record: Record) -> ActionResult:
    """The address by which a person comes in, once it answers.

    Raises NotImplementedError where no MLflow is installed, or it does not start.
    """
    try:
        with others_first():
            return ActionResult({"AuthorizedUrl": server.ready(record.arn)})
    except (server.NotServed, OSError) as error:
        raise NotImplementedError(f"MLflow's pages: {error}") from error


def check_place(asked: Mapping[str, Any]) -> None:
    """Raise ValidationError for artifacts that would not lie in S3."""
    uri = asked.get("ArtifactStoreUri")
    if uri is not None and not uri.startswith("s3://"):
        raise ValidationError(message=f"ArtifactStoreUri {uri} is no place in S3.")
