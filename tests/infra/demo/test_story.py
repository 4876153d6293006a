import csv
import importlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from components.mlops.monitoring.runtime import drift
from components.mlops.monitoring.runtime.profiles import (
    CATEGORY,
    NUMBER,
    PREDICTION,
    Column,
    TableProfile,
    profile,
)
from infra.demo import story
from infra.hosts import sample

CODE = Path(__file__).parents[3] / "templates/tabular/code"


@pytest.fixture(scope="module")
def told():
    return story.load("malignant")


def test_each_record_has_one_part_and_none_is_lost(told):
    parts = [told.first, told.later, told.calm]
    assert [len(part.rows) for part in parts] == [220, 190, 159]
    smoothness = told.first.header.index("mean_fractal_dimension")
    kept = Counter(row[smoothness] for part in parts for row in part.rows)
    whole = sample.load("malignant")
    assert kept == Counter(row[smoothness] for row in whole.rows)
    real = set(map(tuple, whole.rows))
    assert {tuple(row) for part in (told.first, told.calm) for row in part.rows} <= real


def test_it_is_the_same_every_time(told):
    assert story.load("malignant") == told


def test_the_second_clinic_differs_by_lengths_and_areas_alone():
    header = ["mean_radius", "worst_perimeter", "area_error", "mean_smoothness", "malignant"]
    assert story.magnified(["14.5", "90", "40.25", "0.1", "1"], header) == [
        "29.0",
        "180.0",
        "161.0",
        "0.1",
        "1",
    ]


def test_a_shifted_day_has_the_samples_of_a_calm_one_half_of_them_measured_elsewhere(told):
    calm, shifted = told.calm.rows, told.shifted.rows
    same = [row for row in shifted if row in calm]
    other = [row for row in shifted if row not in calm]
    assert (len(same), len(other)) == (78, 81)
    expected = [story.magnified(row, told.calm.header) for row in calm if row not in same]
    assert other == expected


def test_requests_hold_each_record_once_without_its_label(told):
    sent = story.requests(told.shifted)
    rows = [row for one in sent for row in csv.reader(io.StringIO(one.body))]
    assert [[*row, label] for row, label in zip(rows, _labels(sent), strict=True)] == (
        told.shifted.rows
    )
    assert {len(one.truth) for one in sent} == {3}
    assert (
        len(story.requests(told.calm, drop=["mean_radius"])[0].body.split("\n")[0].split(",")) == 29
    )


def _labels(sent):
    return [label for one in sent for label in one.truth]


def _script(name, *arguments, **environment):
    subprocess.run(
        [sys.executable, "-W", "error", CODE / name, *arguments],
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        check=True,
        capture_output=True,
    )


def _trained(folder, *parts):
    """The archive that the model project's own jobs make of records, in a folder of its own."""
    for number, part in enumerate(parts):
        (folder / "data").mkdir(parents=True, exist_ok=True)
        body = io.StringIO()
        csv.writer(body).writerows([part.header, *part.rows])
        (folder / f"data/{number}.csv").write_text(body.getvalue())
    told = ("--target", "malignant", "--input", folder / "data", "--output", folder)
    _script("preprocess.py", *told)
    _script(
        "train.py",
        SM_INPUT_CONFIG_DIR=folder,
        SM_MODEL_DIR=folder / "model",
        SM_CHANNEL_TRAIN=folder / "train",
        SM_CHANNEL_VALIDATION=folder / "validation",
    )
    archive = folder / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as into:
        into.add(folder / "model", arcname=".")
    parts = ("--train", folder / "train", "--test", folder / "test")
    _script("evaluate.py", "--model", folder, *parts, "--output", folder)
    return folder


def imported(code):
    """inference.py of a folder, which finds what lies beside it there."""
    sys.path.insert(0, str(code))
    try:
        for name in ("inference", "answering"):
            sys.modules.pop(name, None)
        return importlib.import_module("inference")
    finally:
        sys.path.remove(str(code))


