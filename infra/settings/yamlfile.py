"""A YAML file as plain values, with the line of each.

The Pulumi engine reads the same files by a parser of its own. What the two would read differently
is a mistake: `yamlscalars` knows the scalars. The parser is PyYAML's, which Pulumi imports anyway:
with libyaml it takes 1 ms for a stack file, where ruamel.yaml takes 20, and 120 more to import.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from infra.settings.mistakes import Mistake
from infra.settings.mistakes import Path as SettingPath
from infra.settings.yamlscalars import Doubtful, read_key, read_plain
from infra.settings.yamlslips import slip

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ESCAPED_SLASH = r"\/"
SECRET_DEPTH = 2
"""Groups that hold the key `secure` alone are secrets to the engine. Whole settings may be, which
are two keys deep: `config` and, for example, `maslow:pagerduty_url`."""


@dataclass
class Document:
    """What a YAML file holds."""

    values: Any = None
    lines: dict[SettingPath, int] = field(default_factory=dict)
    """The line, from 1, of each mapping key and each list item."""
    mistakes: list[Mistake] = field(default_factory=list)
    """What breaks the whole file; or keys that are given twice (the later one counts), and what the
    engine would read differently."""

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
        document.mistakes += _notation_mistakes(text)
    except yaml.MarkedYAMLError as error:
        if found := slip(text, error, LOADER):
            document.values, document.mistakes = None, [found]
        else:
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


def _value(node: Any, path: SettingPath, document: Document, within_flow: bool = False) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path, document, within_flow)
    within_flow = within_flow or bool(node.flow_style)
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, child in enumerate(node.value):
            document.lines[*path, index] = child.start_mark.line + 1
            items.append(_value(child, (*path, index), document, within_flow))
        return items
    values: dict[str, Any] = {}
    for key_node, child in node.value:
        key = str(key_node.value)
        here = (*path, key)
        if key in values:
            first = document.lines[here]
            document.mistakes.append(Mistake(here, f"is here twice, first on line {first}."))
        document.lines[here] = key_node.start_mark.line + 1
        document.mistakes += _key_mistakes(key_node, here, within_flow)
        values[key] = _value(child, here, document, within_flow)
    if len(path) > SECRET_DEPTH and list(values) == ["secure"]:
        makes = "makes a secret of its group to Pulumi's engine."
        document.mistakes.append(Mistake((*path, "secure"), makes, "Call it something else."))
    return values


def _scalar(node: Any, path: SettingPath, document: Document, within_flow: bool) -> Any:
    value = node.value if node.style else read_plain(node.value, within_flow)
    if "\n" in node.value and node.value[0].isspace():
        lost = "is a text of several lines, of which Pulumi's engine loses the space at its start."
        document.mistakes.append(Mistake(path, lost, "Begin it with a letter."))
    if isinstance(value, Doubtful):
        document.mistakes.append(_doubt(node.value, value, path))
        return node.value
    return value


def _key_mistakes(node: Any, path: SettingPath, within_flow: bool) -> Iterator[Mistake]:
    if not isinstance(node, yaml.ScalarNode):
        yield Mistake(path, "a group or a list is no key.", "Write the key as text.")
    elif node.value == "<<":  # quoted too: the engine forgets the quotation marks
        yield Mistake(path, "merges another group into this one.", "Write its settings out.")
    elif node.style:
        return
    elif isinstance(read := read_key(node.value, within_flow), Doubtful):
        yield _doubt(node.value, read, path)


def _doubt(text: str, found: Doubtful, path: SettingPath) -> Mistake:
    number = f"{found.instead} for the number, or " if found.instead else ""
    quoted = f'"{text}"{" for text" if found.instead else ""}'
    return Mistake(
        path, f"{text} is {found.taken_for} to Pulumi's engine.", f"Write {number}{quoted}."
    )


def _notation_mistakes(text: str) -> Iterator[Mistake]:
    """What only the tokens tell: tags, and an escape that the engine's parser does not know."""
    if "!" not in text and ESCAPED_SLASH not in text:
        return
    for token in yaml.scan(text, LOADER):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.TagToken):
            tag = "".join(part or "" for part in token.value)
            leave = "Leave it out; quotation marks say what is text."
            yield Mistake((), f"the tag {tag} is not read here.", leave, line=line)
        elif isinstance(token, yaml.ScalarToken) and token.style == '"':
            written = text[token.start_mark.index : token.end_mark.index].replace(r"\\", "")
            if ESCAPED_SLASH in written:
                unknown = rf"{ESCAPED_SLASH} is no escape to Pulumi's engine."
                yield Mistake((), unknown, "Write / alone.", line=line)
