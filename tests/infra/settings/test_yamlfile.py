import pytest

from infra.settings.yamlfile import parse, read


def test_scalars_are_those_of_yaml_1_2():
    words = "on: off, yes: no, n: null, t: true, q: '1', d: '2026-01-31', m: 1:30, v: 1.2.3"
    numbers = "i: -7, x: 0x1f, o: 0o17, e: 1e3, w: 1.0, f: .5"
    document = parse(f"{{{words}, {numbers}}}")
    assert document.mistakes == []
    assert document.values == {
        "on": "off", "yes": "no", "n": None, "t": True, "q": "1", "d": "2026-01-31", "m": "1:30",
        "v": "1.2.3", "i": -7, "x": 31, "o": 15, "e": 1000, "w": 1, "f": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scalar", "taken_for", "instead"),
    [
        ("2026-12-31", "a date", '"2026-12-31"'),
        ("2026-12-31T10:00:00Z", "a date", '"2026-12-31T10:00:00Z"'),
        ("030", "the octal number 24", '24 for the number, or "030" for text'),
        ("089", "the number 89", '89 for the number, or "089" for text'),
        ("0b11", "the binary number 3", '3 for the number, or "0b11" for text'),
        ("-0x1f", "the hexadecimal number -31", '-31 for the number, or "-0x1f" for text'),
        ("1_000", "the number 1000", '1000 for the number, or "1_000" for text'),
        (".inf", "no finite number", '".inf"'),
        ("9223372036854775808", "a number without its last digits", '"9223372036854775808"'),
    ],
)
def test_a_scalar_that_the_engine_reads_differently_is_told_with_its_line(
    scalar, taken_for, instead
):
    document = parse(f"a:\n  - 1\n  - {scalar}\n")
    (mistake,) = document.mistakes
    assert (mistake.path, document.line(mistake.path)) == (("a", 1), 3)
    assert mistake.message == f"{scalar} is {taken_for} to Pulumi's engine."
    assert mistake.hint == f"Write {instead}."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{a: {1e3: b}}", "1e3 is the key 1000 to Pulumi's engine."),
        ("{a: {030: b}}", "030 is the octal number 24 to"),
        ("{a: {True: b}}", "True is the key true to"),
        ("{a: {~: b}}", "~ is no text"),
        ("{a: {<<: {b: c}}}", "merges another group into this one"),
        ("{a: {[b]: c}}", "a group or a list is no key"),
        ("{a: {b: {c: {secure: d}}}}", "makes a secret of its group"),
        ("{a: b?c}", "broken within brackets"),
        (r'a: "\n b"', "loses the space at its start"),
        (r'a: "b\/c"', r"\/ is no escape"),
        ("a: !!str b", "the tag !!str is not read here"),
    ],
)
def test_what_else_the_engine_reads_differently_is_told(text, words):
    (mistake,) = parse(text).mistakes
    assert words in mistake.message


def test_keys_and_texts_that_only_look_odd_are_read():
    text = r"""{a: {111111111111: b, true: c, "030": d}, "e": 'f\/g!', h: ["b?c", "\\/"]}"""
    assert parse(text).mistakes == []
    assert parse("a: b?c\nconfig: {b: {secure: c}}").mistakes == []


def test_every_key_and_item_has_its_line():
    document = parse("a:\n  - b: 1\n    c: {d: 2,\n      e: 3}\n")
    assert document.lines == {
        ("a",): 1, ("a", 0): 2, ("a", 0, "b"): 2, ("a", 0, "c"): 3, ("a", 0, "c", "d"): 3,
        ("a", 0, "c", "e"): 4,
    }  # fmt: skip
    assert document.line(("a", 0, "missing", "deeper")) == 2


def test_a_key_that_is_given_twice_is_told():
    (mistake,) = parse("a: 1\nb: {c: 1,\n  c: 2}\n").mistakes
    assert (mistake.path, mistake.message) == (("b", "c"), "is here twice, first on line 2.")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1,,2]", 1, "in column 7: did not find expected node content (while parsing a flow"),
        ("a: *nothing", 1, "undefined alias"),
        ("a: 1\n---\nb: 2", 2, "but found another document"),
        ("a: 1\nb: \x00", 2, "control characters are not allowed"),
        ("a: &loop [*loop]", 1, "an alias holds itself"),
    ],
)
def test_broken_yaml_is_one_mistake_with_its_place(text, line, words):
    document = parse(text)
    (mistake,) = document.mistakes
    assert document.values is None
    assert document.line(mistake.path) == line
    assert mistake.message.startswith("the YAML is broken")
    assert words in mistake.message


def test_a_file_that_is_not_text_is_told(tmp_path):
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_bytes(b"a: \xff")
    (mistake,) = read(file).mistakes
    assert mistake.message == "is not UTF-8 text (byte 3)."
