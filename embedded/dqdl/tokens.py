"""Text in DQDL as tokens, and the error that a wrong text is refused with.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?P<text>\"(?:\\.|[^\"\\])*\")|(?P<number>\d+(?:\.\d+)?(?![\w.]))|(?P<word>[\w.]+)"
    r"|(?P<sign>!=|>=|<=|[-=><\[\](){},:$+*/])",
    re.DOTALL | re.ASCII,
)
SPACE = re.compile(r"(?:\s|#[^\n]*(?:\n|$))*")
"""What stands between tokens: spaces, line ends and comments."""
SHOWN = 40
"""Characters of a wrong token that an error shows."""


class Invalid(ValueError):
    """A text that is not DQDL: one sentence with the place, what was found and what is allowed."""

    def __init__(self, message: str, source: str, position: int) -> None:
        """Position: counted in characters from 0."""
        self.message = message
        self.position = position
        self.line = source.count("\n", 0, position) + 1
        """Counted from 1, as the column is."""
        self.column = position - source.rfind("\n", 0, position)
        super().__init__(f"line {self.line}, column {self.column}: {message}")


@dataclass(frozen=True)
class Token:
    """One token, as it is written."""

    kind: str
    """text, number, word, sign or end."""
    raw: str
    start: int
    """Its place in the source, counted in characters from 0."""

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + len(self.raw)

    @property
    def unquoted(self) -> str:
        """A text without its quotes, in which a backslash frees the character behind it."""
        return re.sub(r"\\(.)", r"\1", self.raw[1:-1], flags=re.DOTALL)

    @property
    def unquoted_code(self) -> str:
        """A regular expression or SQL without its quotes: only a quote loses its backslash."""
        return self.raw[1:-1].replace('\\"', '"')

    @property
    def shown(self) -> str:
        """The token as an error names it."""
        if self.kind == "end":
            return "the end"
        raw = self.raw if len(self.raw) <= SHOWN else self.raw[:SHOWN] + "…"
        return raw if self.kind == "text" else f'"{raw}"'


def tokens_of(source: str) -> list[Token]:
    """The tokens of a text, the last one being its end. Raises Invalid."""
    found: list[Token] = []
    position = _after_space(source, 0)
    while position < len(source):
        match = TOKEN.match(source, position)
        if not match:
            if source[position] == '"':
                raise Invalid("the text that begins here has no closing quote.", source, position)
            raise Invalid(f'"{source[position]}" is not expected.', source, position)
        kind = match.lastgroup or ""
        found.append(Token(kind, match[0], position))
        position = _after_space(source, match.end())
    return [*found, Token("end", "", len(source))]


def written(tokens: Iterable[Token]) -> str:
    """Tokens on one line: a space where there was one, or a line end or comment."""
    line = ""
    last: Token | None = None
    for token in tokens:
        line += " " if last and last.end < token.start else ""
        line += token.raw
        last = token
    return line


def nearest(word: str, allowed: Iterable[str]) -> str:
    """A sentence that proposes the nearest right spelling, or nothing; with a space before it."""
    by_small = {each.lower(): each for each in allowed}
    found = difflib.get_close_matches(word.lower(), by_small, 1)
    return f" Did you mean {by_small[found[0]]}?" if found else ""


def _after_space(source: str, position: int) -> int:
    match = SPACE.match(source, position)
    return match.end() if match else position
