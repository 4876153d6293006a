"""AWS CodeArtifact: domains and repositories, a service that moto lacks.

It keeps settings and no packages: a repository's endpoint is told, and answers nothing.

https://docs.aws.amazon.com/codeartifact/latest/APIReference/Welcome.html
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import utcnow

from embedded.extensions.operations import paged

MODULE = "moto.codeartifact"
TOKEN_SECONDS = 43200


class ResourceNotFound(ServiceException):
    """The domain, the repository or the policy is not there."""

    code = "ResourceNotFoundException"


class Conflict(ServiceException):
    """It is there already, or something depends on it."""

    code = "ConflictException"


@dataclass
class Resource:
    """What domains and repositories have in common."""

    arn: str
    description: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    policy: dict[str, str] | None = None


class CodeArtifactBackend(BaseBackend, TaggableResourcesMixin):
    """The domains, and the repositories by domain and name, of one account and region."""

    SERVICE_NAMESPACE = "codeartifact"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.domains: dict[str, Resource] = {}
        self.repositories: dict[tuple[str, str], Resource] = {}

    @property
    def _url_module(self) -> Any:
        return sys.modules[__name__]

    def domain(self, name: str) -> Resource:
        """The domain. Raises ResourceNotFound."""
        if name not in self.domains:
            raise ResourceNotFound(f"Domain not found. Domain name: {name}.")
        return self.domains[name]

    def repository(self, domain: str, name: str) -> Resource:
        """The repository. Raises ResourceNotFound."""
        self.domain(domain)
        if (domain, name) not in self.repositories:
            raise ResourceNotFound(f"Repository not found in domain {domain}: {name}.")
        return self.repositories[domain, name]

    def tagged(self, arn: str) -> Resource:
        """The domain or repository of an ARN. Raises ResourceNotFound."""
        for resource in (*self.domains.values(), *self.repositories.values()):
            if resource.arn == arn:
                return resource
        raise ResourceNotFound(f"Resource not found: {arn}.")

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """What GetResources of the tagging API tells of."""
        for kind, resources in (("domain", self.domains), ("repository", self.repositories)):
            for resource in resources.values():
                yield TaggedResource(resource.arn, resource.tags, f"codeartifact:{kind}")

    def arn(self, resource: str) -> str:
        """The ARN of `domain/<name>` or `repository/<domain>/<name>`."""
        return f"arn:{self.partition}:codeartifact:{self.region_name}:{self.account_id}:{resource}"


codeartifact_backends = BackendDict(CodeArtifactBackend, "codeartifact")


class CodeArtifactResponse(BaseResponse):
    """The operations on domains and repositories."""

    def __init__(self) -> None:
        super().__init__(service_name="codeartifact")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> CodeArtifactBackend:
        """The backend of the caller's account and region."""
        return codeartifact_backends[self.current_account][self.region]

    def create_domain(self) -> ActionResult:
        """CreateDomain."""
        backend, name = self.backend, self._get_param("domain")
        if name in backend.domains:
            raise Conflict(f"Domain already exists: {name}.")
        arn = backend.arn(f"domain/{name}")
        domain = Resource(
            arn,
            {
                "name": name,
                "owner": backend.account_id,
                "arn": arn,
                "status": "Active",
                "encryptionKey": self._get_param("encryptionKey"),
                "createdTime": utcnow(),
            },
            _as_map(self._get_param("tags")),
        )
        backend.domains[name] = domain
        return ActionResult({"domain": self._described(domain)})

    def describe_domain(self) -> ActionResult:
        """DescribeDomain."""
        return ActionResult({"domain": self._described(self._domain())})

    def list_domains(self) -> ActionResult:
        """ListDomains."""
        domains = [self._described(domain) for domain in self.backend.domains.values()]
        return paged(self, "domains", domains, "name", by="maxResults", after="nextToken")

    def list_repositories(self) -> ActionResult:
        """ListRepositories, by the beginning of their names."""
        return self._listed(self.backend.repositories.values())

    def list_repositories_in_domain(self) -> ActionResult:
        """ListRepositoriesInDomain."""
        domain = self._domain().description["name"]
        there = self.backend.repositories.items()
        return self._listed(repository for (of, _), repository in there if of == domain)

    def _listed(self, repositories: Iterable[Resource]) -> ActionResult:
        prefix = self._get_param("repositoryPrefix") or self._get_param("repository-prefix") or ""
        found = [
            repository.description
            for repository in repositories
            if repository.description["name"].startswith(prefix)
        ]
        return paged(self, "repositories", found, "arn", by="maxResults", after="nextToken")

    def delete_domain(self) -> ActionResult:
        """DeleteDomain, which AWS refuses while the domain has repositories."""
        domain = self._domain()
        name = domain.description["name"]
        if any(of == name for of, _ in self.backend.repositories):
            raise Conflict(f"Domain {name} contains repositories.")
        del self.backend.domains[name]
        return ActionResult({"domain": domain.description | {"status": "Deleted"}})

    def put_domain_permissions_policy(self) -> ActionResult:
        """PutDomainPermissionsPolicy."""
        domain = self._domain()
        domain.policy = {
            "resourceArn": domain.arn,
            "revision": uuid4().hex,
            "document": self._get_param("policyDocument"),
        }
        return ActionResult({"policy": domain.policy})

    def get_domain_permissions_policy(self) -> ActionResult:
        """GetDomainPermissionsPolicy."""
        policy = self._domain().policy
        if policy is None:
            raise ResourceNotFound("The domain has no permissions policy.")
        return ActionResult({"policy": policy})

    def delete_domain_permissions_policy(self) -> ActionResult:
        """DeleteDomainPermissionsPolicy."""
        domain = self._domain()
        policy, domain.policy = domain.policy, None
        return ActionResult({"policy": policy})

    def create_repository(self) -> ActionResult:
        """CreateRepository."""
        backend = self.backend
        domain, name = self._domain().description["name"], self._get_param("repository")
        if (domain, name) in backend.repositories:
            raise Conflict(f"Repository already exists in domain {domain}: {name}.")
        arn = backend.arn(f"repository/{domain}/{name}")
        repository = Resource(
            arn,
            {
                "name": name,
                "administratorAccount": backend.account_id,
                "domainName": domain,
                "domainOwner": backend.account_id,
                "arn": arn,
                "description": self._get_param("description"),
                "upstreams": self._upstreams(domain),
                "externalConnections": [],
                "createdTime": utcnow(),
            },
            _as_map(self._get_param("tags")),
        )
        backend.repositories[domain, name] = repository
        return ActionResult({"repository": repository.description})

    def describe_repository(self) -> ActionResult:
        """DescribeRepository."""
        return ActionResult({"repository": self._repository().description})

    def update_repository(self) -> ActionResult:
        """UpdateRepository: its description, its upstreams."""
        description = self._repository().description
        if (words := self._get_param("description")) is not None:
            description["description"] = words
        if self._get_param("upstreams") is not None:
            description["upstreams"] = self._upstreams(description["domainName"])
        return ActionResult({"repository": description})

    def delete_repository(self) -> ActionResult:
        """DeleteRepository, also one that is another's upstream."""
        description = self._repository().description
        del self.backend.repositories[description["domainName"], description["name"]]
        return ActionResult({"repository": description})

    def associate_external_connection(self) -> ActionResult:
        """AssociateExternalConnection: a repository has one at most."""
        description, connection = self._repository().description, self._connection()
        if description["externalConnections"]:
            raise Conflict(f"Repository {description['name']} has an external connection.")
        description["externalConnections"] = [connection]
        return ActionResult({"repository": description})

    def disassociate_external_connection(self) -> ActionResult:
        """DisassociateExternalConnection."""
        description, connection = self._repository().description, self._connection()
        if connection not in description["externalConnections"]:
            raise ResourceNotFound(f"{connection['externalConnectionName']} is not associated.")
        description["externalConnections"].remove(connection)
        return ActionResult({"repository": description})

    def get_repository_endpoint(self) -> ActionResult:
        """GetRepositoryEndpoint."""
        of = self._repository().description
        host = f"{of['domainName']}-{of['domainOwner']}.d.codeartifact.{self.region}.amazonaws.com"
        return ActionResult(
            {"repositoryEndpoint": f"https://{host}/{self._get_param('format')}/{of['name']}/"}
        )

    def get_authorization_token(self) -> ActionResult:
        """GetAuthorizationToken: a token that opens nothing."""
        self._domain()
        seconds = self._get_param("durationSeconds")
        lasts = TOKEN_SECONDS if seconds is None else seconds
        return ActionResult({"authorizationToken": f"embedded-{lasts}"})

    def tag_resource(self) -> ActionResult:
        """TagResource: a key that is there gets the new value."""
        self._tagged().tags |= _as_map(self._get_param("tags"))
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        tags = self._tagged().tags
        for key in self._get_param("tagKeys"):
            tags.pop(key, None)
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        tags = self._tagged().tags
        return ActionResult({"tags": [{"key": k, "value": v} for k, v in tags.items()]})

    def _domain(self) -> Resource:
        return self.backend.domain(self._get_param("domain"))

    def _repository(self) -> Resource:
        return self.backend.repository(self._get_param("domain"), self._get_param("repository"))

    def _tagged(self) -> Resource:
        return self.backend.tagged(self._get_param("resourceArn"))

    def _described(self, domain: Resource) -> dict[str, Any]:
        name = domain.description["name"]
        count = sum(of == name for of, _ in self.backend.repositories)
        return domain.description | {"repositoryCount": count, "assetSizeBytes": 0}

    def _upstreams(self, domain: str) -> list[dict[str, str]]:
        """The upstreams of the request. Raises ResourceNotFound for one that is not there."""
        names = [entry["repositoryName"] for entry in self._get_param("upstreams") or []]
        for name in names:
            self.backend.repository(domain, name)
        return [{"repositoryName": name} for name in names]

    def _connection(self) -> dict[str, str]:
        name = self._get_param("externalConnection")
        kind = name.removeprefix("public:").partition("-")[0]
        return {"externalConnectionName": name, "packageFormat": kind, "status": "Available"}


url_bases = [r"https?://codeartifact\.(.+)\.amazonaws\.com"]
url_paths = {
    f"{{0}}/v1/{path}$": CodeArtifactResponse.dispatch
    for path in (
        "authorization-token",
        "domain",
        "domain/permissions/policy",
        "domain/repositories",
        "domains",
        "repositories",
        "repository",
        "repository/endpoint",
        "repository/external-connection",
        "tag",
        "tags",
        "untag",
    )
}


def install() -> None:
    """Add the service to moto's index, where its server looks a request's service up."""
    if MODULE not in sys.modules:
        sys.modules[MODULE] = sys.modules[__name__]
        backend_index.backend_url_patterns.extend(
            ("codeartifact", re.compile(base)) for base in url_bases
        )


def _as_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in tags or []}
