import base64
import json
from datetime import UTC, datetime

import pytest

from components.mlops.monitoring.runtime.capture import Reader
from components.mlops.monitoring.runtime.profiles import ABSENT
from components.mlops.monitoring.runtime.sources import BadInput, Line, Window, captured, files

CSV, JSON = "text/csv", "application/json"
NAMES = ["age", "ward"]
DAY = Window(datetime(2026, 11, 26, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))


def half(text, content_type, encoding=None):
    return {
        "observedContentType": content_type,
        "mode": "INPUT",
        "data": base64.b64encode(text.encode()).decode() if encoding == "BASE64" else text,
        "encoding": encoding or {CSV: "CSV"}.get(content_type, "JSON"),
    }


def event(asked=None, answer=None, at="2026-11-26T10:00:00Z", inference_id="visit-1"):
    data = {"endpointInput": asked, "endpointOutput": answer}
    return {
        "captureData": {name: value for name, value in data.items() if value},
        "eventMetadata": {"eventId": "e", "inferenceId": inference_id, "inferenceTime": at},
        "eventVersion": "0",
    }


def read(*events, reader=None, window=None):
    reader = reader or Reader(NAMES)
    texts = [each if isinstance(each, str | bytes) else json.dumps(each) for each in events]
    lines = [Line(text, "f.jsonl", number, "v") for number, text in enumerate(texts, start=1)]
    return list(reader.rows(lines, window)), reader.aside


def features(body, content_type, **how):
    rows, aside = read(event(half(body, content_type, **how)))
    assert aside.lines == 0, aside.examples
    return [row.features for row in rows]


@pytest.mark.parametrize("encoding", [None, "BASE64"])
@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("61,A\n", CSV, [["61", "A"]]),
        ("61,A\n\n62,\n", "text/csv; charset=utf-8", [["61", "A"], ["62", ""]]),
        ("age,ward\n61,A\n", CSV, [["61", "A"]]),
        ('61,"A, first"\n', CSV, [["61", "A, first"]]),
        ('{"instances": [[61, "A"], [62, null]]}', JSON, [[61, "A"], [62, None]]),
        ('{"instances": [{"ward": "A", "age": 61, "more": 1}]}', JSON, [[61, "A"]]),
        ('{"instances": [{"features": [61, "A"]}]}', JSON, [[61, "A"]]),
        ('{"age": 61, "ward": "A"}', JSON, [[61, "A"]]),
        ('[61, "A"]', JSON, [[61, "A"]]),
        ('[{"age": 61, "ward": "A"}, [62, "B"]]', JSON, [[61, "A"], [62, "B"]]),
        ('{"age": 61}', JSON, [[61, ABSENT]]),
        ('{"age": 61}\n[62, "B"]\n', "application/jsonlines", [[61, ABSENT], [62, "B"]]),
    ],
)
def test_a_request_is_read_by_its_content_type(body, content_type, expected, encoding):
    assert features(body, content_type, encoding=encoding) == expected


def test_nested_objects_have_dotted_names():
    reader = Reader(["patient.age", "patient.seen.ward", "flat.name"])
    asked = {"patient": {"age": 61, "seen": {"ward": "A"}}, "flat.name": 1}

    rows, _ = read(event(half(json.dumps({"instances": [asked]}), JSON)), reader=reader)

    assert rows[0].features == [61, "A", 1]


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ('{"predictions": [{"label": "1", "score": 0.9}]}', JSON, {"label": "1", "score": 0.9}),
        ('{"predictions": [0.9]}', JSON, {"score": 0.9}),
        ('{"predictions": [[0.9]]}', JSON, {"score": 0.9}),
        ("0.9", JSON, {"score": 0.9}),
        ('{"predictions": ["A"]}', JSON, {"label": "A"}),
        ('{"score": 0.9}', JSON, {"score": 0.9}),
        (
            '{"predictions": [{"label": "A", "score": 0.9, "scores": {"A": 0.9, "B": 0.1}}]}',
            JSON,
            {"label": "A", "score": 0.9, "scores.A": 0.9, "scores.B": 0.1},
        ),
        ("0.9\n", CSV, {"score": 0.9}),
        ("A\n", CSV, {"label": "A"}),
        ('{"label": "A"}\n', "application/jsonlines", {"label": "A"}),
    ],
)
def test_an_answer_is_read_by_its_content_type(body, content_type, expected):
    rows, aside = read(event(half("61,A", CSV), half(body, content_type)))

    assert aside.lines == 0, aside.examples
    assert rows[0].prediction == expected


def test_in_csv_a_model_of_several_classes_answers_labels_even_where_they_are_numbers():
    reader = Reader(NAMES, ["label", "score", "scores.1", "scores.2"])

    rows, _ = read(event(half("61,A", CSV), half("2\n", CSV)), reader=reader)

    assert rows[0].prediction == {"label": "2"}


def test_several_rows_have_each_their_own_answer():
    for body, content_type in (("0.1\n0.2\n", CSV), ("0.1,0.2", CSV), ("[0.1, 0.2]", JSON)):
        rows, _ = read(event(half("61,A\n62,B\n", CSV), half(body, content_type)))

        assert [row.features[0] for row in rows] == ["61", "62"]
        assert [row.prediction for row in rows] == [{"score": 0.1}, {"score": 0.2}]


