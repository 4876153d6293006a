"""How long log groups are kept: what workloads, pipelines and the network write as they work.

Who did what in the account is another matter, and kept by `audit.retention_days`.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from components.common.limits import LOG_RETENTION_DAYS
from infra.settings.base import Settings
from infra.settings.mistakes import refusal


def log_retention(value: int) -> int:
    """Refuse a number of days that CloudWatch Logs does not offer."""
    if value not in LOG_RETENTION_DAYS:
        raise refusal(
            f"CloudWatch Logs cannot keep logs for {value} days.",
            f"Allowed: {', '.join(map(str, LOG_RETENTION_DAYS))}.",
        )
    return value


class Logs(Settings):
    """CloudWatch log groups of the platform: what it writes as it works."""

    retention_days: Annotated[
        int, AfterValidator(log_retention), Field(json_schema_extra={"enum": LOG_RETENTION_DAYS})
    ] = Field(
        90,
        description="Days that log groups are kept, as CloudWatch Logs offers them; "
        "records of who did what are kept by audit.retention_days.",
    )
    jobs: bool | None = Field(
        None,
        description="Whether to declare the log groups of SageMaker's jobs, which all environments "
        "of an account and region share: true in one of them, false in the others. If unset, where "
        "accounts gives the environment an account of its own; else SageMaker makes them, and "
        "keeps them for ever.",
    )
