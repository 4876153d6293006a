"""What a team adds to the platform: a queue whose records are enriched on their way to the lake.

It is a package as it would lie in `custom/`: a stack file names it under `custom.module`.
"""

import pulumi
from pydantic import BaseModel, ConfigDict, Field

from components.data.lake.zone import Zone
from components.foundation.alerts.alerts import Alerts
from components.foundation.keys.key import DataClass
from infra.needs.outputs import Platform
from tests.examples.enrichment.alerts import TeamAlerts
from tests.examples.enrichment.enrichment import EnrichmentQueue

__all__ = ["COMPONENTS", "Settings", "declare"]

COMPONENTS = {Alerts: TeamAlerts}


class Settings(BaseModel):
    """What a stack file says under `custom:` beside `module`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    batch_size: int = Field(10, ge=1, le=10)
    """Most messages that the function is given at once; SQS hands out ten without waiting."""
    timeout_seconds: int = Field(30, ge=1, le=900)
    """Seconds that a batch may take."""


def declare(settings: Settings, platform: Platform) -> None:
    """Add the queue, below the team's own need and with the platform's keys, logs and topics."""
    env, foundation = platform.env, platform.foundation
    queue = EnrichmentQueue(
        env.names("enrichment"),
        {
            "batch_size": settings.batch_size,
            "timeout_seconds": settings.timeout_seconds,
            "artifacts_bucket": foundation.artifacts.bucket,
            "artifacts_key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
            "zone_bucket": platform.data.zone_buckets[Zone.CURATED.value],
            "zone_arn": platform.data.zone_arns[Zone.CURATED.value],
            "data_key_arn": foundation.keys[DataClass.DATA].arn,
            "message_key_arn": foundation.keys[DataClass.MESSAGES].arn,
            "log_key_arn": foundation.keys[DataClass.LOGS].arn,
            "log_retention_days": env.log_retention_days,
            "alert_topic_arn": foundation.alerts.warning_arn,
            "account_id": env.account_id,
            "region": env.region,
        },
        platform.options(),
    )
    pulumi.export("enrichment_queue", queue.url)
