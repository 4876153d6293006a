import copy
import re
from html.parser import HTMLParser

import pytest

from infra.demo import page
from infra.demo.style import STYLE
from infra.demo.timeline import Kind
from tests.infra.demo import told
from tests.infra.demo.browser import measured, needs_browser, run

WIDTHS = (375, 768, 1280)


@pytest.fixture(scope="module")
def document():
    return told.document()


@pytest.fixture(scope="module")
def text(document):
    return page.page(document)


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.loads, self.said, self.headings = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in {"src", "href", "srcset"}]

    def handle_data(self, data):
        if self.tags[-1:] == ["h2"] and data.strip():
            self.headings.append(data)
        self.said.append(data)


def test_it_has_a_section_for_all_that_is_asked_of_it(text):
    headings = re.findall(r"<h2>(.*?)</h2>", text)
    assert headings == [
        "What is shown",
        "What happened",
        "Drift",
        "Quality",
        "Versions",
        "Alarms",
        "Requests",
        "What it would cost in AWS",
        "What was emulated",
    ]


def test_it_loads_nothing_and_runs_nothing(text):
    found = Page(text)
    assert found.loads == []
    assert "script" not in found.tags
    assert "url(" not in text
    assert "http:" not in text
    assert "https:" not in text


def test_every_event_and_what_is_stated_can_be_read(document, text):
    said = "".join(Page(text).said)
    for one in document["events"]:
        assert one["text"] in said
    for stated in document["stated"].values():
        assert stated in said


def test_every_picture_says_what_it_shows_and_has_its_numbers_beside_it(document, text):
    pictures = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(pictures) == 10
    for picture in pictures:
        assert re.match(r'<svg class="\w+" viewBox="[\d ]+" role="img" aria-label="\w+', picture)
        assert re.search(r"<title>\w.*?</title><desc>\w.*?</desc>", picture)
    assert text.count("<details>") == 5
    table = re.search(r"<h2>Drift</h2>.*?<tbody>(.*?)</tbody>", text, re.DOTALL).group(1)
    assert table.count("<tr>") == len(document["drift"])
    assert "<td>10.60</td>" in table


def test_the_moments_that_count_are_marked_in_every_picture_and_in_the_list(document, text):
    marked = [one for one in document["events"] if one["kind"] in page.MARKED]
    numbers = [str(number) for number in range(1, len(marked) + 1)]
    assert len(numbers) == 6
    for picture in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        assert re.findall(r'class="on-badge"[^>]*>(\d+)<', picture) == numbers
    listed = re.search(r'<ol class="events">(.*?)</ol>', text, re.DOTALL).group(1)
    assert re.findall(r'class="dot">(\d+)<', listed) == numbers


def test_the_verdict_is_what_the_record_says(document):
    is_well, said = page.verdict(document)
    assert is_well
    assert said.split(". ") == [
        "Drift was found and a better version released",
        "A faulty version was rolled back",
        "No alarm is on, and nothing drifts.",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"drift": []}, "Whether the requests drift is not known."),
        (
            {"drift": [{"at": "", "worst": 3.2, "rows": 1, "version": 1, "status": "drift"}]},
            "The requests drift still.",
        ),
        (
            {"alarms": [{"at": "2026-11-27T09:00:00Z", "until": None, "name": "Errors"}]},
            "Still in alarm: Errors.",
        ),
    ],
)
def test_a_story_that_ends_badly_is_not_said_to_end_well(document, change, said):
    is_well, sentence = page.verdict(document | change)
    assert not is_well
    assert said in sentence


def test_a_better_version_before_the_drift_is_none_after_it(document):
    events = [one for one in document["events"] if one["at"] < "2026-11-27T09:02:00Z"]
    assert "Alarm to better version" in page.page(document)
    assert "Drift was found." in page.verdict(document | {"events": events})[1]
    assert "Alarm to better version" not in page.page(document | {"events": events})


def test_what_a_cost_is_not_known_to_be_is_called_so(text):
    costs = re.search(r"<h2>What it would cost.*?</section>", text, re.DOTALL).group(0)
    assert "$1.17 of what is known. 2 of 3 lines are not known." in costs
    assert re.findall(r"<td>(not known|\$[\d.]+)</td></tr>", costs) == [
        "$1.17",
        "not known",
        "not known",
    ]


