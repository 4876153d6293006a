"""The pictures of the README: drawn from the graph, and whole without anything from elsewhere."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from scripts import picture, session
from scripts.picture_parts import PARTS, components, shown

SVG = "{http://www.w3.org/2000/svg}"
MOST_LINES = 2
"""Of a box, below its title."""


@pytest.fixture
def local(recording):
    return recording("local", "second")


def words(text):
    return [" ".join("".join(each.itertext()).split()) for each in drawn(text).iter(f"{SVG}text")]


def drawn(text):
    return ElementTree.fromstring(text)  # noqa: S314  it is our own


def test_the_picture_in_docs_is_what_the_graph_gives(local):
    assert picture.FILE.read_text() == picture.svg(local), "run `make pictures`"


def test_another_graph_gives_another_picture(local, recording):
    first = words(picture.svg(recording("local", "first")))
    assert "Endpoint" not in first
    assert "approved version" not in first
    assert "Training pipeline" in first
    assert "Endpoint" in words(picture.svg(local))


def test_the_resources_of_the_needs_are_all_there_are(local):
    said = words(picture.svg(local))
    counts = [int(match[1]) for one in said if (match := re.fullmatch(r"(\d+) resources", one))]
    assert len(counts) == len(local.needs) == len(PARTS)
    custom = sum(each.custom and not each.type.startswith("pulumi:") for each in local.resources)
    assert sum(counts) == custom
    assert any(one.startswith(f"{custom} resources of the environment local") for one in said)


def test_a_component_without_a_part_is_told(local):
    (lake,) = [each for each in components(local, "data") if each.name == "maslow-local-lake"]
    unknown = replace(lake, urn=f"{lake.urn}-2", type="maslow:index:Pond")
    with pytest.raises(LookupError, match="has no part for Pond"):
        shown(replace(local, resources=(*local.resources, unknown)), "data")


def test_what_a_part_has_fits_into_its_box(local):
    for need in PARTS:
        for part in shown(local, need):
            if part:
                said = part.facts(local)
                assert len(picture.lines(said, picture.BOX_LETTERS)) in range(1, MOST_LINES + 1)


@pytest.mark.parametrize("file", [picture.FILE, session.FILE], ids=lambda file: file.name)
def test_a_picture_needs_nothing_from_elsewhere(file):
    text = file.read_text()
    assert drawn(text).tag == f"{SVG}svg"
    assert drawn(text).find(f"{SVG}title") is not None
    assert "font-face" not in text
    assert "@import" not in text
    assert re.findall(r"(?:href|src)\s*=|url\((?!#)", text) == []


def test_the_picture_is_drawn_for_light_and_for_dark_pages(local):
    text = picture.svg(local)
    style, _, dark = text[text.index("<style>") : text.index("</style>")].partition("@media")
    coloured = set(re.findall(r"\.(\w+)[^{}]*\{[^{}]*(?:fill|stroke): #", style))
    assert coloured
    assert {
        name for name in coloured if f".{name} " not in dark and f".{name}," not in dark
    } == set()


def test_a_session_is_shown_as_it_was_printed():
    text = session.svg("\x1b[36mTrain\x1b[0m  done <1> s\n\n  next\n")
    said = [each.replace("\N{NO-BREAK SPACE}", " ") for each in words(text)]
    assert "maslow up -s local" in said
    assert {"Train", "done <1> s", "next"} <= {each.strip() for each in said}
