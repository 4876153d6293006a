"""The arguments of a Glue job: those that Glue itself takes, and what a script is told.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
"""

from collections.abc import Mapping
from itertools import chain

from embedded.spark.run import Unsupported, settings_of

UNDONE = (
    "--additional-python-modules",
    "--class",
    "--datalake-formats",
    "--extra-files",
    "--extra-jars",
    "--user-jars-first",
)
"""Arguments that would change what a script can do, and that nothing here obeys."""
BOOKMARKS = "--job-bookmark-option"
BOOKMARKS_OFF = "job-bookmark-disable"
CATALOG = "--enable-glue-datacatalog"
LANGUAGE = "--job-language"


def refuse_undone(arguments: Mapping[str, str]) -> None:
    """Raise Unsupported, by name, for arguments that are not obeyed here."""
    for name in UNDONE:
        if name in arguments:
            raise Unsupported(f"The embedded AWS does not take {name} of a job.")
    if arguments.get(BOOKMARKS, BOOKMARKS_OFF) != BOOKMARKS_OFF:
        raise Unsupported(f"The embedded AWS keeps no job bookmarks: set {BOOKMARKS_OFF}.")
    if arguments.get(LANGUAGE, "python") != "python":
        raise Unsupported(f"The embedded AWS runs Python, and not {arguments[LANGUAGE]}.")
    settings(arguments)


def settings(arguments: Mapping[str, str]) -> dict[str, str]:
    """Spark's settings: the value of `--conf`, where further ones follow a `--conf` of their own.

    Raises Unsupported for other options of spark-submit in it.
    """
    told = arguments.get("--conf")
    return settings_of(f"--conf {told}") if told else {}


def has_tables(arguments: Mapping[str, str]) -> bool:
    """Whether Spark's tables are those of the data catalog."""
    return arguments.get(CATALOG, "false").lower() in ("", "true")


def modules(arguments: Mapping[str, str]) -> list[str]:
    """S3 URIs of what the script imports, of `--extra-py-files`."""
    told = arguments.get("--extra-py-files", "")
    return [uri.strip() for uri in told.split(",") if uri.strip()]


def command_line(arguments: Mapping[str, str], job: str, run: str) -> list[str]:
    """All that the script is told: its own arguments, and the names of its job and its run."""
    own = {name: value for name, value in arguments.items() if name != "--conf"}
    named = {"--JOB_NAME": job, "--JOB_RUN_ID": run}
    return list(chain.from_iterable({**own, **named}.items()))
