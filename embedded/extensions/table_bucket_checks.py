"""What S3 Tables takes: names, encryption, maintenance and tags, refused as AWS refuses them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import kms_backends
from moto.s3tables.exceptions import BadRequestException
from moto.s3tables.responses import S3TablesResponse

from embedded.extensions.bucket_policies import OPERATORS, met

Values = dict[str, Any]

MAINTENANCE = "maintenance.s3tables.amazonaws.com"
"""Who compacts tables, and must be able to use their key."""
KEY_USE = ("kms:Decrypt", "kms:GenerateDataKey")
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)
RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo", "aws")
RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3")
NAME = re.compile(r"[a-z0-9]([a-z0-9_]{0,253}[a-z0-9])?", re.ASCII)
MEGABYTES = (64, 512)
"""How large compaction may aim to make files."""
MAX_TAGS = 50
AES = {"sseAlgorithm": "AES256"}


class Forbidden(JsonRESTError):
    """403 for a key that the maintenance cannot use."""

    code = 403

    def __init__(self, message: str) -> None:
        super().__init__("ForbiddenException", message)


def asked(response: S3TablesResponse) -> dict[str, Any]:
    """What a request says, by the names of the service's model."""
    response.parse_parameters(response.normalized_request)
    told: dict[str, Any] = response.params
    return told


def require_bucket_name(name: str) -> None:
    """Raise BadRequestException for what is no name of a table bucket."""
    if (
        not BUCKET_NAME.fullmatch(name)
        or name.startswith(RESERVED_PREFIXES)
        or name.endswith(RESERVED_SUFFIXES)
    ):
        raise BadRequestException(f"The specified bucket name is not valid: {name}.")


def require_namespace(name: str) -> None:
    """Raise BadRequestException for what is no name of a namespace."""
    if not NAME.fullmatch(name) or name.startswith("aws"):
        raise BadRequestException(f"The specified namespace name is not valid: {name}.")


def require_table_name(name: str) -> None:
    """Raise BadRequestException for what is no name of a table."""
    if not NAME.fullmatch(name):
        raise BadRequestException(f"The specified table name is not valid: {name}.")


def require_encryption(given: Mapping[str, str]) -> None:
    """Raise BadRequestException where algorithm and key do not go together.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_EncryptionConfiguration.html
    """
    if (given["sseAlgorithm"] == "aws:kms") != ("kmsKeyArn" in given):
        raise BadRequestException("A KMS key goes with the algorithm aws:kms, and with it alone.")


def require_usable(given: Mapping[str, str], table_arn: str, account_id: str) -> None:
    """Raise ForbiddenException where the maintenance may not use the key of a new table.

    S3 Tables tries that as it creates a table, with the table's ARN as encryption context.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
    """
    arn = given.get("kmsKeyArn")
    if arn is None:
        return
    region, key_id = arn.split(":")[3], arn.rpartition("/")[2]
    keys = kms_backends[account_id][region].keys
    if key_id not in keys:
        raise BadRequestException(f"The key {arn} does not exist.")
    context = {
        "aws:sourceaccount": account_id,
        "aws:sourcearn": table_arn,
        "kms:encryptioncontext:aws:s3:arn": f"{table_arn}/metadata",
    }
    allowed = {
        action
        for statement in _statements(keys[key_id].policy)
        if statement["Effect"] == "Allow" and _meets(statement, context)
        for action in KEY_USE
        if any(_covers(each, action) for each in _listed(statement["Action"]))
    }
    if lacking := sorted(set(KEY_USE) - allowed):
        raise Forbidden(
            f"The key policy of {arn} does not allow {MAINTENANCE} to call {' and '.join(lacking)}."
        )


def require_value(kind: str, value: Mapping[str, Any]) -> None:
    """Raise BadRequestException for settings that are another kind's, or out of their range.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-maintenance.html
    """
    settings = value.get("settings", {})
    if others := sorted(set(settings) - {kind}):
        raise BadRequestException(f"{others[0]} is not what {kind} is told.")
    least, most = MEGABYTES
    size = settings.get(kind, {}).get("targetFileSizeMB")
    if size is not None and not least <= size <= most:
        raise BadRequestException(f"targetFileSizeMB is between {least} and {most}, not {size}.")


def require_tags(tags: Mapping[str, str]) -> None:
    """Raise BadRequestException for more tags than a resource has."""
    if len(tags) > MAX_TAGS:
        raise BadRequestException(f"A resource has at most {MAX_TAGS} tags.")


def _statements(policy: str) -> Iterator[Values]:
    statements = json.loads(policy)["Statement"]
    yield from statements if isinstance(statements, list) else [statements]


def _meets(statement: Values, context: Mapping[str, str]) -> bool:
    """Whether a statement is for the maintenance: an operator that is not known is not met."""
    principal = statement.get("Principal")
    named = _listed(principal.get("Service", [])) if isinstance(principal, dict) else [principal]
    condition = statement.get("Condition", {})
    return (
        bool({MAINTENANCE, "*"} & set(named))
        and condition.keys() <= OPERATORS.keys()
        and met(condition, context)
    )


def _covers(pattern: str, action: str) -> bool:
    return pattern in (action, "*", "kms:*") or (
        pattern.endswith("*") and action.startswith(pattern[:-1])
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
