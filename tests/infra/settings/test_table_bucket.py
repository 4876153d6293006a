import pytest

DOSES = {"name": "oncology.doses", "columns": {"dose_id": "string", "counted": "bigint"}}


def lake(*tables, **more):
    return {"table_bucket": {"tables": list(tables), **more}}


def test_a_sound_table_bucket_is_taken(found):
    kept = {"required": ["dose_id"], "compaction_mb": 64, "snapshots_kept": 3, "snapshot_hours": 1}
    assert found(lake=lake(DOSES | kept, unreferenced_days=1, noncurrent_days=1)) == []


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"name": "doses"}, '"doses" is not a table of the table bucket.'),
        ({"name": "Oncology.doses"}, '"Oncology.doses" is not a table of the table bucket.'),
        ({"name": "oncology.doses_"}, '"oncology.doses_" is not a table of the table bucket.'),
        ({"name": "onco_logy.doses"}, '"onco_logy.doses" is not a table of the table bucket.'),
        ({"name": "_oncology.doses"}, '"_oncology.doses" is not a table of the table bucket.'),
        ({"name": "awsdoses.doses"}, "AWS keeps names that begin with aws for itself."),
        ({"columns": {}}, "columns"),
        ({"columns": {"dose_id": "text"}}, '"text" is not a type of a column.'),
        ({"columns": {"dose_id": "varchar(5)"}}, "Iceberg keeps no varchar."),
        ({"columns": {"dose_id": "array<int>"}}, "array<int> is nested"),
        ({"columns": {"_pos": "int"}}, "_pos is a name that Iceberg keeps for itself."),
        ({"required": ["dose"]}, "oncology.doses has no column dose."),
        ({"compaction_mb": 63}, "compaction_mb"),
        ({"compaction_mb": 513}, "compaction_mb"),
        ({"snapshots_kept": 0}, "snapshots_kept"),
        ({"snapshot_hours": 0}, "snapshot_hours"),
    ],
)
def test_a_table_that_s3_tables_would_refuse_is_refused(found, table, said):
    (mistake,) = found(lake=lake(DOSES | table))
    assert said in mistake


def test_two_tables_of_one_name_are_refused(found):
    (mistake,) = found(lake=lake(DOSES, DOSES))
    assert "two tables are called oncology.doses." in mistake


@pytest.mark.parametrize("zone", ["curated", "gold"])
def test_a_namespace_is_no_zone(found, zone):
    settings = lake(DOSES | {"name": f"{zone}.doses"}) | {"zones": {"gold": {}}}
    (mistake,) = found(lake=settings)
    assert f"{zone} is a zone, whose tables Glue keeps." in mistake


def test_a_table_bucket_has_a_table(found):
    (mistake,) = found(lake=lake())
    assert "table_bucket.tables" in mistake


JOB = {
    "name": "doses",
    "engine": "glue",
    "script": "templates/jobs/clean.py",
    "reads": ["raw.doses"],
    "writes": ["oncology.doses"],
}


def test_a_job_of_glue_reads_and_writes_kept_tables(found):
    other = {**DOSES, "name": "oncology.given_doses"}
    both = JOB | {"reads": ["oncology.given_doses"]}
    assert found(lake=lake(DOSES, other), jobs=[JOB, both | {"name": "given"}]) == []


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"engine": "emr"}, "oncology.doses is a table of the table bucket, which only jobs of"),
        ({"engine": "emr-serverless"}, "which only jobs of Glue use."),
        ({"writes": ["oncology.dose"]}, "the table bucket has no oncology.dose."),
        ({"writes": ["cardiology.doses"]}, "cardiology is not a zone."),
        ({"writes": ["oncology.doses/2026"]}, "the table bucket has no oncology.doses/2026."),
        (
            {
                "reads": ["oncology.doses"],
                "writes": ["curated.doses"],
                "on": {"arrival": "oncology.doses"},
            },
            "nothing arrives in oncology.doses, which is a table of the table bucket.",
        ),
    ],
)
def test_a_job_that_cannot_use_a_kept_table_is_refused(found, job, said):
    (mistake,) = found(lake=lake(DOSES), jobs=[JOB | job])
    assert said in mistake
