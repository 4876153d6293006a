"""A YAML file as plain values, with the line of each.

Scalars are read by YAML 1.2's core schema, as the Pulumi engine reads them: `on` and `off` are
words. The parser is PyYAML's, which Pulumi imports anyway: with libyaml it takes 1 ms for a stack
file, where ruamel.yaml takes 20, and 120 more to import. https://yaml.org/spec/1.2.2/#103-core-schema
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from infra.settings.mistakes import Mistake
from infra.settings.mistakes import Path as SettingPath

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

CORE_SCHEMA: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]+"), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)


@dataclass
class Document:
    """What a YAML file holds."""

    values: Any = None
    lines: dict[SettingPath, int] = field(default_factory=dict)
    """The line, from 1, of each mapping key and each list item."""
    mistakes: list[Mistake] = field(default_factory=list)
    """Keys that are given twice (the later one counts), or what breaks the whole file."""

    def line(self, path: SettingPath) -> int:
        """The line of the value at `path`, or of the nearest group around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(path: Path) -> Document:
    """Read a file. One that is not a single, sound YAML document gives one mistake and no values.

    Raises OSError where there is no such file or it may not be read.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        return Document(mistakes=[Mistake((), f"is not UTF-8 text (byte {error.start}).")])


def parse(text: str) -> Document:
    """Read YAML. Broken YAML gives one mistake and no values."""
    document = Document()
    try:
        root = yaml.compose(text, LOADER)
        document.values = None if root is None else _value(root, (), document)
    except yaml.MarkedYAMLError as error:
        _broken(document, _line(error.problem_mark), _problem(error))
    except yaml.reader.ReaderError as error:
        _broken(document, text.count("\n", 0, error.position) + 1, f": {error.reason}")
    except RecursionError:
        _broken(document, 1, ": an alias holds itself, or groups are nested too deeply")
    return document


def _broken(document: Document, line: int, problem: str) -> None:
    document.values, document.lines = None, {(): line}
    document.mistakes = [Mistake((), f"the YAML is broken{problem}.")]


def _problem(error: Any) -> str:
    """The parser's words, with the start of what it was reading."""
    column = f" in column {error.problem_mark.column + 1}" if error.problem_mark else ""
    context = ""
    if error.context:
        start = f" that starts on line {_line(error.context_mark)}" if error.context_mark else ""
        context = f" ({error.context}{start})"
    return f"{column}: {error.problem}{context}"


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _value(node: Any, path: SettingPath, document: Document) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, child in enumerate(node.value):
            document.lines[*path, index] = child.start_mark.line + 1
            items.append(_value(child, (*path, index), document))
        return items
    values: dict[str, Any] = {}
    for key_node, child in node.value:
        key = str(key_node.value)
        here = (*path, key)
        if key in values:
            first = document.lines[here]
            document.mistakes.append(Mistake(here, f"is here twice, first on line {first}."))
        document.lines[here] = key_node.start_mark.line + 1
        values[key] = _value(child, here, document)
    return values


def _scalar(node: Any) -> Any:
    text: str = node.value
    if not node.style:
        for pattern, read_as in CORE_SCHEMA:
            if pattern.fullmatch(text):
                return read_as(text)
    return text