def test_a_row_knows_its_variant_ids_and_time():
    ((row,), _) = read(event(half("61,A", CSV)))

    assert (row.variant, row.event_id, row.inference_id) == ("v", "e", "visit-1")
    assert row.at == datetime(2026, 11, 26, 10, tzinfo=UTC)


def test_one_half_alone_is_read_as_far_as_it_goes():
    (asked,), _ = read(event(half("61,A", CSV)))
    (told,), _ = read(event(None, half("0.5", CSV)))

    assert (asked.features, asked.prediction) == (["61", "A"], {})
    assert (told.features, told.prediction) == (None, {"score": 0.5})


GOOD = event(half("61,A", CSV))


SEEN = '{"predictions": [{"label": "a", "score": 0.9, "seen": {"brightness": 0.4}}]}'


def test_of_a_model_that_is_asked_about_no_columns_the_answers_alone_are_read():
    image = half("no text at all", "image/png", "BASE64")
    rows, aside = read(event(image, half(SEEN, JSON)), reader=Reader([], ["label", "score"]))
    assert aside.lines == 0
    (row,) = rows
    assert row.features is None
    assert row.prediction == {"label": "a", "score": 0.9, "seen.brightness": 0.4}
    rows, aside = read(event(image), reader=Reader([], ["label"]))
    assert (rows, dict(aside.reasons)) == ([], {"the event has no answer": 1})


def test_rows_of_a_file_are_refused_where_the_baseline_has_no_features():
    reader = Reader([], ["label", "score"])
    with pytest.raises(BadInput, match=r"now\.csv: the baseline has no features"):
        list(reader.file("now.csv", ["label,score", "a,0.5"]))
    (row,) = reader.file("now.out", [SEEN])
    assert row.prediction["seen.brightness"] == 0.4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no event"),
        ("{}", "no event"),
        ({"captureData": {}}, "neither a request nor an answer"),
        ({"captureData": {"endpointInput": {"mode": "INPUT"}}}, "has no data"),
        ({"captureData": {"endpointInput": {"data": 1, "encoding": "CSV"}}}, "has no data"),
        (event(half("61,A", CSV, "HEX")), "none of CSV, JSON and BASE64"),
        (event({**half("", CSV), "encoding": "BASE64", "data": "ä"}), "no text in Base64"),
        (event({**half("", CSV), "encoding": "BASE64", "data": "//79"}), "no text in Base64"),
        (event(half("61,A", "image/png")), "image/png is not"),
        (event(half("", CSV)), "no row"),
        (event(half("61", CSV)), "a row has 1 values; the baseline has 2 features"),
        (event(half("x" * 200_000, CSV)), "larger than field limit"),
        (event(half("no", JSON)), "no JSON"),
        (event(half('{"instances": 1}', JSON)), "instances is no list"),
        (event(half("[1, 2, 3]", JSON)), "a row has 3 values"),
        (event(half('"text"', JSON)), "neither a list nor an object"),
        (event(half('{"year": 61}', JSON)), "none of the baseline's features"),
        (event(half("61,A", CSV), half("0.1\n0.2", CSV)), "has 1 rows, and its answer 2"),
        (event(half("61,A", CSV), half("0.1,0.2,0.3", CSV)), "a row of the answer has 3 values"),
        (event(half("61,A", CSV), half("[null]", JSON)), "no number, text or object"),
        (event(half("61,A", CSV), half("0.1", "text/html")), "text/html is not"),
    ],
)
def test_a_wrong_line_is_set_aside_with_its_reason(line, reason):
    rows, aside = read(GOOD, line, GOOD)

    assert len(rows) == 2
    assert aside.lines == 1
    ((told, count),) = aside.reasons.items()
    assert reason in told
    assert count == 1
    assert aside.examples == [{"source": "f.jsonl", "line": 2, "reason": told}]


def test_only_the_first_wrong_lines_are_kept_and_nothing_of_what_they_say():
    rows, aside = read(*[event(half("secret,B,C", CSV))] * 9, "secret")

    assert rows == []
    assert aside.lines == 10
    assert len(aside.examples) == 5
    assert "secret" not in json.dumps([aside.examples, aside.reasons])


def test_the_window_has_its_start_and_not_its_end():
    times = ("2026-11-25T23:59:59Z", "2026-11-26T00:00:00Z", "2026-11-26T23:59:59Z")
    events = [event(half(at, CSV), at=at) for at in (*times, "2026-11-27T00:00:00Z")]

    rows, _ = read(*events, reader=Reader(["at"]), window=DAY)

    assert [row.features for row in rows] == [[times[1]], [times[2]]]


def test_the_hours_of_a_window_are_those_that_it_touches():
    window = Window(datetime(2026, 11, 26, 22, 30, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))

    assert [hour.hour for hour in window.hours()] == [22, 23]


def lay(folder, where, *events):
    path = folder / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in events))


