import json

import pytest

from scripts import bench_data
from scripts.bench import process
from scripts.bench_figures import Process


def runs(seconds, counts=lambda program, number: number):
    """A process that takes so many seconds for each row or resource."""

    def run(folder, _module, _name, program, number):
        count = counts(program, int(number))
        told = json.dumps({"count": count, "seconds": seconds(program, int(number))})
        return Process(1.0, 1.0, 1, f"what Spark says\n{told}\n")

    return run


def told(run, sizes=None):
    return [*bench_data.lines(run, lambda _: None, sizes or {1000: 3, 10_000: 1}, (10, 100))]


def test_each_side_has_its_rows_a_second_and_its_growth():
    def seconds(program, number):
        slow = number >= 10_000 and program == "clean-duckdb"
        return number / (1000 if slow else 2000)

    spark, spark_growth, duckdb, duckdb_growth, *rest = told(runs(seconds))

    assert "takes by spark 2,000 rows a second of 1,000, 2,000 rows a second of 10,000." in spark
    assert spark_growth.startswith("Met: its time a row")
    assert "takes by duckdb 2,000 rows a second of 1,000, 1,000 rows" in duckdb
    assert duckdb_growth.startswith("Missed: its time a row, most rows to fewest, is 2;")
    assert "10 tables and 10 jobs more, 10 resources, stands" in rest[-3]
    assert "100 tables and 100 jobs more, 100 resources, stands" in rest[-2]
    assert rest[-1].startswith("Met: its time a resource")


def test_sides_that_come_to_other_rows_are_not_compared():
    def counts(program, number):
        return number - (program == "clean-duckdb")

    with pytest.raises(ValueError, match="clean-spark and clean-duckdb did not come to as many"):
        told(runs(lambda *_: 1.0, counts))


@pytest.mark.bench
@pytest.mark.parametrize(
    ("programs", "count"),
    [
        (("clean-spark", "clean-duckdb"), 900),
        (("training-set-athena", "training-set-spark"), 100),
    ],
)
def test_both_sides_of_a_comparison_come_to_the_same(tmp_path, programs, count):
    for program in programs:
        folder = tmp_path / program
        folder.mkdir()
        output = process(folder, "-m", "scripts.bench_data", program, "1000").output

        assert bench_data.Worked(**json.loads(output.splitlines()[-1])).count == count


@pytest.mark.bench
def test_an_environment_of_more_tables_and_jobs_stands(tmp_path):
    counts = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        output = process(folder, "-m", "scripts.bench_data", "stand-up", str(number)).output
        counts.append(json.loads(output)["count"])

    assert counts[1] > counts[0] + 5
