"""A command line of spark-submit, as steps of EMR have them.

https://spark.apache.org/docs/3.5.6/submitting-applications.html
"""

from collections.abc import Mapping, Sequence

from embedded.spark.run import CATALOG, Script, Unsupported

SIZES = {
    "--deploy-mode",
    "--driver-cores",
    "--driver-memory",
    "--executor-cores",
    "--executor-memory",
    "--master",
    "--name",
    "--num-executors",
    "--queue",
}
"""Options that say where and how large: here it is one process of this machine."""
GLUE = "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
"""The value of `CATALOG` by which Spark's tables are those of Glue."""


def submitted(words: Sequence[str], settings: Mapping[str, str]) -> Script:
    """The script of a command line that begins with spark-submit, by settings that it may change.

    Raises Unsupported, by name, for what is not done here.
    """
    if not words or words[0] != "spark-submit":
        raise Unsupported(f"The embedded AWS runs spark-submit, and not {' '.join(words[:1])}.")
    left, known, modules = list(words[1:]), dict(settings), ""
    while left and left[0].startswith("--"):
        option, _, value = left.pop(0).partition("=")
        if not value:
            value = left.pop(0) if left else ""
        if option == "--conf":
            name, _, setting = value.partition("=")
            known[name] = setting
        elif option == "--py-files":
            modules = value
        elif option not in SIZES:
            raise Unsupported(f"The embedded AWS does not take {option} of spark-submit.")
    entry = left.pop(0) if left else "nothing"
    if not entry.endswith(".py") or not entry.startswith(("s3://", "s3a://")):
        raise Unsupported(f"The embedded AWS runs Python scripts in S3, and not {entry}.")
    return Script(
        entry,
        left,
        known,
        [uri for uri in modules.split(",") if uri],
        has_tables=known.get(CATALOG) == GLUE,
    )
