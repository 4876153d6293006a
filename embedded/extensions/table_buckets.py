"""Table buckets of S3 Tables: encryption, maintenance, policies and tags, which moto lacks.

Maintenance is kept and read back; nothing compacts a table here.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_S3_Tables.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.s3tables import urls
from moto.s3tables.exceptions import BadRequestException, ConflictException, NotFoundException
from moto.s3tables.models import FakeTableBucket, S3TablesBackend, Table, s3tables_backends
from moto.s3tables.responses import S3TablesResponse

from catalog.regions import regions
from embedded.extensions import bucket_tables, table_bucket_policies
from embedded.extensions.operations import add
from embedded.extensions.table_bucket_checks import (
    AES,
    asked,
    require_bucket_name,
    require_encryption,
    require_namespace,
    require_tags,
    require_value,
)

REMOVAL = "icebergUnreferencedFileRemoval"
MAINTENANCE = {
    REMOVAL: {
        "status": "enabled",
        "settings": {REMOVAL: {"unreferencedDays": 3, "nonCurrentDays": 10}},
    }
}
"""What a table bucket does unless it is told otherwise.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-table-buckets-maintenance.html
"""
PATHS = (
    "buckets/(?P<rest>.+)$",
    "tables/(?P<rest>.+)$",
    "namespaces/(?P<rest>.+)$",
    "tag/(?P<rest>.+)$",
)
STANDARD = {"storageClass": "STANDARD"}


def install() -> None:
    """Add the operations to moto's S3 Tables, in the regions that have the service."""
    for path in PATHS:
        urls.url_paths[f"{{0}}/{path}"] = S3TablesResponse.dispatch
    known = vars(s3tables_backends)["_additional_regions"]
    known.extend(each for each in regions()["s3tables"] if each not in known)
    add(
        S3TablesResponse,
        create_table_bucket,
        delete_table_bucket,
        create_namespace,
        delete_namespace,
        put_table_bucket_encryption,
        get_table_bucket_encryption,
        delete_table_bucket_encryption,
        put_table_bucket_maintenance_configuration,
        get_table_bucket_maintenance_configuration,
        put_table_bucket_policy,
        get_table_bucket_policy,
        delete_table_bucket_policy,
        get_table_bucket_storage_class,
        put_table_bucket_storage_class,
        tag_resource,
        untag_resource,
        list_tags_for_resource,
    )
    bucket_tables.install()


def bucket_of(response: S3TablesResponse, told: dict[str, Any]) -> FakeTableBucket:
    """The table bucket that a request is about. Raises NotFoundException."""
    return response.s3tables_backend.get_table_bucket(told["tableBucketARN"])


def create_table_bucket(self: S3TablesResponse) -> ActionResult:
    """CreateTableBucket."""
    told = asked(self)
    require_bucket_name(told["name"])
    encryption = told.get("encryptionConfiguration", AES)
    require_encryption(encryption)
    require_tags(told.get("tags", {}))
    bucket = self.s3tables_backend.create_table_bucket(told["name"])
    vars(bucket).update(
        encryption=encryption,
        maintenance=dict(MAINTENANCE),
        storage_class=told.get("storageClassConfiguration", STANDARD),
        tags=dict(told.get("tags", {})),
        policy=None,
    )
    return ActionResult({"arn": bucket.arn})


def delete_table_bucket(self: S3TablesResponse) -> ActionResult:
    """DeleteTableBucket: one that is empty."""
    bucket = bucket_of(self, asked(self))
    if bucket.namespaces:
        raise ConflictException("The bucket that you tried to delete is not empty.")
    self.s3tables_backend.delete_table_bucket(bucket.arn)
    return ActionResult({})


def create_namespace(self: S3TablesResponse) -> ActionResult:
    """CreateNamespace."""
    told = asked(self)
    if len(told["namespace"]) != 1:
        raise BadRequestException("A namespace has one level.")
    require_namespace(told["namespace"][0])
    made = self.s3tables_backend.create_namespace(told["tableBucketARN"], told["namespace"][0])
    return ActionResult({"tableBucketARN": told["tableBucketARN"], "namespace": [made.name]})


def delete_namespace(self: S3TablesResponse) -> ActionResult:
    """DeleteNamespace: one that is empty."""
    told = asked(self)
    backend: S3TablesBackend = self.s3tables_backend
    if backend.get_namespace(told["tableBucketARN"], told["namespace"]).tables:
        raise ConflictException("The namespace that you tried to delete is not empty.")
    backend.delete_namespace(told["tableBucketARN"], told["namespace"])
    return ActionResult({})


