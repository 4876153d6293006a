"""What the service accounts of a model on Kubernetes may do in AWS."""

from components.common.iam import Document, document
from components.common.job_access import publish_metrics, read_objects, use_keys, write_objects
from components.common.other_accounts import OriginArgs, read_origin
from components.common.workload import artifacts_prefix
from components.mlops.kubernetes_serving.alarms import NAMESPACE


def reading_policy(
    *,
    model: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    origin: OriginArgs | None = None,
) -> Document:
    """What the model's pods may do: read its artefacts, wherever it was trained."""
    return document(
        *(read_origin(origin) if origin else []),
        *read_objects(artifacts_bucket, artifacts_prefix(model)),
        use_keys([artifacts_key_arn]),
    )


def capturing_policy(*, capture_bucket: str, capture_prefix: str, capture_key_arn: str) -> Document:
    """What the receiver may do: write what was captured, and publish its metrics."""
    return document(
        write_objects(capture_bucket, capture_prefix),
        use_keys([capture_key_arn]),
        publish_metrics([NAMESPACE]),
    )