def test_a_folder_is_read_with_its_variants_and_within_the_hours(tmp_path):
    lay(tmp_path, "endpoint/blue/2026/11/26/10/a.jsonl", GOOD, GOOD)
    lay(tmp_path, "endpoint/green/2026/11/26/23/b.jsonl", GOOD)
    lay(tmp_path, "endpoint/green/2026/11/27/00/c.jsonl", GOOD)
    for where in (tmp_path, tmp_path / "endpoint"):
        lines = list(captured(str(where), DAY, None))
        assert [line.variant for line in lines] == ["blue", "blue", "green"]
        assert [line.number for line in lines] == [1, 2, 1]


def test_a_file_is_read_wherever_it_is(tmp_path):
    lay(tmp_path, "some.jsonl", GOOD)

    (line,) = captured(str(tmp_path / "some.jsonl"), DAY, None)

    assert (line.variant, line.source) == ("", str(tmp_path / "some.jsonl"))


def test_captures_of_several_endpoints_are_refused_with_the_first_named(tmp_path):
    for endpoint in ("one", "two"):
        lay(tmp_path, f"{endpoint}/v/2026/11/26/10/a.jsonl", GOOD)

    with pytest.raises(BadInput, match=f"captures of 2 endpoints; name one of them: .*{'one'}$"):
        list(captured(str(tmp_path), DAY, None))


def test_a_place_that_is_not_there_is_refused():
    for read_ in (lambda where: captured(where, DAY, None), lambda where: files(where, None)):
        with pytest.raises(BadInput, match="no file or folder nowhere"):
            list(read_("nowhere"))
    with pytest.raises(BadInput, match="names no bucket"):
        list(captured("s3://", DAY, None))


def rows_of(path, reader):
    return [
        row
        for name, lines, answers in files(str(path), None)
        for row in reader.file(name, lines, answers)
    ]


def wrote(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_with_a_header_is_read_by_its_names(tmp_path):
    text = "\ufeffscore,ward,other,age\n0.5,A,x,61\n0.6,B,x\n"
    reader = Reader([*NAMES, "gone"], ["score"])

    (row,) = rows_of(wrote(tmp_path / "a.csv", text), reader)

    assert row.features == ["61", "A", ABSENT]
    assert row.prediction == {"score": "0.5"}
    assert reader.aside.examples[0] == {
        "source": str(tmp_path / "a.csv"),
        "line": 3,
        "reason": "a row has 3 of 4 values",
    }


def test_csv_without_a_header_is_read_by_its_order_and_may_have_the_answer_joined(tmp_path):
    rows = rows_of(wrote(tmp_path / "a.csv", "61,A\n62,B,0.7\n63\n"), reader := Reader(NAMES))

    assert [row.features for row in rows] == [["61", "A"], ["62", "B"]]
    assert [row.prediction for row in rows] == [{}, {"score": 0.7}]
    assert reader.aside.lines == 1


def test_csv_of_other_columns_is_refused(tmp_path):
    path = wrote(tmp_path / "a.csv", "x,y,z,w\n1,2,3,4\n")

    with pytest.raises(BadInput, match=r"names none of the baseline's features, such as age"):
        rows_of(path, Reader(NAMES))


def test_an_empty_file_has_no_rows(tmp_path):
    assert rows_of(wrote(tmp_path / "a.csv", ""), Reader(NAMES)) == []


def test_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"a\.parquet is none of \.csv"):
        rows_of(wrote(tmp_path / "a.parquet", "PAR1"), Reader(NAMES))
    with pytest.raises(BadInput, match=r"a\.csv is no CSV: field larger"):
        rows_of(wrote(tmp_path / "a.csv", f"61,{'x' * 200_000}\n"), Reader(NAMES))


@pytest.mark.parametrize("answers", ["0.1\n0.2\n", '{"predictions": [0.1]}\n[0.2]\n'])
def test_batch_transforms_answers_are_read_with_what_they_answer(tmp_path, answers):
    wrote(tmp_path / "a.csv", "61,A\n62,B\n")
    wrote(tmp_path / "a.csv.out", answers)

    rows = rows_of(tmp_path, Reader(NAMES))

    assert [row.features[0] for row in rows] == ["61", "62"]
    assert [row.prediction for row in rows] == [{"score": 0.1}, {"score": 0.2}]


def test_joined_answers_and_answers_alone_are_read(tmp_path):
    joined = '{"age": 61, "ward": "A", "SageMakerOutput": {"score": 0.1}}\n[[62, "B"]]\nno\n'
    (first, second) = rows_of(wrote(tmp_path / "a.jsonl", joined), reader := Reader(NAMES))
    assert (first.features, first.prediction) == ([61, "A"], {"score": 0.1})
    assert (second.features, second.prediction) == ([62, "B"], {})
    assert reader.aside.lines == 1

    alone = rows_of(wrote(tmp_path / "b.out", '{"predictions": [0.1, 0.2]}\n61,A,0.3\n'), reader)
    assert [row.features for row in alone] == [None, None, ["61", "A"]]
    assert [row.prediction["score"] for row in alone] == [0.1, 0.2, 0.3]
