"""What an earlier stack of an environment left in its account, for the next one to take up.

A destroy leaves behind what holds data. The stack that comes after it imports what it finds, so
that the data is its own again and no name is taken:
https://www.pulumi.com/docs/iac/concepts/options/import/
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import catalog
from catalog.record import Type
from catalog.templates import PART, expression, filled
from infra.errors import InputError
from infra.naming import Names

SUFFIX = "-[0-9a-f]{7}"
"""What Pulumi adds to a name that it fills in."""
TABLE = "aws:glue/catalogTable:CatalogTable"
"""The one type that holds data and takes no tags: its database bears them."""
IN_BUCKETS = ("aws:s3tables/namespace:Namespace", "aws:s3tables/table:Table")
"""What has no ARN with its name: a table bucket of the environment's tells of it."""
RUNS = {
    "aws:sagemaker/mlflowApp:MlflowApp": ("list_mlflow_apps", "Summaries", "Name", "Arn"),
    "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer": (
        "list_mlflow_tracking_servers",
        *("TrackingServerSummaries", "TrackingServerName", "TrackingServerName"),
    ),
}
"""What keeps runs, by the listing that tells of it: its rows, their name and their id. An app's ARN
has no name, and a name is that of one environment."""
KEY = "aws:kms/key:Key"
"""The one type that holds data and has no name: its description tells one key from another."""

Kept = Callable[[str, str, Mapping[str, Any]], str]
"""From a resource's type, its logical name and its inputs to the id that it is imported by; empty
where nothing of it is there, or the stack has it already."""
Held = Callable[[], Collection[tuple[str, str]]]
"""Type and logical name of each resource that the stack has."""


def nothing(_type: str, _name: str, _inputs: Mapping[str, Any]) -> str:
    """Nothing is left, or nobody looks."""
    return ""


class Tagged:
    """What bears an environment's tags, by AWS's kinds such as `kms:key`.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """

    def __init__(self, client: Callable[[str], Any], names: Names) -> None:
        self._client = client
        self._databases = f"{names.database_prefix}_"
        self._tags = {"maslow:project": names.project, "maslow:environment": names.environment}
        self.arns = cache(self._arns)
        self._described = cache(self._describe)

    def keys(self, description: str) -> list[Mapping[str, Any]]:
        """What DescribeKey says of the usable keys whose descriptions begin so."""
        there = [self._described(arn) for arn in self.arns("kms:key")]
        return [
            key
            for key in there
            if key["Description"].startswith(description)
            and key["KeyState"] not in ("PendingDeletion", "PendingReplicaDeletion")
        ]

    def tables(self, logical: str, name: str) -> list[str]:
        """The ids of the tables of a name, in the database that the logical name tells of."""
        found = []
        for arn in self.arns("glue:database"):
            account, database = arn.split(":")[4], arn.rpartition("/")[2]
            zone = database.removeprefix(self._databases).replace("_", "-")
            if f"-{zone}-" in logical and self._has_table(database, name):
                found.append(f"{account}:{database}:{name}")
        return found

    def in_buckets(self, inputs: Mapping[str, Any]) -> list[str]:
        """The ids of a namespace, or of a table where `inputs` name one, in any table bucket."""
        tables = self._client("s3tables")
        path = [str(inputs[key]) for key in ("namespace", "name") if key in inputs]
        names = dict(zip(("namespace", "name"), path, strict=False))
        read = tables.get_table if "name" in names else tables.get_namespace
        found = []
        for arn in self.arns("s3tables:bucket"):
            try:
                read(tableBucketARN=arn, **names)
            except tables.exceptions.NotFoundException:
                continue
            found.append(";".join([arn, *path]))
        return found

    def runs(self, type_: str, name: str) -> list[str]:
        """The ids of what keeps runs under a name."""
        operation, rows, named, id_ = RUNS[type_]
        pages = self._client("sagemaker").get_paginator(operation).paginate()
        return [one[id_] for page in pages for one in page[rows] if one[named] == name]

    def _has_table(self, database: str, name: str) -> bool:
        glue = self._client("glue")
        try:
            glue.get_table(DatabaseName=database, Name=name)
        except glue.exceptions.EntityNotFoundException:
            return False
        return True

    def _arns(self, kind: str) -> list[str]:
        filters = [{"Key": key, "Values": [value]} for key, value in self._tags.items()]
        pages = self._client("resourcegroupstaggingapi").get_paginator("get_resources")
        return [
            resource["ResourceARN"]
            for page in pages.paginate(TagFilters=filters, ResourceTypeFilters=[kind])
            for resource in page["ResourceTagMappingList"]
        ]

    def _describe(self, arn: str) -> Mapping[str, Any]:
        described: Mapping[str, Any] = self._client("kms").describe_key(KeyId=arn)["KeyMetadata"]
        return described


def kept_in_account(tagged: Tagged, held: Held) -> Kept:
    """Look among what is tagged as the environment's for what the stack does not have.

    The look-up raises InputError where more than one could be meant, and botocore's ClientError.
    """

    def kept(type_: str, name: str, inputs: Mapping[str, Any]) -> str:
        entry = catalog.entries().get(type_)
        if (
            entry is None
            or not (entry.name or type_ in (KEY, *IN_BUCKETS))
            or (type_, name) in held()
        ):
            return ""
        if type_ == KEY:
            found = [key["KeyId"] for key in tagged.keys(inputs["description"])]
        elif type_ == TABLE:
            found = tagged.tables(name, inputs["name"])
        elif type_ in IN_BUCKETS:
            found = tagged.in_buckets(inputs)
        elif type_ in RUNS:
            found = tagged.runs(type_, inputs[entry.name])
        else:
            found = _named(entry, name, inputs, tagged.arns)
        if len(found) > 1:
            raise InputError(
                f"{name}: earlier stacks left {len(found)} of it: {', '.join(sorted(found))}. Take "
                "the tag maslow:environment off all but the one that is to be taken up again"
            )
        return found[0] if found else ""

    return kept


def _named(
    entry: Type, name: str, inputs: Mapping[str, Any], arns: Callable[[str], list[str]]
) -> list[str]:
    """The ids of what bears a resource's name, the given one or one that Pulumi filled in."""
    plain = {key: value for key, value in inputs.items() if isinstance(value, str)}
    template = str(entry.outputs["arn"])
    if template == "{id}":
        template = entry.id

    def pattern(field: str) -> str:
        key = entry.name if field == "name" else field
        if key in plain:
            return re.escape(plain[key])
        if key == entry.name:
            return re.escape(entry.prefix + name) + SUFFIX
        return PART

    # SageMaker's are in lower case.
    looks_like = re.compile(expression(template, pattern), re.IGNORECASE)
    matches = [looks_like.fullmatch(arn) for arn in arns(_kind(template))]
    return [str(filled(entry.id, match.groupdict() | plain)) for match in matches if match]


def _kind(arn: str) -> str:
    """What AWS calls what has such an ARN: `glue:database`, and `s3` for a bucket."""
    service, _, _, resource = arn.split(":", 5)[2:]
    kind = resource.partition("/")[0]
    return service if "{" in kind else f"{service}:{kind}"
