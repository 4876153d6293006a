"""GetResources of the tagging API: what moto does not tell it, and no database that is gone.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.ecr.models import ECRBackend
from moto.glue.models import GlueBackend
from moto.kinesis.models import KinesisBackend
from moto.s3tables.models import S3TablesBackend

from embedded.extensions.operations import add

_delete_database = GlueBackend.delete_database


def install() -> None:
    """Have services tell the tagging API what they have, and Glue forget what is gone."""
    _tells(ECRBackend, "ecr", _repositories)
    _tells(KinesisBackend, "kinesis", _streams)
    _tells(S3TablesBackend, "s3tables", _table_buckets)
    add(GlueBackend, delete_database)


def _tells(backend: Any, namespace: str, tagged: Callable[[Any], Iterator[TaggedResource]]) -> None:
    backend.iter_tagged_resources = tagged
    if TaggableResourcesMixin not in backend.__bases__:
        backend.SERVICE_NAMESPACE = namespace
        backend.__bases__ = (*backend.__bases__, TaggableResourcesMixin)


def _repositories(self: ECRBackend) -> Iterator[TaggedResource]:
    for repository in self.repositories.values():
        tags = self.tagger.get_tag_dict_for_resource(repository.arn)
        yield TaggedResource(repository.arn, tags, "ecr:repository")


def _streams(self: KinesisBackend) -> Iterator[TaggedResource]:
    for stream in self.streams.values():
        yield TaggedResource(stream.arn, stream.tags, "kinesis:stream")


def _table_buckets(self: S3TablesBackend) -> Iterator[TaggedResource]:
    for bucket in self.table_buckets.values():
        yield TaggedResource(bucket.arn, vars(bucket)["tags"], "s3tables:bucket")


def delete_database(self: GlueBackend, database_name: str) -> None:
    """DeleteDatabase, tags and all."""
    _delete_database(self, database_name)
    resource = f"database/{database_name}"
    self.tagger.delete_all_tags_for_resource(
        f"arn:{self.partition}:glue:{self.region_name}:{self.account_id}:{resource}"
    )
