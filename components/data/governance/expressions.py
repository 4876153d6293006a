"""How tables and columns are classified by tags, and who sees which, as plain values.

https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
"""

from collections.abc import Mapping, Sequence

from components.common.iam import Document, allow, document

ZONE, SENSITIVITY = "zone", "sensitivity"
"""The tags of all tables, by how their keys go on after the environment's prefix."""
SENSITIVITIES = ("internal", "confidential", "personal")
PERSONAL = "personal"
EVERY_ROW, SOME_ROWS = "all", "some"
"""Whether a persona sees a table by its tags, or by a filter of its own."""


def rows_tag(persona: str) -> str:
    """The tag that says of which tables a persona sees some rows or columns alone.

    What is granted by tags adds up with what is granted by a filter, so that such a table must
    answer to no grant by tags.
    """
    return f"rows-{persona}"


def tag_values(zones: Sequence[str], filtered: Sequence[str]) -> dict[str, list[str]]:
    """Every tag's values; `filtered` are the personas that have filters of their own."""
    return {
        ZONE: [*zones],
        SENSITIVITY: [*SENSITIVITIES],
        **{rows_tag(persona): [EVERY_ROW, SOME_ROWS] for persona in filtered},
    }


def table_tags(sensitivity: str, zone_sensitivity: str, filtered: Sequence[str]) -> dict[str, str]:
    """What a table has of its own, beside the tags that it inherits from its zone."""
    own = {} if sensitivity == zone_sensitivity else {SENSITIVITY: sensitivity}
    return {**own, **{rows_tag(persona): SOME_ROWS for persona in filtered}}


def seen_tables(
    zones: Sequence[str], sees: Sequence[str], persona: str, filtered: Sequence[str]
) -> dict[str, list[str]]:
    """The tags of the tables and columns that a persona sees, each with the values that do."""
    whole = {rows_tag(persona): [EVERY_ROW]} if persona in filtered else {}
    return {ZONE: [*zones], SENSITIVITY: [*sees], **whole}


def seen_columns(
    columns: Sequence[str], personal: Sequence[str], without: Sequence[str], sees: Sequence[str]
) -> list[str]:
    """The columns of a table that a persona sees."""
    hidden = {*without, *(() if PERSONAL in sees else personal)}
    return [column for column in columns if column not in hidden]


def access_policy(*, zones: Mapping[str, str], key_arn: str) -> Document:
    """Read what is in the zones, whose buckets' ARNs are given, with their key.

    Lake Formation lends this to readers, a table at a time. Who writes does so by IAM.
    https://docs.aws.amazon.com/lake-formation/latest/dg/registration-role.html
    """
    return document(
        allow(["s3:ListBucket"], [*zones.values()]),
        allow(["s3:GetObject"], [f"{bucket}/*" for bucket in zones.values()]),
        allow(["kms:Decrypt", "kms:DescribeKey"], [key_arn]),
    )
