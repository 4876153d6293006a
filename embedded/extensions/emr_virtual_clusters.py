"""EMR on EKS: namespaces of clusters that are there, and templates of jobs.

https://docs.aws.amazon.com/emr-on-eks/latest/APIReference/
"""

import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any

from moto.config.exceptions import ValidationException
from moto.core.responses import ActionResult, EmptyResult
from moto.eks.models import eks_backends
from moto.emrcontainers import urls
from moto.emrcontainers.exceptions import ResourceNotFoundException
from moto.emrcontainers.responses import EMRContainersResponse

from embedded import clock
from embedded.extensions.emr_releases import RELEASE
from embedded.extensions.operations import add, kept, paged

PATHS = ("jobtemplates", "jobtemplates/(?P<templateId>[^/]+)", "tags/(?P<resourceArn>.+)")
DRIVERS = ("sparkSqlJobDriver", "sparkSubmitJobDriver")
ID_LETTERS, ID_LENGTH = string.ascii_lowercase + string.digits, 25
TERMINATED = "TERMINATED"
_created_by_moto = EMRContainersResponse.create_virtual_cluster  # replaced below

Values = dict[str, Any]


def install() -> None:
    """Add the operations to moto's EMR on EKS."""
    add(
        EMRContainersResponse,
        create_virtual_cluster,
        create_job_template,
        describe_job_template,
        delete_job_template,
        list_job_templates,
        tag_resource,
        untag_resource,
        list_tags_for_resource,
    )
    for path in PATHS:
        urls.url_paths[f"{{0}}/{path}$"] = EMRContainersResponse.dispatch


def create_virtual_cluster(self: EMRContainersResponse) -> ActionResult:
    """CreateVirtualCluster, in a namespace of a cluster of EKS that no other one has."""
    provider = self._get_param("containerProvider")
    name = provider["id"]
    if provider["type"] != "EKS":
        raise ValidationException("The type of a container provider is EKS.")
    clusters = eks_backends[self.current_account][self.region].clusters
    if name not in clusters:
        raise ValidationException(f"The EKS cluster {name} does not exist.")
    namespace = ((provider.get("info") or {}).get("eksInfo") or {}).get("namespace")
    if not namespace:
        raise ValidationException("containerProvider names no namespace.")
    known = self.emrcontainers_backend.virtual_clusters
    for each in known.values():
        # moto takes no namespace twice, of whichever cluster, and of those that are gone
        here = each.container_provider_id == name and each.namespace == namespace
        if here and each.state != TERMINATED:
            raise ValidationException(
                f"A virtual cluster already exists in the given namespace: {each.id}"
            )
    others = {id_: each for id_, each in known.items() if each.namespace == namespace}
    for id_ in others:
        del known[id_]
    made = _created_by_moto(self)
    self.emrcontainers_backend.virtual_clusters = {**known, **others}
    return made


def create_job_template(self: EMRContainersResponse) -> ActionResult:
    """CreateJobTemplate, of one driver and a release of EMR."""
    data = self._get_param("jobTemplateData")
    for mistake in _mistakes(data):
        raise ValidationException(mistake)
    id_ = "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
    place = f"arn:aws:emr-containers:{self.region}:{self.current_account}"
    template = {
        "id": id_,
        "arn": f"{place}:/jobtemplates/{id_}",
        "name": self._get_param("name"),
        "createdAt": clock.utcnow(),
        "createdBy": f"arn:aws:iam::{self.current_account}:root",
        "jobTemplateData": data,
        "kmsKeyArn": self._get_param("kmsKeyArn"),
        "tags": self._get_param("tags") or {},
    }
    _templates(self)[id_] = template
    return ActionResult({key: template[key] for key in ("id", "arn", "name", "createdAt")})


def describe_job_template(self: EMRContainersResponse) -> ActionResult:
    """DescribeJobTemplate."""
    return ActionResult({"jobTemplate": _template(self)})


def delete_job_template(self: EMRContainersResponse) -> ActionResult:
    """DeleteJobTemplate."""
    template = _template(self)
    del _templates(self)[template["id"]]
    return ActionResult({"id": template["id"]})


def list_job_templates(self: EMRContainersResponse) -> ActionResult:
    """ListJobTemplates."""
    known = [*_templates(self).values()]
    return paged(self, "templates", known, "id", by="maxResults", after="nextToken")


def tag_resource(self: EMRContainersResponse) -> EmptyResult:
    """TagResource, of a virtual cluster or a template."""
    _tags(self).update(self._get_param("tags"))
    return EmptyResult()


def untag_resource(self: EMRContainersResponse) -> EmptyResult:
    """UntagResource."""
    tags = _tags(self)
    for key in self._get_param("tagKeys"):
        tags.pop(key, None)
    return EmptyResult()


def list_tags_for_resource(self: EMRContainersResponse) -> ActionResult:
    """ListTagsForResource."""
    return ActionResult({"tags": _tags(self)})


def _mistakes(data: Mapping[str, Any]) -> Iterator[str]:
    given = [driver for driver in DRIVERS if data["jobDriver"].get(driver)]
    if len(given) != 1:
        yield f"A job has one driver: {', '.join(DRIVERS)}."
    if not RELEASE.match(data["releaseLabel"]):
        yield f"Release {data['releaseLabel']} doesn't exist."


def _templates(self: EMRContainersResponse) -> dict[str, Values]:
    return kept(self.emrcontainers_backend, "job_templates")


def _template(self: EMRContainersResponse) -> Values:
    id_ = self._get_param("id")
    if id_ not in _templates(self):
        raise ResourceNotFoundException(f"Job template {id_} doesn't exist.")
    template: Values = _templates(self)[id_]
    return template


def _tags(self: EMRContainersResponse) -> dict[str, str]:
    """The tags of what a request names. Raises ResourceNotFoundException."""
    arn = self._get_param("resourceArn")
    for cluster in self.emrcontainers_backend.virtual_clusters.values():
        if cluster.arn == arn:
            cluster.tags = cluster.tags or {}
            return cluster.tags
    for template in _templates(self).values():
        if template["arn"] == arn:
            tags: dict[str, str] = template["tags"]
            return tags
    raise ResourceNotFoundException(f"The resource {arn} doesn't exist.")
