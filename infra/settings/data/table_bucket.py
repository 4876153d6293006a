"""Tables of Iceberg that S3 Tables keeps: a table bucket, its namespaces and their tables."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from components.common.column_types import is_primitive, unkept
from components.common.limits import ICEBERG_RESERVED
from infra.settings.base import PositiveInt, Settings
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.tables import ColumnName, column_type
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

FEWEST_MB, MOST_MB = 64, 512
"""How large compaction may aim to make files.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-maintenance.html
"""


NAME = re.compile(
    r"(?=[^.]{1,255}\.[^.]{1,255}$)[a-z][a-z0-9]*\.[a-z]([a-z0-9_]*[a-z0-9])?", re.ASCII
)
"""A namespace that jobs can name as they do a zone, and a table that queries need not quote."""


def kept_name(value: str) -> str:
    """Refuse what is no namespace and a table in it, as S3 Tables and queries both take them.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html
    """
    if not NAME.fullmatch(value):
        raise refusal(
            f"{shown(value)} is not a table of the table bucket.",
            "A namespace of small letters and digits, and a name of these with _ between them: "
            "oncology.given_doses.",
        )
    namespace = value.partition(".")[0]
    if namespace.startswith("aws"):
        raise refusal(f"{shown(value)}: AWS keeps names that begin with aws for itself.")
    return value


class KeptTable(Settings):
    """A table of Iceberg in the table bucket."""

    name: Annotated[str, AfterValidator(kept_name)] = Field(
        description="Its namespace, which is no zone, and its name there: oncology.visits."
    )
    columns: dict[ColumnName, Annotated[str, AfterValidator(column_type)]] = Field(
        min_length=1,
        description="Each column's name and simple type, which it is made with.",
    )
    required: tuple[str, ...] = Field((), description="Columns that no row is without.")
    compaction_mb: Annotated[int, Field(ge=FEWEST_MB, le=MOST_MB)] = Field(
        MOST_MB, description="Size that S3 joins small files to, in MB: 64 to 512."
    )
    snapshots_kept: PositiveInt = Field(
        1, description="Fewest snapshots that are kept, however old they are."
    )
    snapshot_hours: PositiveInt = Field(
        120, description="Hours after which others are forgotten, and queries cannot go back."
    )

    @property
    def namespace(self) -> str:
        """Its namespace in the table bucket."""
        return self.name.partition(".")[0]

    @property
    def own_name(self) -> str:
        """Its name in the namespace."""
        return self.name.partition(".")[2]

    @model_validator(mode="after")
    def _kept(self) -> Self:
        if mistakes := [*self._columns(), *self._required()]:
            raise refusals(mistakes)
        return self

    def _columns(self) -> Iterator[Mistake]:
        for name, type_ in self.columns.items():
            if name in ICEBERG_RESERVED:
                yield Mistake(("columns", name), f"{name} is a name that Iceberg keeps for itself.")
            if lost := unkept(type_, "iceberg"):
                yield Mistake(
                    ("columns", name),
                    f"Iceberg keeps no {', '.join(lost)}.",
                    "Write int for a smaller number, and string for text of a length.",
                )
            elif not is_primitive(type_):
                yield Mistake(
                    ("columns", name),
                    f"{type_} is nested, and a table of the table bucket is made of simple types.",
                    "Leave it out, and let a job of Spark add it; or choose a table of Glue's.",
                )

    def _required(self) -> Iterator[Mistake]:
        for place, name in enumerate(self.required):
            if name not in self.columns:
                yield Mistake(
                    ("required", place),
                    f"{self.name} has no column {name}.",
                    did_you_mean(name, [*self.columns]) or f"It has {', '.join(self.columns)}.",
                )


class TableBucket(Settings):
    """A bucket of tables that S3 compacts and tidies by itself."""

    tables: tuple[KeptTable, ...] = Field(min_length=1, description="Its tables.")
    unreferenced_days: PositiveInt = Field(
        3, description="Days after which files go that no snapshot of their table names."
    )
    noncurrent_days: PositiveInt = Field(
        10, description="Days after that for which S3 keeps them, to be brought back by AWS."
    )

    @property
    def namespaces(self) -> list[str]:
        """The namespaces of its tables, in their order."""
        return list(dict.fromkeys(table.namespace for table in self.tables))


def kept_tables(values: Mapping[str, Any]) -> list[str]:
    """The names of its tables, from the plain values of the file."""
    bucket = mapping(mapping(values.get("lake")).get("table_bucket"))
    names = (table.get("name") for table in entries(bucket.get("tables")))
    return [name for name in names if isinstance(name, str) and "." in name]


def check_table_bucket(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield kept tables of one name, and namespaces that are called as a zone is.

    Jobs name places by zone and prefix, so that a table's name must tell which of the two it is.
    """
    zones, seen = zones_of(values), set[str]()
    bucket = mapping(mapping(values.get("lake")).get("table_bucket"))
    for index, table in enumerate(entries(bucket.get("tables"))):
        name = table.get("name")
        if not isinstance(name, str):
            continue
        path = ("lake", "table_bucket", "tables", index, "name")
        if name in seen:
            yield Mistake(path, f"two tables are called {name}.", "Give one of them another name.")
        seen.add(name)
        if (namespace := name.partition(".")[0]) in zones:
            yield Mistake(
                path,
                f"{namespace} is a zone, whose tables Glue keeps.",
                "Choose a namespace that is no zone, such as a team's name.",
            )