def test_what_others_wrote_is_shown_and_does_nothing(document):
    evil = copy.deepcopy(document)
    evil["events"][0]["text"] = "<script>alert(1)</script>"
    evil["alarms"][0]["name"] = "<b>bold</b>"
    evil["model"] = "<i>m</i>"

    made = page.page(evil)

    assert not {"script", "i"} & set(Page(made).tags)
    assert "<b>bold" not in made
    assert "&lt;script&gt;" in made


def test_a_record_of_nothing_is_a_page_too():
    hand = told.Hand()
    empty = told.timeline(hand).document(0, not_emulated={})
    made = page.page(empty)
    assert made.count("There is nothing to show.") == 5
    assert "Whether the requests drift is not known." in made


def test_every_kind_of_event_has_a_name():
    assert set(page.NAMES) == set(Kind)


@pytest.mark.parametrize("scheme", range(3), ids=["light", "dark", "paper"])
def test_letters_can_be_read_on_their_ground(scheme):
    colours = [
        dict(re.findall(r"--(\w+): (#\w{6})", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    ][scheme]
    for ground in ("page", "card"):
        for letters in ("text", "dim", "good", "bad"):
            assert contrast(colours[letters], colours[ground]) >= 4.5, (letters, ground)
        for shape in ("accent", "bad", "good"):
            assert contrast(colours[shape], colours[ground]) >= 3, (shape, ground)
    for ground in ("accent", "bad", "good", "dim"):
        assert contrast(colours["on"], colours[ground]) >= 4.5, ground
    assert contrast(colours["text"], colours["soft"]) >= 4.5


def contrast(one, other):
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@needs_browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
def test_no_letter_is_cut_or_lies_on_another(tmp_path, text, width, is_open):
    found = measured(tmp_path, text, width, is_open=is_open)
    assert (found["screen"], found["width"]) == (width, width)
    assert found["letters"] > 2000
    assert found["overlaps"] == []
    assert found["cut"] == []
    assert found["smallest"] >= 9


@needs_browser
def test_what_is_cut_or_lies_on_another_is_seen(tmp_path):
    bad = (
        '<head></head><body><p style="margin:0">beneath</p>'
        '<p style="margin:-1.2em 0 0">above</p><p style="white-space:nowrap">'
        f"{'wide ' * 100}</p></body>"
    )
    found = measured(tmp_path, bad, 375)
    assert found["overlaps"] == [["beneath", "above"]]
    assert len(found["cut"]) == 1
    assert found["width"] > 375


@needs_browser
def test_many_alarms_names_and_marks_fit_as_well(tmp_path, document):
    crowded = copy.deepcopy(document)
    crowded["alarms"] = [
        {**document["alarms"][0], "name": f"An alarm of a name that goes on and on, number {n}"}
        for n in range(4)
    ]
    release = next(one for one in document["events"] if one["kind"] == Kind.RELEASE)
    crowded["events"] += [{**release, "at": document["ended"]}] * 5
    for width in WIDTHS:
        found = measured(tmp_path, page.page(crowded), width)
        assert (found["overlaps"], found["cut"]) == ([], [])


@needs_browser
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_draws_the_page_and_complains_of_nothing(tmp_path, text, dark):
    written = tmp_path / "page.html"
    written.write_text(text)
    flags = ["--blink-settings=preferredColorScheme=0"] if dark else []
    picture = tmp_path / "page.png"

    _, complaints = run(
        tmp_path, written.as_uri(), "--window-size=1280,900", f"--screenshot={picture}", *flags
    )

    assert complaints == []
    assert picture.stat().st_size > 20_000


@needs_browser
def test_a_browser_would_complain_of_what_is_loaded_from_elsewhere(tmp_path, text):
    written = tmp_path / "page.html"
    written.write_text(text.replace("<main>", '<main><img src="file:///elsewhere.png">'))
    _, complaints = run(tmp_path, written.as_uri(), "--dump-dom")
    assert any("Content Security Policy" in line for line in complaints)
