import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest

from components.mlops.monitoring.runtime import drift, report
from components.mlops.monitoring.runtime.profiles import CATEGORY, Column, TableProfile, profile
from tests.components.mlops.monitoring.tables import COLUMNS, baseline, drawn

SCHEMA = json.loads(Path(report.__file__).with_name("report.schema.json").read_text())
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)


def made(rows, known=None, columns=COLUMNS, **more):
    known = known or baseline()
    table = TableProfile(columns, like={one["name"]: one for one in known["columns"]})
    table.add(rows)
    found = drift.judged(known, table.document()["columns"], drift.Settings())
    for column in found:
        column["new"] = {}
    return report.report(
        **{
            "model": "readmission",
            "model_version": "7",
            "monitor": "data",
            "status": drift.status(found, len(rows), drift.Settings()),
            "rows": len(rows),
            "columns": found,
            "source": "s3://captures/readmission",
            "window": {"start": "2026-11-26T00:00:00Z", "end": "2026-11-27T00:00:00Z"},
            "variants": {"AllTraffic": len(rows)},
            "set_aside": {"lines": 0, "reasons": {}, "examples": []},
            "baseline": {"source": "baseline.json", "rows": known["rows"]},
            "settings": {"threshold": 0.1, "min_rows": 100, "false_alarms": 0.01, "level": 0.002},
            **more,
        }
    )


@pytest.mark.parametrize(
    ("rows", "status", "summary"),
    [
        (drawn(1000, 1), "ok", "1,000 rows are like the baseline."),
        (drawn(1000, 1, age=0.5), "drift", "1,000 rows have drift of age."),
        (
            [[*row[:3], "Z", row[4]] for row in drawn(1000, 1)],
            "violations",
            "1,000 rows break 1 of the baseline's rules, with drift of ward.",
        ),
        (drawn(50, 1), "not-enough-data", "50 rows are too few to say anything."),
        ([], "no-data", "No row was captured."),
    ],
)
def test_every_status_has_its_sentence_and_keeps_the_schema(rows, status, summary):
    document = made(rows)

    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    assert (document["status"], document["summary"]) == (status, summary)
    assert f"<strong>{report.WORDS[status]}</strong>" in report.page(document)


def test_the_schema_refuses_what_it_does_not_know():
    for change in ({"status": "fine"}, {"more": 1}, {"rows": -1}, {"window": {"start": "today"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(made(drawn(100)) | change, SCHEMA)


def test_the_worst_column_is_told():
    document = made(drawn(1000, 1, age=0.5))

    assert document["worst"]["column"] == "age"
    assert document["worst"]["drift"] == max(one["drift"] for one in document["columns"])
    assert made([])["worst"] is None


def test_many_drifted_columns_are_summed_up():
    columns = [Column(f"f{place}", CATEGORY) for place in range(5)]
    known = profile(columns, [["A"] * 5, ["B"] * 5] * 500)

    document = made([["A"] * 5] * 500, known, columns)

    assert document["summary"] == "500 rows have drift of f0, f1, f2 and 2 more."


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.loads, self.rows = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in {"src", "href"}]


def test_the_page_loads_nothing_and_runs_nothing():
    page = Page(text := report.page(made(drawn(1000, 1, age=0.5))))

    assert "script" not in page.tags
    assert page.loads == [f"#c{number}" for number in range(5)]
    assert "url(" not in text
    assert "http" not in text
    assert page.tags.count("svg") == 5


def test_the_table_has_the_worst_first():
    text = report.page(made(drawn(1000, 1, age=0.5, ward=0.6)))

    assert re.findall(r'<a href="#c\d">(\w+)</a>', text)[:2] == ["ward", "age"]


def test_what_others_wrote_is_shown_and_does_nothing():
    columns = [Column("<b>x</b>", CATEGORY)]
    evil = "<script>alert(1)</script>"
    known = profile(columns, [["A"], [evil]] * 500)

    text = report.page(made([[evil], ["Z&"]] * 500, known, columns, model="<i>m</i>"))

    assert Page(text).tags.count("script") == Page(text).tags.count("b") == 0
    assert "&lt;script&gt;" in text
    assert "Z&amp;" in text
    assert "<i>" not in text


def test_of_many_categories_the_frequent_are_drawn_and_the_rest_together():
    columns = [Column("code", CATEGORY)]
    rows = [[f"c{place % 60}"] for place in range(6000)]

    text = report.page(made(rows, profile(columns, rows), columns))

    assert text.count("<g>") == report.SHOWN_BARS
    assert "41 more" in text


def test_a_report_is_written_as_json_and_as_a_page(tmp_path):
    document = made(drawn(100, 1))

    report.write(document, tmp_path / "reports" / "data")

    read = json.loads((tmp_path / "reports/data/report.json").read_text())
    assert read == json.loads(json.dumps(document))
    assert (tmp_path / "reports/data/report.html").read_text() == report.page(document)


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on the path")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_draws_the_page(tmp_path, dark):
    report.write(made(drawn(1000, 1, age=0.5)), tmp_path)
    flags = ["--blink-settings=preferredColorScheme=0"] if dark else []
    picture = tmp_path / "page.png"
    subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'browser'}",
            "--window-size=900,1400",
            f"--screenshot={picture}",
            *flags,
            (tmp_path / "report.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )

    pixels = _pixels(picture)
    background = (0x14, 0x18, 0x1F) if dark else (0xFF, 0xFF, 0xFF)
    bar = (0x58, 0xA6, 0xFF) if dark else (0x1F, 0x6F, 0xEB)
    assert pixels[:3] == bytes(background)
    assert bytes(bar) * 20 in pixels


def _pixels(picture):
    """The red, green and blue of each pixel of a PNG as a browser writes it."""
    import struct
    import zlib

    data, at, packed = picture.read_bytes(), 8, b""
    width = height = step = 0
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack(">IIBB", body[:10])
            step = {2: 3, 6: 4}[colour]
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * step
    above, rows = bytearray(stride), []
    for row in range(height):
        start = row * (stride + 1)
        line = bytearray(raw[start + 1 : start + 1 + stride])
        _unfilter(raw[start], line, above, step)
        rows.append(line)
        above = line
    flat = b"".join(rows)
    return flat if step == 3 else b"".join(flat[i : i + 3] for i in range(0, len(flat), 4))


def _unfilter(kind, line, above, step):
    """Undo a PNG's filter of a line: https://www.w3.org/TR/png-3/#9Filters"""
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            line[i] = (line[i] + left) & 255
        elif kind == 2:
            line[i] = (line[i] + above[i]) & 255
        elif kind == 3:
            line[i] = (line[i] + (left + above[i]) // 2) & 255
        elif kind == 4:
            guess = left + above[i] - corner
            best = min((left, above[i], corner), key=lambda one: abs(guess - one))
            line[i] = (line[i] + best) & 255
