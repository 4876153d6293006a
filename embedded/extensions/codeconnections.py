"""AWS CodeConnections, and its older name CodeStar Connections: a service that moto lacks.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/Welcome.html
"""

import re
import sys
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from embedded.extensions.operations import paged

SERVICES = ("codeconnections", "codestar-connections")
MODULE = "moto.codeconnections"


class ResourceNotFound(ServiceException):
    """The connection is not there."""

    code = "ResourceNotFoundException"


@dataclass
class Connection:
    """A connection to a source host, pending until a person completes its handshake."""

    arn: str
    name: str
    provider: str | None
    host_arn: str | None
    owner: str
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "PENDING"

    def description(self) -> dict[str, str]:
        """The Connection structure."""
        entries = {
            "ConnectionName": self.name,
            "ConnectionArn": self.arn,
            "ProviderType": self.provider,
            "OwnerAccountId": self.owner,
            "ConnectionStatus": self.status,
            "HostArn": self.host_arn,
        }
        return {key: value for key, value in entries.items() if value is not None}


class CodeConnectionsBackend(BaseBackend):
    """The connections of one account and region, by ARN."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.connections: dict[str, Connection] = {}

    @property
    def _url_module(self) -> Any:
        return sys.modules[__name__]

    def connection(self, arn: str) -> Connection:
        """The connection. Raises ResourceNotFound."""
        try:
            return self.connections[arn]
        except KeyError:
            raise ResourceNotFound(f"Connection {arn} not found") from None


# botocore knows the regions of the older name only.
codeconnections_backends = BackendDict(CodeConnectionsBackend, "codestar-connections")


class CodeConnectionsResponse(BaseResponse):
    """The operations on connections."""

    def __init__(self) -> None:
        super().__init__(service_name="codeconnections")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> CodeConnectionsBackend:
        """The backend of the caller's account and region."""
        return codeconnections_backends[self.current_account][self.region]

    def create_connection(self) -> ActionResult:
        """CreateConnection: it begins PENDING, and stays so until its handshake is completed."""
        backend = self.backend
        # A connection's ARN tells by which of the service's two names it was created.
        service = SERVICES["codestar" in self.headers["X-Amz-Target"]]
        connection = Connection(
            arn=f"arn:{backend.partition}:{service}:{backend.region_name}:{backend.account_id}"
            f":connection/{uuid4()}",
            name=self._get_param("ConnectionName"),
            provider=self._get_param("ProviderType"),
            host_arn=self._get_param("HostArn"),
            owner=backend.account_id,
            tags=_as_map(self._get_param("Tags") or []),
        )
        backend.connections[connection.arn] = connection
        return ActionResult({"ConnectionArn": connection.arn, "Tags": _as_list(connection.tags)})

    def get_connection(self) -> ActionResult:
        """GetConnection."""
        connection = self.backend.connection(self._get_param("ConnectionArn"))
        return ActionResult({"Connection": connection.description()})

    def list_connections(self) -> ActionResult:
        """ListConnections, filtered by provider or host."""
        provider = self._get_param("ProviderTypeFilter")
        host_arn = self._get_param("HostArnFilter")
        connections = [
            connection.description()
            for connection in self.backend.connections.values()
            if provider in (None, connection.provider) and host_arn in (None, connection.host_arn)
        ]
        return paged(self, "Connections", connections, "ConnectionArn")

    def delete_connection(self) -> ActionResult:
        """DeleteConnection."""
        connection = self.backend.connection(self._get_param("ConnectionArn"))
        del self.backend.connections[connection.arn]
        return EmptyResult()

    def tag_resource(self) -> ActionResult:
        """TagResource: a key that is there gets the new value."""
        connection = self.backend.connection(self._get_param("ResourceArn"))
        connection.tags |= _as_map(self._get_param("Tags"))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        connection = self.backend.connection(self._get_param("ResourceArn"))
        for key in self._get_param("TagKeys"):
            connection.tags.pop(key, None)
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        connection = self.backend.connection(self._get_param("ResourceArn"))
        return ActionResult({"Tags": _as_list(connection.tags)})


url_bases = [rf"https?://{service}\.(.+)\.amazonaws\.com" for service in SERVICES]
url_paths = {"{0}/$": CodeConnectionsResponse.dispatch}


def install() -> None:
    """Add the service to moto's index, where its server looks a request's service up."""
    if MODULE not in sys.modules:
        sys.modules[MODULE] = sys.modules[__name__]
        backend_index.backend_url_patterns.extend(
            ("codeconnections", re.compile(base)) for base in url_bases
        )


def _as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
