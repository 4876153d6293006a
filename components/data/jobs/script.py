"""What a script of Spark is told, wherever EMR runs it; plain values."""

from collections.abc import Mapping
from typing import TypedDict

GLUE_CATALOG = {
    "hive.metastore.client.factory.class": (
        "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
    )
}
"""The setting of Hive by which databases and tables are those of the data catalog.

https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-glue.html
"""


class ScriptArgs(TypedDict):
    """A script and what a run of it is told, once that is known."""

    script_uri: str
    """S3 URI of the script."""
    inputs: Mapping[str, str]
    """S3 URIs of what it reads by place, such as `raw.visits`."""
    outputs: Mapping[str, str]
    """S3 URIs of what it writes by place."""
    arguments: Mapping[str, str]
    """What the script is told beside them, by name."""


def script_words(
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    arguments: Mapping[str, str],
    date: str,
) -> list[str]:
    """The words after a script's name: its places, its day, its arguments.

    `inputs` and `outputs` are S3 URIs by place, such as `raw.visits`; `date` stands for the day.
    """
    places = [
        part
        for option, uris in (("--input", inputs), ("--output", outputs))
        for place, uri in uris.items()
        for part in (option, f"{place}={uri}")
    ]
    own = [part for name, value in arguments.items() for part in (f"--{name}", value)]
    return [*places, "--date", date, *own]
