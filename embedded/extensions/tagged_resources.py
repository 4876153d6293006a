"""GetResources of the tagging API: ECR's repositories, and no database that was deleted.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Iterator

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.ecr.models import ECRBackend
from moto.glue.models import GlueBackend

from embedded.extensions.operations import add

_delete_database = GlueBackend.delete_database


def install() -> None:
    """Have moto's ECR tell the tagging API of its repositories, and Glue forget what is gone."""
    add(ECRBackend, iter_tagged_resources)
    add(GlueBackend, delete_database)
    if TaggableResourcesMixin not in ECRBackend.__bases__:
        ECRBackend.SERVICE_NAMESPACE = "ecr"  # type: ignore[attr-defined]
        ECRBackend.__bases__ = (*ECRBackend.__bases__, TaggableResourcesMixin)


def iter_tagged_resources(self: ECRBackend) -> Iterator[TaggedResource]:
    """The repositories with their tags."""
    for repository in self.repositories.values():
        tags = self.tagger.get_tag_dict_for_resource(repository.arn)
        yield TaggedResource(repository.arn, tags, "ecr:repository")


def delete_database(self: GlueBackend, database_name: str) -> None:
    """DeleteDatabase, tags and all."""
    _delete_database(self, database_name)
    resource = f"database/{database_name}"
    self.tagger.delete_all_tags_for_resource(
        f"arn:{self.partition}:glue:{self.region_name}:{self.account_id}:{resource}"
    )