def put_table_bucket_encryption(self: S3TablesResponse) -> ActionResult:
    """PutTableBucketEncryption: of tables that are made from now on."""
    told = asked(self)
    require_encryption(told["encryptionConfiguration"])
    vars(bucket_of(self, told))["encryption"] = told["encryptionConfiguration"]
    return ActionResult({})


def get_table_bucket_encryption(self: S3TablesResponse) -> ActionResult:
    """GetTableBucketEncryption."""
    bucket = bucket_of(self, asked(self))
    return ActionResult({"encryptionConfiguration": vars(bucket)["encryption"]})


def delete_table_bucket_encryption(self: S3TablesResponse) -> ActionResult:
    """DeleteTableBucketEncryption: S3's own keys encrypt again."""
    vars(bucket_of(self, asked(self)))["encryption"] = AES
    return ActionResult({})


def put_table_bucket_maintenance_configuration(self: S3TablesResponse) -> ActionResult:
    """PutTableBucketMaintenanceConfiguration."""
    told = asked(self)
    if told["type"] not in MAINTENANCE:
        raise BadRequestException(f"A table bucket has no maintenance {told['type']}.")
    require_value(told["type"], told["value"])
    vars(bucket_of(self, told))["maintenance"][told["type"]] = told["value"]
    return ActionResult({})


def get_table_bucket_maintenance_configuration(self: S3TablesResponse) -> ActionResult:
    """GetTableBucketMaintenanceConfiguration."""
    bucket = bucket_of(self, asked(self))
    return ActionResult(
        {"tableBucketARN": bucket.arn, "configuration": vars(bucket)["maintenance"]}
    )


def put_table_bucket_policy(self: S3TablesResponse) -> ActionResult:
    """PutTableBucketPolicy."""
    told = asked(self)
    bucket = bucket_of(self, told)
    vars(bucket)["policy"] = table_bucket_policies.checked(told["resourcePolicy"], bucket.arn)
    return ActionResult({})


def get_table_bucket_policy(self: S3TablesResponse) -> ActionResult:
    """GetTableBucketPolicy."""
    return table_bucket_policies.answer(bucket_of(self, asked(self)))


def delete_table_bucket_policy(self: S3TablesResponse) -> ActionResult:
    """DeleteTableBucketPolicy."""
    vars(bucket_of(self, asked(self)))["policy"] = None
    return ActionResult({})


def put_table_bucket_storage_class(self: S3TablesResponse) -> ActionResult:
    """PutTableBucketStorageClass: of tables that are made from now on."""
    told = asked(self)
    vars(bucket_of(self, told))["storage_class"] = told["storageClassConfiguration"]
    return ActionResult({})


def get_table_bucket_storage_class(self: S3TablesResponse) -> ActionResult:
    """GetTableBucketStorageClass."""
    bucket = bucket_of(self, asked(self))
    return ActionResult({"storageClassConfiguration": vars(bucket)["storage_class"]})


def tag_resource(self: S3TablesResponse) -> ActionResult:
    """TagResource, of a table bucket or a table."""
    told = asked(self)
    tags = _tags(self, told)
    require_tags(tags | told["tags"])
    tags.update(told["tags"])
    return ActionResult({})


def untag_resource(self: S3TablesResponse) -> ActionResult:
    """UntagResource."""
    told = asked(self)
    tags = _tags(self, told)
    for key in told["tagKeys"]:
        tags.pop(key, None)
    return ActionResult({})


def list_tags_for_resource(self: S3TablesResponse) -> ActionResult:
    """ListTagsForResource."""
    return ActionResult({"tags": _tags(self, asked(self))})


def _tags(response: S3TablesResponse, told: dict[str, Any]) -> dict[str, str]:
    """The tags of the table bucket or table of an ARN. Raises NotFoundException."""
    arn = told["resourceArn"]
    for bucket in response.s3tables_backend.table_buckets.values():
        things: list[FakeTableBucket | Table] = [bucket]
        for each in bucket.namespaces.values():
            things += each.tables.values()
        for thing in things:
            if thing.arn == arn:
                tags: dict[str, str] = vars(thing)["tags"]
                return tags
    raise NotFoundException(f"The specified resource does not exist: {arn}.")
