"""The storage classes that objects move to as they age, and what S3 asks of the moves.

It imports nothing of Pulumi, so that a stack file can be checked without loading it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

STORAGE_CLASSES = {
    "standard_ia": "STANDARD_IA",
    "intelligent": "INTELLIGENT_TIERING",
    "glacier_ir": "GLACIER_IR",
    "glacier": "GLACIER",
    "deep_archive": "DEEP_ARCHIVE",
}
"""S3's names by ours, in the only order that objects can move in."""

INFREQUENT_DAYS = 30
"""Days that S3 keeps objects before it moves them to Standard-IA, and in it before the next."""


def refused_moves(
    storage: Mapping[str, int], expire_days: int | None = None
) -> Iterator[tuple[str, str]]:
    """Yield each move that S3 would refuse: its class, and why.

    `storage` has the days from an object's creation until it moves, by our names of the classes;
    `expire_days` those until it expires.
    """
    days = {each: storage[each] for each in STORAGE_CLASSES if each in storage}
    if days.get("standard_ia", INFREQUENT_DAYS) < INFREQUENT_DAYS:
        yield (
            "standard_ia",
            (
                f"S3 moves objects there after {INFREQUENT_DAYS} days at the earliest, "
                f"not {days['standard_ia']}."
            ),
        )
    for before, after in pairwise(days):
        stays = INFREQUENT_DAYS if before == "standard_ia" else 1
        if days[after] < days[before] + stays:
            yield (
                after,
                (
                    f"{days[after]} days are too few: objects move there from {before}, "
                    f"and so after {days[before] + stays} at the earliest."
                ),
            )
    for each, moved in days.items():
        if expire_days is not None and moved >= expire_days:
            yield each, f"objects expire after {expire_days} days, and so none moves after {moved}."
