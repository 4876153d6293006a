"""The events that buckets send to EventBridge, where they are told to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3 import notifications
from moto.s3.responses import S3Response

from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add

_answered_by_moto = S3Response.get_bucket_notification  # replaced below


def install() -> None:
    """Put them on the account's own bus; moto has targets of its own in mind."""
    notifications._send_event_bridge_message = tell  # noqa: SLF001  moto keeps it there
    add(S3Response, get_bucket_notification)


def get_bucket_notification(self: S3Response) -> TYPE_RESPONSE:
    """GetBucketNotificationConfiguration, with EventBridge where nothing else is told."""
    found = self.backend.get_bucket_notification_configuration(self.bucket_name)
    if not found or found.event_bridge is None:
        return _answered_by_moto(self)
    if found.topic or found.queue or found.cloud_function:
        return _answered_by_moto(self)
    self.data["Action"] = "GetBucketNotificationConfiguration"
    return self.serialized(ActionResult({"EventBridgeConfiguration": {}}))


def tell(account_id: str, bucket: Any, event_name: str, key: Any) -> None:
    """Tell of an object that was made or deleted."""
    how = event_name.rpartition(":")[2]
    emit(
        account_id,
        bucket.region_name,
        source="aws.s3",
        detail_type=notifications._detail_type(event_name),  # noqa: SLF001
        resources=[bucket.arn],
        detail={
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": {
                "key": key.name,
                "size": key.size,
                "etag": key.etag.replace('"', ""),
                "version-id": key.version_id,
            },
            "requester": account_id,
            "reason": how if how == "CompleteMultipartUpload" else f"{how}Object",
        },
    )
