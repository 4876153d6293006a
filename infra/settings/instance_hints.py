"""The instance type that somebody meant who wrote one that SageMaker does not have, or not so.

Types read `ml.<family>.<size>`, families begin with what they are for and their generation.
"""

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from catalog.instances import FAMILIES, PREVIOUS, kind_of
from infra.settings.mistakes import one_of

DOES = {
    "training": "trains",
    "processing": "processes",
    "endpoint": "serves",
    "studio": "runs notebooks",
}
"""What a use does. Batch transform serves too."""
FOR = {"endpoint": "an endpoint", "studio": "Studio"}
ALIKE = 0.5
"""How alike two families are spelt that may mean the same, of 0 to 1 (difflib's ratio)."""
SMALL = {"medium": 0.5, "large": 1.0, "xlarge": 2.0}


class Type(NamedTuple):
    """A type, taken apart."""

    family: str
    size: str

    def __str__(self) -> str:
        return f"ml.{self.family}.{self.size}"


def parsed(text: str) -> Type | None:
    """The type in a text, with `ml.` before it or not; None where it is not built like one."""
    found = re.fullmatch(r"(?:ml\.)?((?!ml\.)[a-z][a-z0-9-]*)\.([a-z0-9]+)", text.strip().lower())
    return Type(*found.groups()) if found else None


def other_use(value: str, use: str, allowed: Mapping[str, Collection[str]]) -> str:
    """What to say of a type, or of its family, that is for other uses alone; "" for any other."""
    meant = parsed(value)
    if meant is None or meant.family not in FAMILIES:
        return ""
    families = {each: {known.family for known in _types(allowed[each])} for each in allowed}
    exact = {each for each in allowed if str(meant) in allowed[each]}
    uses = exact or {each for each in allowed if meant.family in families[each]}
    if use in uses or (not exact and meant.family in families[use]):
        return ""
    does = one_of([DOES[each] for each in DOES if each in uses]).replace(" or ", " and ")
    subject = str(meant) if exact else f"ml.{meant.family}"
    instead = stand_in(meant, allowed[use])
    return f"{subject} only {does}{f'; for {FOR.get(use, use)}: {instead}' if instead else ''}."


def suggestions(value: str, allowed: Collection[str]) -> list[str]:
    """The types, at most two, that a text most probably means."""
    meant = parsed(value)
    if meant is None:
        names = [str(known) for known in _types(allowed) if known.family not in PREVIOUS]
        return difflib.get_close_matches(value.lower(), names, 1, cutoff=0.8)
    if str(meant) in allowed:
        return [str(meant)]
    types = [*_types(allowed)]
    current = [known for known in types if known.family not in PREVIOUS]
    family = [known for known in types if known.family == meant.family] or _family(meant, current)
    if any(known.size == meant.size for known in family):
        return [str(Type(family[0].family, meant.size))]
    if not family:
        return []
    if _measure(meant.size) is None:
        spelt = difflib.get_close_matches(meant.size, [known.size for known in family], 1)
        return [str(Type(family[0].family, size)) for size in spelt]
    return [str(known) for known in _around(meant.size, family)]


def stand_in(meant: Type, allowed: Iterable[str]) -> Type | None:
    """The type of the same kind that comes nearest: in size first, then in generation."""
    kind = kind_of(meant.family)
    fit = [
        known
        for known in _types(allowed)
        if known.family not in PREVIOUS and kind_of(known.family) == kind
    ]
    return min(fit, key=lambda known: _distance(meant, known), default=None)


def _distance(meant: Type, known: Type) -> tuple[bool, float, float, bool, int, str]:
    """How far a type is from another one; of two that are equally far, the plainer one is nearer.

    What runs on x86 does not run on Arm, and so that comes before all.
    """
    family, wanted = FAMILIES[known.family], FAMILIES[meant.family]
    size = math.log2(_measure(known.size) or 1) - math.log2(_measure(meant.size) or 1)
    generation = abs(_generation(known.family) - _generation(meant.family))
    bursts = family.burstable != wanted.burstable
    return family.arm > wanted.arm, abs(size), generation, bursts, len(known.family), str(known)


def _family(meant: Type, types: list[Type]) -> list[Type]:
    """The types of the family that is spelt most alike, and best has the size."""
    spellings = {known.family: _alike(meant.family, known.family) for known in types}
    sized = {known.family for known in types if known.size == meant.size}
    best = max(
        spellings,
        key=lambda family: (spellings[family], family in sized, not FAMILIES[family].arm, family),
        default="",
    )
    if spellings.get(best, 0) < ALIKE:
        return []
    return [known for known in types if known.family == best]


def _alike(word: str, known: str) -> float:
    """How alike two families are; not at all where one is of another kind by its letters."""
    letters = _letters(word)
    of_a_kind = _letters(known) == letters or letters not in {_letters(each) for each in FAMILIES}
    ratio = difflib.SequenceMatcher(None, word, known).ratio()
    return (ratio + known.startswith(word)) * of_a_kind


def _letters(family: str) -> str:
    return re.split("[0-9]", family, maxsplit=1)[0]


def _around(size: str, family: list[Type]) -> list[Type]:
    """The next smaller and the next larger one of a family."""
    wanted = _measure(size) or 0
    ordered = sorted(family, key=lambda known: _measure(known.size) or 0)
    smaller = [known for known in ordered if (_measure(known.size) or 0) < wanted]
    larger = [known for known in ordered if (_measure(known.size) or 0) > wanted]
    return [*smaller[-1:], *larger[:1]]


def _measure(size: str) -> float | None:
    """How large a size is, where `large` is 1; None for a word that is none."""
    found = re.fullmatch(r"([1-9][0-9]*)xlarge", size)
    return int(found[1]) * SMALL["xlarge"] if found else SMALL.get(size)


def _generation(family: str) -> int:
    found = re.search(r"[0-9]+", family)
    return int(found[0]) if found else 0


def _types(names: Iterable[str]) -> Iterable[Type]:
    return (Type(*name.split(".")[1:]) for name in names)
