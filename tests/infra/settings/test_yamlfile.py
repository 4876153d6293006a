import pytest

from infra.settings.yamlfile import parse, read


def test_scalars_are_those_of_yaml_1_2():
    words = "on: off, yes: no, n: null, t: true, d: 2026-01-31, q: '1', s: 1_0"
    numbers = "i: 07, x: 0x1f, o: 0o17, f: 1e3"
    assert parse(f"{{{words}, {numbers}}}").values == {
        "on": "off", "yes": "no", "n": None, "t": True, "i": 7, "x": 31, "o": 15, "f": 1000.0,
        "d": "2026-01-31", "q": "1", "s": "1_0",
    }  # fmt: skip


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
        ("a: b: c", 1, "in column 5: mapping values are not allowed"),
        ("a:\n  b: [1, 2\n", 3, "(while parsing a flow sequence that starts on line 2)"),
        ("a: 1\n\tb: 2", 2, "tab character"),
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
