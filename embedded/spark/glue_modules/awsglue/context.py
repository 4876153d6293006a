"""The GlueContext: what a script reads and writes frames by.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-glue-context.html
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import maslow_tables  # type: ignore[import-not-found]  # on the path of runs alone
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession

from .dynamicframe import DynamicFrame
from .formats import spark_format, spark_options
from .lacking import lacking, refuse_more

PASSED = {"recurse", "groupFiles", "groupSize", "useS3ListImplementation"}
"""Options of S3 that change how files are read, and not what is read."""


class GlueContext:
    """A session of Spark that knows Glue's frames."""

    def __init__(self, sparkContext: SparkContext, **_: Any) -> None:  # noqa: N803
        self.spark_session = SparkSession.builder.getOrCreate()
        self.create_dynamic_frame = _Reader(self)
        self.create_data_frame = _DataReader(self)
        self.write_dynamic_frame = _Writer(self)
        self._context = sparkContext

    def get_logger(self) -> Any:
        """Spark's logger, whose lines are in the log group of errors."""
        jvm: Any = self._context._jvm  # noqa: SLF001  pyspark has no other way to it
        return jvm.org.apache.log4j.LogManager.getLogger("glue")

    def create_dynamic_frame_from_options(self, *given: Any, **named: Any) -> DynamicFrame:
        """As create_dynamic_frame.from_options."""
        return self.create_dynamic_frame.from_options(*given, **named)

    def create_dynamic_frame_from_catalog(self, *given: Any, **named: Any) -> DynamicFrame:
        """As create_dynamic_frame.from_catalog."""
        return self.create_dynamic_frame.from_catalog(*given, **named)

    def create_data_frame_from_catalog(self, *given: Any, **named: Any) -> DataFrame:
        """As create_data_frame.from_catalog."""
        return self.create_data_frame.from_catalog(*given, **named)

    def write_dynamic_frame_from_options(self, *given: Any, **named: Any) -> DynamicFrame:
        """As write_dynamic_frame.from_options."""
        return self.write_dynamic_frame.from_options(*given, **named)

    def write_dynamic_frame_from_catalog(self, *given: Any, **named: Any) -> DynamicFrame:
        """As write_dynamic_frame.from_catalog."""
        return self.write_dynamic_frame.from_catalog(*given, **named)

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(f"GlueContext.{name}")


class _Part:
    """A part of the context, with what it lacks told by name."""

    def __init__(self, context: GlueContext) -> None:
        self._glue, self._spark = context, context.spark_session

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(f"{type(self).__name__.lstrip('_')}.{name}")


class _DataReader(_Part):
    def from_catalog(
        self,
        database: str,
        table_name: str,
        transformation_ctx: str = "",  # noqa: ARG002  that of bookmarks
        push_down_predicate: str = "",
        **more: Any,
    ) -> DataFrame:
        """The records of a table, of those partitions that the predicate allows.

        Raises ValueError for what is not done.
        """
        refuse_more("from_catalog", more)
        found: DataFrame = maslow_tables.frame(self._spark, database, table_name)
        return found.where(push_down_predicate) if push_down_predicate else found


class _Reader(_Part):
    def from_catalog(self, *given: Any, **named: Any) -> DynamicFrame:
        """The same in a DynamicFrame."""
        found = self._glue.create_data_frame.from_catalog(*given, **named)
        return DynamicFrame(found, self._glue)

    def from_options(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any],
        format: str | None = None,  # noqa: A002  Glue's name
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",  # noqa: ARG002  that of bookmarks
        **more: Any,
    ) -> DynamicFrame:
        """The records at the paths. Raises ValueError for what is not done."""
        refuse_more("from_options", more)
        _only_s3(connection_type)
        told = {name: each for name, each in connection_options.items() if name not in PASSED}
        paths = told.pop("paths")
        refuse_more("connection_options", told)
        kind = spark_format(format)
        options = spark_options(kind, format_options or {}, writes=False)
        reader = self._spark.read.format(kind).options(**options)
        reader = reader.option("recursiveFileLookup", connection_options.get("recurse", False))
        return DynamicFrame(reader.load(list(paths)), self._glue)


class _Writer(_Part):
    def from_options(
        self,
        frame: DynamicFrame,
        connection_type: str,
        connection_options: Mapping[str, Any],
        format: str | None = None,  # noqa: A002  Glue's name
        format_options: Mapping[str, Any] | None = None,
        transformation_ctx: str = "",  # noqa: ARG002  that of bookmarks
        **more: Any,
    ) -> DynamicFrame:
        """Add the records below the path. Raises ValueError for what is not done."""
        refuse_more("from_options", more)
        _only_s3(connection_type)
        told = dict(connection_options)
        path, keys = told.pop("path"), told.pop("partitionKeys", None) or []
        refuse_more("connection_options", told)
        kind = spark_format(format)
        options = spark_options(kind, format_options or {}, writes=True)
        writer = frame.toDF().write.format(kind).options(**options).mode("append")
        (writer.partitionBy(*keys) if keys else writer).save(path)
        return frame

    def from_catalog(
        self,
        frame: DynamicFrame,
        database: str,
        table_name: str,
        transformation_ctx: str = "",  # noqa: ARG002  that of bookmarks
        additional_options: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> DynamicFrame:
        """Add the records to the place of a table, as the table says; it stays as it is.

        Raises ValueError for what is not done.
        """
        told = dict(additional_options or {})
        keys = told.pop("partitionKeys", None) or []
        refuse_more("from_catalog", {**more, **told})
        found = maslow_tables.client().get_table(DatabaseName=database, Name=table_name)
        table = maslow_tables.table_of(found["Table"])
        writer = frame.toDF().write.format(table.format).options(**table.options).mode("append")
        (writer.partitionBy(*keys) if keys else writer).save(table.location)
        return frame


def _only_s3(connection_type: str) -> None:
    if connection_type != "s3":
        raise ValueError(
            f"The embedded AWS reads and writes s3 by Glue, and not {connection_type}."
        )
