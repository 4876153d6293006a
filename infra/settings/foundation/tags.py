"""Tags that a team adds to those of the platform."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from infra.settings.mistakes import Mistake, refusal, refusals, shown

KEY_LENGTH, VALUE_LENGTH = 128, 256
OWN_TAGS = 44
"""AWS takes 50 tags for a resource: five are the platform's, one is of a component's choice."""
RESERVED = ("aws:", "maslow:")
FORM = re.compile(r"[^\W_]|[ _.:/=+@-]")
"""The characters that all services take.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""


def _text(value: str, what: str, length: int) -> str:
    if not 1 <= len(value) <= length:
        raise refusal(f"{shown(value)} is not a tag's {what}.", f"1 to {length} characters.")
    if wrong := sorted({letter for letter in value if not FORM.fullmatch(letter)}):
        raise refusal(
            f"{shown(value)} has {' '.join(wrong)}, which not every service takes in a tag.",
            "Allowed: letters, digits, spaces and _ . : / = + - @",
        )
    return value


def tag_key(value: str) -> str:
    """Refuse a key that AWS would refuse, or that is another's to give."""
    for prefix in RESERVED:
        if value.lower().startswith(prefix):
            raise refusal(f"{shown(value)} begins with {prefix}, which is reserved.")
    return _text(value, "key", KEY_LENGTH)


def tag_value(value: str) -> str:
    """Refuse a value that AWS would refuse."""
    return _text(value, "value", VALUE_LENGTH)


def distinct_keys(value: Mapping[str, str]) -> Mapping[str, str]:
    """Refuse keys that differ in capitals alone: IAM takes them for one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules_creating
    """
    counts = Counter(key.lower() for key in value)
    twice = [key for key in value if counts[key.lower()] > 1]
    if twice:
        raise refusals(
            [
                Mistake(
                    (twice[-1],),
                    f"{' and '.join(twice)} differ in capitals alone.",
                    "IAM takes them for one key: keep one of them.",
                )
            ]
        )
    return value


Tags = Annotated[
    dict[
        Annotated[str, AfterValidator(tag_key)],
        Annotated[str, AfterValidator(tag_value)],
    ],
    Field(max_length=OWN_TAGS),
    AfterValidator(distinct_keys),
]
