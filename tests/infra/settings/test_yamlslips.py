"""What a person reads of a file that is no YAML: the line with the slip, and what would do."""

import random
from pathlib import Path

import pytest
import yaml

from infra.settings import yamlfile
from infra.settings.yamlfile import parse

STACKS = Path(__file__).resolve().parents[3] / "stacks"
TAB = "a tab; YAML is indented by spaces. Put spaces in its place."
FITS_NONE = (
    "its indentation fits no line above it. What belongs together begins in the same column; "
    "the hyphens of a list, too."
)


def told(text: str) -> tuple[int | None, str]:
    document = parse(text)
    (mistake,) = document.mistakes
    assert document.values is None
    return mistake.line, f"{mistake.message} {mistake.hint}".rstrip()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a:\n\tb: 1\n", 2),
        ("a:\n  b: 1\n\tc: 2\n", 3),
        ("a:\n  b:\n  \tc: 1\n", 3),
        ("a:\n  - b: 1\n  \t  c: 2\n", 3),
        ("a: |\n\tb\n", 2),
    ],
)
def test_a_tab_is_told_where_it_is(text: str, line: int) -> None:
    assert told(text) == (line, TAB)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n  b c@d.e\n  f: {g: 1}\n", 2, "lacks its colon: b c@d.e Write b: c@d.e."),
        ("a:\n  b: {c: 1}\n  d e@f.g\n  h: 1\n", 3, "lacks its colon: d e@f.g Write d: e@f.g."),
        ("a:\n  b: {c: 1}\n  d e@f.g\n", 3, "lacks its colon: d e@f.g Write d: e@f.g."),
        (
            "a:\n  b: 1\n  zones:2  # two\n  c: 3\n",
            3,
            "lacks a space after its colon: zones:2 Write zones: 2.",
        ),
        ("a:\n  b\n\n    c: 1\n", 2, "lacks its colon: b Write b: with its colon."),
        ("a:\n  -b: 1\n   c: 1\n", 2, "lacks a space after its hyphen: -b: 1 Write - b: 1."),
        (
            "a: b: c\n",
            1,
            'a second colon; a text that holds one needs quotation marks. Write a: "b: c".',
        ),
        (
            "a: 1\n<<<<<<< HEAD\nb: 2\n",
            2,
            "a mark of a merge conflict, which is still to be settled.",
        ),
    ],
)
def test_a_missing_colon_is_told_on_the_line_that_lacks_it(
    text: str, line: int, message: str
) -> None:
    assert told(text) == (line, message)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [1, 2\nc: 3\nd: 4\n", 2, "the [ in column 4 is never closed. Close it by ]."),
        ("a: {b: {c: 1}\nd: {e: 2}\n", 1, "the { in column 4 is never closed. Close it by }."),
        ("a: [1, 2}\n", 1, "} closes the [ of line 1. Close it by ]."),
        ("a: {b: 1,\n  c: 2]\n", 2, "] closes the { of line 1. Close it by }."),
        ("a: [1]]\nb: 2\n", 1, "the ] in column 7 closes nothing."),
        ("a: {b: 1\n  cd: 2}\n", 2, "a comma is missing before cd."),
        ("a: 1\nb: 'c\nd: 4\n", 2, "the ' in column 4 is not closed on its line. Close it by '."),
        ('a: "b\nc: "3"\n', 1, 'the " in column 4 is not closed on its line. Close it by ".'),
        (
            "a: {b: 'c, d: 2}\ne: {f: 'g'}\n",
            1,
            "the ' in column 8 is not closed on its line. Close it by '.",
        ),
        (
            'a: "b" c\n',
            1,
            (
                'there is text after the closing " in column 6. '
                "Quotation marks go around the whole value."
            ),
        ),
    ],
)
def test_what_is_not_closed_is_told_where_it_opens(text: str, line: int, message: str) -> None:
    assert told(text) == (line, message)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n    b: 1\n  c: 2\n", 3, FITS_NONE),
        ("a:\n  - b: 1\n - b: 2\n", 3, FITS_NONE),
        (
            "a:\n  b: 1\n    c: 2\n",
            3,
            (
                "is indented below line 2, which has a value of its own. "
                "Begin both in the same column, or take that value away."
            ),
        ),
        ("a: @b\n", 1, 'a text that begins with @ needs quotation marks. Write "@b".'),
        ("a: *\n", 1, 'a text that begins with * needs quotation marks. Write "*".'),
        (
            'a: "\\d"\n',
            1,
            (
                r"\d is no escape. "
                r"Write \\ for a backslash, or put the text in single quotation marks."
            ),
        ),
    ],
)
def test_other_slips_are_told_in_plain_words(text: str, line: int, message: str) -> None:
    assert told(text) == (line, message)


@pytest.mark.parametrize("loader", dict.fromkeys((yamlfile.LOADER, yaml.SafeLoader)))
def test_no_slip_breaks_the_search_for_it(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlfile, "LOADER", loader)
    dice = random.Random(1)  # noqa: S311  slips, not secrets
    for path in sorted(STACKS.glob("*.yaml")):
        text = path.read_text()[:1500]
        for _ in range(60):
            place = dice.randrange(len(text))
            gone = dice.choice([0, 0, 1, 3])
            broken = text[:place] + dice.choice(["", *"\t\n:-[]{}\"'@*& ,#"]) + text[place + gone :]
            for mistake in parse(broken).mistakes:
                assert mistake.line is None or 0 < mistake.line <= broken.count("\n") + 2
