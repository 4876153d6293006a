"""The arguments of a script.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

import argparse
from collections.abc import Sequence
from typing import NoReturn

RESERVED = (
    "JOB_NAME",
    "JOB_RUN_ID",
    "TempDir",
    "SECURITY_CONFIGURATION",
    "job-bookmark-option",
    "job-bookmark-from",
    "job-bookmark-to",
)
"""Options that are told where they are given, whether they are asked for or not."""


class GlueArgumentError(Exception):
    """An option that was asked for is not given."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, str]:  # noqa: N802
    """The options of `args` that `options` names, a hyphen in a name being an underscore.

    Raises GlueArgumentError for one that is not given.
    """
    parser = _Parser(add_help=False, allow_abbrev=False)
    for name in options:
        parser.add_argument(f"--{name}", required=True)
    for name in RESERVED:
        if name not in options:
            parser.add_argument(f"--{name}", default=argparse.SUPPRESS)
    found, _ = parser.parse_known_args(list(args)[1:])
    return vars(found)
