"""Streams: what is put into one arrives as files in a zone of the lake."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from catalog import hive_types
from components.common.column_types import unkept
from components.common.limits import ICEBERG_RESERVED, STREAM_ERRORS
from infra.settings.base import Settings, matching
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.features import Reference
from infra.settings.data.jobs import within
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

GATHERED_MB = 64
"""Least that Firehose gathers where it converts or partitions records.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html
"""
ON_DEMAND: Literal["on-demand"] = "on-demand"
FEATURES = "features"
"""The zone that is the feature store's own."""
PARTITION_TYPES = ("string", "int", "bigint")
MOST_PARTITION_COLUMNS = 5
RESERVED_COLUMNS = ("day", "hour")
"""Partitions that the platform makes of the time of arrival."""
SECONDS_PER_MINUTE = 60

stream_name = matching(
    r"[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a stream",
    "Small letters and digits, with single hyphens between them: ward-vitals.",
)
column_name = matching(
    r"[a-z_][a-z0-9_]*",
    "is not a name for a column",
    "Small letters, digits and _, as the fields of the records are called.",
)
splunk_endpoint = matching(
    r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?",
    "is not an address of Splunk's HTTP event collector",
    "Example: https://http-inputs-firehose-example.splunkcloud.com:443.",
)
secret_arn = matching(
    r"arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[\w/+=.@-]+",
    "is not the ARN of a secret",
    'A secret in Secrets Manager that holds {"hec_token": "…"}.',
)


def name_of_stream(value: str) -> str:
    """Refuse a name whose prefix in the zone is taken."""
    if value == STREAM_ERRORS:
        raise refusal(f"{STREAM_ERRORS} is where a zone keeps what streams could not deliver.")
    return stream_name(value)


def column_type(value: str) -> str:
    """Refuse what the data catalog knows no type of."""
    plain = value.replace(" ", "")
    try:
        hive_types.parse(plain)
    except hive_types.UnknownHiveType as error:
        hint = did_you_mean(str(error), hive_types.PRIMITIVES)
        raise refusal(
            f"{shown(value)} is not a type of a column.", hint or hive_types.ALLOWED
        ) from error
    return plain


def shards(value: object) -> object:
    """Refuse what is neither the word nor a number of shards."""
    if value == ON_DEMAND or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise refusal(f"{shown(value)} is not {ON_DEMAND}, nor a number of shards.", "Example: 4.")


Shards = Annotated[
    Literal["on-demand"] | int,
    BeforeValidator(shards),
    WithJsonSchema({"anyOf": [{"enum": [ON_DEMAND]}, {"type": "integer", "minimum": 1}]}),
]


class Buffer(Settings):
    """How much Firehose gathers before it writes a file: what comes first counts."""

    mb: Annotated[int, Field(ge=1, le=128)] = Field(
        128, description="MB that fill a file, 1 to 128; 64 or more for Parquet and partitions."
    )
    seconds: Annotated[int, Field(ge=60, le=900)] = Field(
        300, description="Longest that a record waits for its file, 60 to 900 seconds."
    )


class Splunk(Settings):
    """An HTTP event collector of Splunk that gets every record as well."""

    endpoint: Annotated[str, AfterValidator(splunk_endpoint)] = Field(
        description="Its address, which the internet reaches and whose certificate is public."
    )
    token_secret: Annotated[str, AfterValidator(secret_arn)] = Field(
        description='ARN of the secret that holds {"hec_token": "…"}.'
    )
    type: Literal["raw", "event"] = Field(
        "raw", description="Whether Splunk takes the records as they are, or as its own events."
    )


