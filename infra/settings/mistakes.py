"""Mistakes in a stack file, and how they are reported."""

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from infra.errors import InputError

Path = tuple[str | int, ...]
"""Where a value stands: mapping keys and list positions, from the outside in."""

QUOTED_LENGTH = 60
MISSING = "is missing."
REFUSED = "refused"
"""The pydantic error type of every check of our own: its context holds finished mistakes."""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong, and where."""

    path: Path
    """Before a mistake is reported this is relative to the value that was checked."""
    message: str
    """What was found and why it cannot stay. Begins in lower case or with the value."""
    hint: str = ""
    """What would do instead, as whole sentences."""
    setting: str = ""
    """The path as people write it: `models[readmission].serving.instance`."""
    line: int | None = None
    """Counted from 1; None where there is no file to point into."""


class SettingsError(InputError):
    """A stack file cannot be used; `mistakes` holds every reason, in the order of the file."""

    def __init__(self, source: str, mistakes: Sequence[Mistake]) -> None:
        self.source = source
        self.mistakes = sorted(mistakes, key=lambda mistake: mistake.line or 0)
        super().__init__(source, self.mistakes)

    def __str__(self) -> str:
        first = self.mistakes[0]
        if len(self.mistakes) == 1 and not first.setting and not first.line:
            return "\n".join([f"{self.source}: {first.message}", *_indented(first.hint, 2)])
        count = len(self.mistakes)
        blocks = [f"{self.source} has {count} mistake{'' if count == 1 else 's'}", ""]
        width = max(
            (len(str(mistake.line)) for mistake in self.mistakes if mistake.line), default=0
        )
        for mistake in self.mistakes:
            place = f"line {mistake.line:>{width}}  " if mistake.line else ""
            named = f"{mistake.setting}: " if mistake.setting else ""
            blocks.append(f"  {place}{named}{mistake.message}")
            blocks.extend(_indented(mistake.hint, 2 + len(place)))
        return "\n".join(blocks)


def _indented(text: str, columns: int) -> list[str]:
    return [f"{' ' * columns}{line}" for line in text.splitlines()]


def refusal(message: str, hint: str = "") -> PydanticCustomError:
    """What a validator raises to refuse its value."""
    return refusals([Mistake((), message, hint)])


def refusals(mistakes: Iterable[Mistake]) -> PydanticCustomError:
    """What a validator of a whole model raises: mistakes with paths relative to that model."""
    return PydanticCustomError(REFUSED, "refused", {"mistakes": tuple(mistakes)})


def shown(value: object) -> str:
    """A value as a mistake quotes it, shortened where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= QUOTED_LENGTH else f"{text[: QUOTED_LENGTH - 1]}…"


def one_of(words: Sequence[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def nearest(word: object, known: Iterable[str], alike: float = 0.6) -> str | None:
    """The known spelling that `word` most probably means, if at least as alike, of 0 to 1."""
    matches = difflib.get_close_matches(str(word), list(known), n=1, cutoff=alike)
    return matches[0] if matches else None


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`Did you mean X?`, or nothing where nothing is near."""
    match = nearest(word, known)
    return f"Did you mean {match}?" if match else ""
