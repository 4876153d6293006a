import csv
import io

import pytest

from infra.hosts import sample


@pytest.fixture(scope="module")
def data():
    return sample.load()


def test_the_records_are_those_that_scikit_learn_ships(data):
    assert len(data.training) + len(data.held_out) == 569
    assert len(data.features) == 30
    assert data.features[0] == "mean_radius"
    assert all(name.replace("_", "").isalpha() for name in data.features)
    assert sum(label for _, label in [*data.training, *data.held_out]) == 212  # malignant ones


def test_no_held_out_record_is_among_those_to_learn_from(data):
    learnt = {tuple(row) for row, _ in data.training}
    assert len(data.held_out) == 57
    assert not learnt & {tuple(row) for row, _ in data.held_out}


def test_both_labels_are_held_out(data):
    assert {label for _, label in data.held_out} == {0, 1}


def test_the_records_to_learn_from_are_csv_with_a_header(data):
    header, *rows = csv.reader(io.StringIO(data.training_csv("malignant")))
    assert header == [*data.features, "malignant"]
    assert [([float(cell) for cell in row], int(label)) for *row, label in rows] == data.training


def test_the_questions_are_csv_without_header_and_without_labels(data):
    rows = list(csv.reader(io.StringIO(data.questions())))
    assert [[float(cell) for cell in row] for row in rows] == [row for row, _ in data.held_out]