class Served:
    """A version's answers, by its archive's own handler."""

    def __init__(self, folder, archive=None):
        self.folder = folder
        unpacked = folder / f"unpacked-{archive is not None}"
        data = archive or (folder / "model.tar.gz").read_bytes()
        with tarfile.open(fileobj=io.BytesIO(data)) as read:
            read.extractall(unpacked, filter="data")
        self.handler = imported(unpacked / "code")
        self.model = self.handler.model_fn(unpacked)

    def answers(self, sent):
        for one in sent:
            rows = self.handler.input_fn(one.body, "text/csv")
            made = self.handler.predict_fn(rows, self.model)
            yield from zip(made.labels, made.scores, strict=True)

    def accuracy(self, records):
        sent = story.requests(records)
        pairs = zip(self.answers(sent), _labels(sent), strict=True)
        right = [answer[0] == label for answer, label in pairs]
        return sum(right) / len(right)

    def held_out(self):
        document = json.loads((self.folder / "evaluation/evaluation.json").read_text())
        return document["binary_classification_metrics"]["auc"]["value"]

    def rows(self, records):
        """Features and answers, as a monitor sees them."""
        sent = story.requests(records)
        asked = [row for one in sent for row in csv.reader(io.StringIO(one.body))]
        return [[*row, *answer] for row, answer in zip(asked, self.answers(sent), strict=True)]

    def drift(self, records):
        """The worst drift and the status of a day's traffic, beside the training rows."""
        columns = [
            *(Column(name, NUMBER) for name in sample.columns()),
            Column("label", CATEGORY, PREDICTION),
            Column("score", NUMBER, PREDICTION),
        ]
        with (self.folder / "train/train.csv").open() as file:
            header, *learnt = csv.reader(file)
        part = replace(
            records, header=[*header[1:], "malignant"], rows=[[*row[1:], row[0]] for row in learnt]
        )
        baseline = profile(columns, self.rows(part))
        table = TableProfile(columns, like={one["name"]: one for one in baseline["columns"]})
        table.add(self.rows(records))
        settings = drift.Settings()
        found = drift.judged(baseline, table.document()["columns"], settings)
        worst = max(one["drift"] for one in found)
        return worst, drift.status(found, len(records.rows), settings)


@pytest.fixture(scope="module")
def versions(told, tmp_path_factory):
    first = _trained(tmp_path_factory.mktemp("first"), told.first)
    second = _trained(tmp_path_factory.mktemp("second"), told.first, told.later)
    return Served(first), Served(second)


def test_the_first_version_is_good_on_the_traffic_of_the_first_clinic(told, versions):
    first, _ = versions
    assert first.held_out() >= 0.95
    assert first.accuracy(told.calm) >= 0.94
    worst, status = first.drift(told.calm)
    assert (worst < 1, status) == (True, drift.OK)


def test_the_shift_is_found_and_quality_falls(told, versions):
    first, _ = versions
    worst, status = first.drift(told.shifted)
    assert worst > 4
    assert status in {drift.DRIFT, drift.VIOLATIONS}
    assert first.accuracy(told.shifted) < first.accuracy(told.calm) - 0.15


def test_a_version_of_both_clinics_is_good_again_and_finds_no_drift(told, versions):
    first, second = versions
    assert second.held_out() >= 0.95
    assert second.accuracy(told.shifted) > first.accuracy(told.shifted) + 0.15
    assert second.accuracy(told.calm) >= first.accuracy(told.calm) - 0.02
    worst, status = second.drift(told.shifted)
    assert (worst < 1, status) == (True, drift.OK)


def test_the_faulty_version_fails_for_a_share_of_the_requests_and_answers_the_rest(told, versions):
    _, second = versions
    archive = (second.folder / "model.tar.gz").read_bytes()
    bad = Served(second.folder, story.faulty(archive, story.most(told.first)))

    def failed(records):
        count = 0
        for one in story.requests(records):
            try:
                assert list(bad.answers([one])) == list(second.answers([one]))
            except RuntimeError as error:
                assert "that cannot be" in str(error)  # noqa: PT017
                count += 1
        return count / len(story.requests(records))

    assert failed(told.calm) <= 0.02
    assert 0.1 < failed(told.shifted) < 0.5


def test_an_archive_without_a_handler_cannot_be_made_to_fail():
    empty = io.BytesIO()
    with tarfile.open(fileobj=empty, mode="w:gz"):
        pass
    with pytest.raises(KeyError, match=r"code/inference\.py"):
        story.faulty(empty.getvalue(), 1)
