import csv
import io

import pytest

from infra.errors import InputError
from infra.hosts.records import Records, given
from infra.settings import from_config

ROWS = [[str(i), f"p{i}", "ab"[i % 2]] for i in range(40)]
HEADER = ["age", "patient", "outcome"]


def write(path, header=HEADER, rows=ROWS, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([header, *rows])
    return path


def stack(*names, **model):
    models = [
        {"name": name, "project": "templates/tabular", "target": "outcome", **model}
        for name in names
    ]
    values = {
        "owner": "a@example.com",
        "network": {"cidr": "10.1.0.0/16"},
        "source": {"github": "a/b"},
        "models": models,
    }
    return from_config(values, "eu-west-1", "acme")


@pytest.fixture
def records():
    return Records(HEADER, "outcome", ROWS, "here")


def test_every_tenth_record_is_held_out_and_none_is_in_both(records):
    assert records.held_out == [ROWS[0], ROWS[10], ROWS[20], ROWS[30]]
    assert sorted([*records.training, *records.held_out]) == sorted(ROWS)


def test_questions_have_neither_the_target_nor_what_is_left_out(records):
    asked = list(csv.reader(io.StringIO(records.questions(["patient"]))))
    assert asked == [["0"], ["10"], ["20"], ["30"]]
    assert records.truth(records.held_out) == ["a"] * 4


def test_training_reads_a_header_and_all_columns(records):
    header, *rows = csv.reader(io.StringIO(records.training_csv()))
    assert (header, rows) == (HEADER, records.training)


def test_one_model_takes_a_file_of_any_name_or_all_files_of_a_folder(tmp_path):
    file = write(tmp_path / "visits.csv", encoding="utf-8-sig")
    (only,) = given(file, stack("stay")).values()
    assert (only.header, only.rows, only.source) == (HEADER, ROWS, str(file))
    write(tmp_path / "more.csv")
    (both,) = given(tmp_path, stack("stay")).values()
    assert len(both.rows) == 80


def test_several_models_take_a_file_or_a_folder_of_their_name(tmp_path):
    write(tmp_path / "stay.csv", rows=ROWS[:20])
    write(tmp_path / "return/2025.csv", rows=ROWS[:10])
    write(tmp_path / "return/2026.csv", rows=ROWS[:15])
    found = given(tmp_path, stack("stay", "return", "third"))
    assert {name: len(records.rows) for name, records in found.items()} == {
        "stay": 20,
        "return": 25,
    }


def test_unlabelled_records_are_left_out(tmp_path):
    write(tmp_path / "stay.csv", rows=[*ROWS, ["3", "p", " "]])
    (records,) = given(tmp_path, stack("stay")).values()
    assert records.rows == ROWS


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (["age", "out come"], [["1", "a"]], "has no column outcome, which models[stay].target"),
        (["age", "outcom"], [["1", "a"]], "It has age, outcom. Did you mean outcom?"),
        (["outcome"], [["a"]] * 20, "has no column patient, which models[stay].drop names"),
        (HEADER, [["1", "a"]], "a record has 2 values, and the header 3: 1,a"),
        (HEADER, ROWS[:9], "9 records have a value in outcome."),
        ([], [], "It has no header."),
    ],
)
def test_what_no_model_can_be_trained_on_is_refused_with_its_file(tmp_path, header, rows, message):
    path = write(tmp_path / "stay.csv", header, rows)
    with pytest.raises(InputError) as caught:
        given(path, stack("stay", drop=["patient"]))
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_path_that_leads_nowhere_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no\.csv: there is no such file or folder"):
        given(tmp_path / "no.csv", stack("stay"))
    with pytest.raises(InputError, match=r"no CSV file in it. Looked for: stay.csv, home.csv"):
        given(tmp_path, stack("stay", "home"))
    file = write(tmp_path / "other.csv")
    with pytest.raises(InputError, match=r"has 2 models. Give a folder .*: stay.csv, home.csv"):
        given(file, stack("stay", "home"))


def test_files_with_other_columns_or_other_bytes_are_refused(tmp_path):
    write(tmp_path / "a.csv")
    write(tmp_path / "b.csv", HEADER[::-1])
    with pytest.raises(InputError, match=r"b\.csv has other columns than .*a\.csv"):
        given(tmp_path, stack("stay"))
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"b\.csv cannot be read as CSV in UTF-8"):
        given(tmp_path, stack("stay"))