class Stream(Settings):
    """A stream of Kinesis, whose records Firehose writes into the lake."""

    name: Annotated[str, AfterValidator(name_of_stream)] = Field(
        description="What it is called; its files lie below this name."
    )
    shards: Shards = Field(
        ON_DEMAND, description="on-demand, or how many shards, of 1 MB a second each."
    )
    retention_hours: Annotated[int, Field(ge=24, le=8760)] = Field(
        24, description="Hours that the stream keeps its records, 24 to 8760."
    )
    to: str = Field("raw", description="Zone of the files: raw, curated or one of your own.")
    format: Literal["json", "parquet", "iceberg"] = Field(
        "json",
        description="json, a record a line; parquet; or iceberg, rows of a table. The last two "
        "need columns.",
    )
    columns: dict[
        Annotated[str, AfterValidator(column_name)], Annotated[str, AfterValidator(column_type)]
    ] = Field({}, description="Fields of a record and their types in Athena: {heart_rate: int}.")
    partition_by: tuple[str, ...] = Field(
        (),
        max_length=MOST_PARTITION_COLUMNS,
        description="Columns whose values part the files into folders, beside the day.",
    )
    compression: Literal["gzip", "snappy", "none"] | None = Field(
        None, description="gzip for JSON and snappy for Parquet unless said."
    )
    buffer: Buffer = Field(Buffer(), description="How much goes into a file.")
    late_minutes: Annotated[int, Field(ge=5, le=1440)] = Field(
        30, description="Minutes after which a record that has not arrived sets off an alarm."
    )
    silent_minutes: Annotated[int, Field(ge=5, le=1440)] | None = Field(
        None, description="Minutes without a record that set off an alarm; none if unset."
    )
    splunk: Splunk | None = Field(None, description="A Splunk that gets the records as well.")
    features: tuple[Reference, ...] = Field(
        (),
        description="Feature groups that its records go to as they come: the newest version, or "
        "visits@1.",
    )

    @property
    def is_iceberg(self) -> bool:
        """Whether its records become rows of a table of Iceberg."""
        return self.format == "iceberg"

    @property
    def place(self) -> str:
        """Where its files lie, such as `raw.vitals`."""
        return f"{self.to}.{self.name}"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = [*self._unreadable(), *self._partitions(), *self._too_small()]
        if found:
            raise refusals(found)
        return self

    def _unreadable(self) -> Iterator[Mistake]:
        if self.format != "json" and not self.columns:
            yield Mistake(
                ("format",),
                f"{self.format} needs columns.",
                "Say what a record has: {heart_rate: int}.",
            )
        if self.is_iceberg:
            yield from self._not_of_iceberg()
        if self.format == "json" and self.compression == "snappy":
            yield Mistake(
                ("compression",), "Athena reads no JSON that snappy packed.", "Allowed: gzip, none."
            )
        for column in RESERVED_COLUMNS:
            if column in self.columns:
                yield Mistake(
                    ("columns", column), f"{column} is the partition of the time of arrival."
                )

    def _not_of_iceberg(self) -> Iterator[Mistake]:
        for key in ("partition_by", "compression"):
            if getattr(self, key):
                yield Mistake(
                    (key,),
                    "an Iceberg table has files of its own, which this does not say.",
                    "Leave it out, or let the format be parquet.",
                )
        for column, type_ in self.columns.items():
            if lost := unkept(type_, "iceberg"):
                yield Mistake(
                    ("columns", column), f"Iceberg keeps no {', '.join(lost)}.", "Allowed: int."
                )
            if column in ICEBERG_RESERVED:
                yield Mistake(
                    ("columns", column), f"{column} is a column that Iceberg adds itself."
                )

    def _partitions(self) -> Iterator[Mistake]:
        for number, column in enumerate(self.partition_by):
            at = ("partition_by", number)
            if column not in self.columns:
                listed = ", ".join(self.columns) or "none"
                yield Mistake(
                    at,
                    f"there is no column {column}.",
                    did_you_mean(column, self.columns) or f"Columns: {listed}.",
                )
            elif self.columns[column] not in PARTITION_TYPES:
                yield Mistake(
                    at,
                    f"{column} is {self.columns[column]}, which parts no files.",
                    f"Allowed: {', '.join(PARTITION_TYPES)}.",
                )
            if column in self.partition_by[:number]:
                yield Mistake(at, f"{column} is here twice.")
        if self.columns and self.columns.keys() == set(self.partition_by):
            yield Mistake(("partition_by",), "no column is left for the files themselves.")

    def _too_small(self) -> Iterator[Mistake]:
        gathers = "Parquet" if self.format == "parquet" else "partitions"
        if (self.format == "parquet" or self.partition_by) and self.buffer.mb < GATHERED_MB:
            yield Mistake(
                ("buffer", "mb"),
                f"{self.buffer.mb} MB are too few for {gathers}.",
                f"Allowed: {GATHERED_MB} to 128.",
            )
        if self.late_minutes * SECONDS_PER_MINUTE <= self.buffer.seconds:
            yield Mistake(
                ("late_minutes",),
                f"{self.late_minutes} minutes are no longer than a record may wait for its file, "
                f"which is {self.buffer.seconds} seconds.",
                "Raise it, or lower buffer.seconds.",
            )


def check_streams(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield streams of one name or in no zone, and what else would lie where a stream does."""
    seen: dict[str, str] = {}
    zones = [zone for zone in zones_of(values) if zone != FEATURES]
    tables = {
        table["name"]
        for table in entries(mapping(values.get("lake")).get("tables"))
        if "name" in table
    }
    for index, stream in enumerate(entries(values.get("streams"))):
        name, zone = stream.get("name"), stream.get("to", "raw")
        if not isinstance(name, str) or not isinstance(zone, str):
            continue
        if zone not in zones:
            yield Mistake(
                ("streams", index, "to"),
                f"{zone} is not a zone that streams write into.",
                did_you_mean(zone, zones) or f"Allowed: {', '.join(zones)}.",
            )
        if name in seen:
            yield Mistake(("streams", index, "name"), f"two streams are called {name}.")
        seen[name] = f"{zone}.{name}"
        table = f"{zone}.{name.replace('-', '_')}"
        if stream.get("columns") and table in tables:
            yield Mistake(
                ("streams", index, "columns"),
                f"they make a table {table}, and lake.tables has one of that name.",
                "Leave one of them out.",
            )
    for index, job in enumerate(entries(values.get("jobs"))):
        written = job.get("writes")
        for number, place in enumerate(written if isinstance(written, list | tuple) else ()):
            for name, taken in seen.items():
                if isinstance(place, str) and (within(place, taken) or within(taken, place)):
                    yield Mistake(
                        ("jobs", index, "writes", number),
                        f"the stream {name} writes there.",
                        "Let the job write elsewhere.",
                    )
