"""A DynamicFrame: here it is Spark's DataFrame with Glue's methods, and has one schema.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as f

from .lacking import lacking, refuse_more

if TYPE_CHECKING:
    from .context import GlueContext

TYPES = {"long": "bigint", "short": "smallint", "byte": "tinyint"}
"""Glue's names of types that are not Spark's."""


class DynamicFrame:
    """Records of a DataFrame."""

    def __init__(self, jdf: DataFrame, glue_ctx: "GlueContext", name: str = "") -> None:
        self._df, self.glue_ctx, self.name = jdf, glue_ctx, name

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: "GlueContext", name: str) -> "DynamicFrame":  # noqa: N802
        """A frame of these records."""
        return cls(dataframe, glue_ctx, name)

    def toDF(self, options: Sequence[Any] | None = None) -> DataFrame:  # noqa: N802
        """Spark's own. Raises ValueError for options, which resolve choices of types."""
        refuse_more("toDF", {"options": options})
        return self._df

    def count(self) -> int:
        """How many records it has."""
        return self._df.count()

    def printSchema(self) -> None:  # noqa: N802
        """Print its columns."""
        self._df.printSchema()

    def show(self, num_rows: int = 20) -> None:
        """Print the first records."""
        self._df.show(num_rows)

    def repartition(self, num_partitions: int) -> "DynamicFrame":
        """The same in as many parts."""
        return self._of(self._df.repartition(num_partitions))

    def coalesce(self, num_partitions: int) -> "DynamicFrame":
        """The same in as many parts or fewer."""
        return self._of(self._df.coalesce(num_partitions))

    def apply_mapping(self, mappings: Sequence[tuple[str, str, str, str]]) -> "DynamicFrame":
        """The columns of `mappings` alone: each from a name and type to a name and type."""
        return self._of(
            self._df.select(
                *[
                    f.col(before).cast(TYPES.get(kind, kind)).alias(after.replace("`", ""))
                    for before, _, after, kind in mappings
                ]
            )
        )

    def resolveChoice(  # noqa: N802
        self, specs: Sequence[tuple[str, str]] = (), choice: str = "", **more: Any
    ) -> "DynamicFrame":
        """Cast columns, by `cast:type`. Raises ValueError for another action."""
        refuse_more("resolveChoice", {"choice": choice, **more})
        found = self._df
        for path, action in specs:
            kind, _, wanted = action.partition(":")
            if kind != "cast":
                raise ValueError(f"The embedded AWS does not do {action} of resolveChoice: cast.")
            found = found.withColumn(path, f.col(path).cast(TYPES.get(wanted, wanted)))
        return self._of(found)

    def select_fields(self, paths: Sequence[str]) -> "DynamicFrame":
        """These columns alone."""
        return self._of(self._df.select(*paths))

    def drop_fields(self, paths: Sequence[str]) -> "DynamicFrame":
        """All columns but these."""
        return self._of(self._df.drop(*paths))

    def rename_field(self, oldName: str, newName: str) -> "DynamicFrame":  # noqa: N803
        """The same with another name of a column."""
        return self._of(self._df.withColumnRenamed(oldName, newName))

    def filter(self, f: Callable[[Row], bool]) -> "DynamicFrame":
        """The records for which the function is true."""
        return self._of(self._remade(self._df.rdd.filter(f), self._df.schema))

    def map(self, f: Callable[[dict[str, Any]], dict[str, Any]]) -> "DynamicFrame":
        """What the function makes of each record, a dictionary."""
        made = self._df.rdd.map(lambda row: Row(**f(row.asDict(recursive=True))))
        return self._of(self._remade(made))

    def join(
        self, paths1: Sequence[str], paths2: Sequence[str], frame2: "DynamicFrame"
    ) -> "DynamicFrame":
        """Its records with those of another that are equal in these columns."""
        other = frame2.toDF()
        met = [self._df[one] == other[two] for one, two in zip(paths1, paths2, strict=True)]
        return self._of(self._df.join(other, met, "inner"))

    def union(self, frame2: "DynamicFrame") -> "DynamicFrame":
        """Its records, and those of another, by the names of columns."""
        return self._of(self._df.unionByName(frame2.toDF(), allowMissingColumns=True))

    def __getattr__(self, name: str) -> NoReturn:
        raise lacking(f"DynamicFrame.{name}")

    def _remade(self, rdd: Any, schema: Any = None) -> DataFrame:
        return self.glue_ctx.spark_session.createDataFrame(rdd, schema)

    def _of(self, dataframe: DataFrame) -> "DynamicFrame":
        return DynamicFrame(dataframe, self.glue_ctx, self.name)
