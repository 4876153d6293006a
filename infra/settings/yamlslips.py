"""What is wrong with a file that YAML's parser cannot read, in a person's words.

The parser tells where it got stuck, which is often the line after the slip, and in terms of its
grammar. Here are the usual slips; what is none of them stays as the parser says it.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml

from infra.settings.mistakes import Mistake

CLOSING = {"{": "}", "[": "]"}
QUOTES = ('"', "'")
RESERVED = "@`%*&"
"""A text cannot begin with one of these unless it is quoted."""
SPACED = re.compile(r"(?P<key>[A-Za-z][\w-]*):(?P<value>[^\s:/].*)")
APART = re.compile(r"(?P<key>[A-Za-z][\w:-]*)\s+(?P<value>\S.*)")
WORD = re.compile(r"[A-Za-z][\w:-]*")


def colon_hint(text: str, sure: Callable[[str], bool] = lambda _: True) -> str:
    """How to write a setting that lacks its colon or the space after it; "" if it is none.

    `sure` tells whether a word is the key of a setting.
    """
    text = text.strip()
    for pattern in (SPACED, APART):
        if (found := pattern.fullmatch(text)) and sure(found["key"]):
            return f"Write {found['key']}: {found['value']}."
    return f"Write {text}: with its colon." if WORD.fullmatch(text) and sure(text) else ""


def slip(text: str, error: Any, loader: Any) -> Mistake | None:
    """The mistake behind a MarkedYAMLError, with its line; None where it is not a usual one."""
    if error.problem_mark is None:
        return None
    lines = [*text.splitlines(), ""]
    for find in (_tab, _colon, _conflict_or_key, _bracket, _quote, _reserved, _escape, _place):
        if found := find(lines, error, lambda: _last_quoted(text, error, loader)):
            return found
    return None


def _at(mark: Any) -> tuple[int, int]:
    return mark.line, mark.column


def _told(line: int, message: str, hint: str = "") -> Mistake:
    """A mistake on a line that is counted from 0, as the parser does."""
    return Mistake((), message, hint, line=line + 1)


def _tab(lines: list[str], error: Any, _: Any) -> Mistake | None:
    line, column = _at(error.problem_mark)
    before = lines[line][: column + 1]
    if "\t" in before and (before.strip(" \t-") == "" or "tab" in error.problem):
        return _told(line, "a tab; YAML is indented by spaces.", "Put spaces in its place.")
    return None


def _colon(lines: list[str], error: Any, _: Any) -> Mistake | None:
    """A colon where the grammar has no place for one: mostly, an earlier line lacks its own."""
    if "mapping values are not allowed" not in error.problem:
        return None
    line, column = _at(error.problem_mark)
    if ": " in lines[line][:column]:
        key, _, value = _content(lines[line]).partition(": ")
        hint = f'Write {key.removeprefix("- ")}: "{value}".' if '"' not in value else ""
        return _told(line, "a second colon; a text that holds one needs quotation marks.", hint)
    unfinished = line
    for above in range(line - 1, -1, -1):
        content = _content(lines[above])
        if re.match(r"-[A-Za-z]", content):
            instead = f"Write - {content[1:]}."
            return _told(above, f"lacks a space after its hyphen: {content}", instead)
        if content and (":" in re.sub(r":(?=\S)", "", content) or content.startswith("---")):
            if unfinished < line:
                break
            return _told(
                line,
                f"is indented below line {above + 1}, which has a value of its own.",
                "Begin both in the same column, or take that value away.",
            )
        if content:
            unfinished = above
    return _lacking(unfinished, _content(lines[unfinished])) if unfinished < line else None


def _conflict_or_key(lines: list[str], error: Any, _: Any) -> Mistake | None:
    if error.context != "while scanning a simple key":
        return None
    line = error.context_mark.line
    content = _content(lines[line])
    if re.match(r"<{7}|={7}|>{7}", content):
        return _told(line, "a mark of a merge conflict, which is still to be settled.")
    return _lacking(line, content)


def _lacking(line: int, content: str) -> Mistake:
    spaced = SPACED.fullmatch(content.removeprefix("- "))
    what = "lacks a space after its colon" if spaced else "lacks its colon"
    return _told(line, f"{what}: {content}", colon_hint(content.removeprefix("- ")))


def _bracket(lines: list[str], error: Any, quoted: Callable[[], Any]) -> Mistake | None:
    if not re.search(r"expected ',' or '[\]}]'", error.problem):
        return None
    if found := _quote(lines, error, quoted):
        return found
    (line, column), stuck = _at(error.context_mark), _at(error.problem_mark)
    opened = lines[line][column]
    closed = _closed(lines, line, column)
    if closed is None:
        return _told(
            line,
            f"the {opened} in column {column + 1} is never closed.",
            f"Close it by {CLOSING[opened]}.",
        )
    if lines[closed[0]][closed[1]] != CLOSING[opened]:
        return _told(
            closed[0],
            f"{lines[closed[0]][closed[1]]} closes the {opened} of line {line + 1}.",
            f"Close it by {CLOSING[opened]}.",
        )
    if lines[stuck[0]][stuck[1] : stuck[1] + 1] != ":":
        return None
    before = lines[stuck[0]][: stuck[1]]
    key = re.search(r"[\w-]+$", before)
    return _told(stuck[0], f"a comma is missing before {key[0]}." if key else "a comma is missing.")


def _closed(lines: list[str], line: int, column: int) -> tuple[int, int] | None:
    """Where the bracket that opens at a place is closed, by whichever kind."""
    depth, quote = 0, ""
    for number in range(line, len(lines)):
        begin = column if number == line else 0
        for place in range(begin, len(lines[number])):
            character = lines[number][place]
            if quote:
                quote = "" if character == quote else quote
            elif character in QUOTES and not lines[number][place - 1 : place].isalnum():
                quote = character
            elif character == "#" and lines[number][place - 1 : place] in ("", " "):
                break
            elif character in "[{":
                depth += 1
            elif character in "]}":
                depth -= 1
                if depth == 0:
                    return number, place
    return None


def _quote(lines: list[str], error: Any, quoted: Callable[[], Any]) -> Mistake | None:
    if error.context == "while scanning a quoted scalar" and "end of stream" in error.problem:
        line, column = _at(error.context_mark)
        return _unclosed_quote(line, column, lines[line][column])
    if "did not find expected" not in error.problem or (token := quoted()) is None:
        return None
    line, column = _at(token.start_mark)
    if token.end_mark.line > line:
        return _unclosed_quote(line, column, token.style)
    rest = lines[line][token.end_mark.column :].strip()
    if error.problem_mark.line == line and rest and rest[0] not in "]},:":
        return _told(
            line,
            f"there is text after the closing {token.style} in column {token.end_mark.column}.",
            "Quotation marks go around the whole value.",
        )
    return None


def _unclosed_quote(line: int, column: int, mark: str) -> Mistake:
    return _told(
        line,
        f"the {mark} in column {column + 1} is not closed on its line.",
        f"Close it by {mark}.",
    )


def _last_quoted(text: str, error: Any, loader: Any) -> Any:
    """The quoted scalar that ends last before the place of an error, on its line."""
    last = None
    try:
        for token in yaml.scan(text, loader):
            if token.start_mark.index >= error.problem_mark.index:
                break
            if isinstance(token, yaml.ScalarToken):
                last = token
    except yaml.YAMLError:
        pass
    if last is None or last.style not in QUOTES:
        return None
    return last if last.end_mark.line == error.problem_mark.line else None


def _reserved(lines: list[str], error: Any, _: Any) -> Mistake | None:
    mark = error.problem_mark if "cannot start" in error.problem else error.context_mark
    if not mark or not (error.context or "").startswith("while scanning"):
        return None
    line, column = _at(mark)
    if (first := lines[line][column : column + 1]) and first in RESERVED:
        return _told(
            line,
            f"a text that begins with {first} needs quotation marks.",
            f'Write "{_content(lines[line][column:])}".',
        )
    return None


def _escape(lines: list[str], error: Any, _: Any) -> Mistake | None:
    if "unknown escape character" not in error.problem:
        return None
    line, column = _at(error.problem_mark)
    letter = lines[line][column:].removeprefix("\\")[:1]
    return _told(
        line,
        rf"\{letter} is no escape.",
        r"Write \\ for a backslash, or put the text in single quotation marks.",
    )


def _place(lines: list[str], error: Any, _: Any) -> Mistake | None:
    """A closing bracket that closes nothing, or a line that begins in a column of its own."""
    if not re.search(r"did not find expected (key|'-' indicator)", error.problem):
        return None
    line, column = _at(error.problem_mark)
    found = lines[line][column : column + 1]
    if found and found in "]}":
        return _told(line, f"the {found} in column {column + 1} closes nothing.")
    if found and not lines[line][:column].strip():
        return _told(
            line,
            "its indentation fits no line above it.",
            "What belongs together begins in the same column; the hyphens of a list, too.",
        )
    return None


def _content(line: str) -> str:
    """A line without its indentation and its comment."""
    return re.sub(r"(^|\s)#.*", "", line).strip()
