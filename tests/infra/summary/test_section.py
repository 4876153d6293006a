import pytest

from infra.summary import Section, lines

LONG = "a_name_that_is_longer_than_the_line_and_cannot_be_broken_between_words"


def test_a_text_is_wrapped_beside_its_label():
    section = Section("Costs", (("$1", "one of each kind"), ("nothing", "")), indent=6)
    assert list(lines([section], 16)) == [
        ("Costs", True),
        ("  $1  one of", False),
        ("      each kind", False),
        ("  nothing", False),
    ]


def test_a_label_that_has_no_room_stands_above_its_text():
    section = Section("Open", (("staging", "one role"),), indent=6)
    assert [line for line, _ in lines([section], 20)] == ["Open", "  staging", "      one role"]


@pytest.mark.parametrize("width", [20, 60, 100])
def test_no_line_is_wider_than_asked_whatever_it_says(width):
    section = Section(LONG * 2, ((LONG, LONG), ("x", f"{LONG} {LONG}"), (LONG, "")))
    assert max(len(line) for line, _ in lines([section], width)) <= width
