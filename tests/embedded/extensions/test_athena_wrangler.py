import awswrangler as wr
import boto3
import pandas as pd
import pytest

from embedded.cloud import Cloud
from tests import athena
from tests.athena import BUCKET, DATABASE

# awswrangler 3 uses what pandas 3 is to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture(scope="module")
def session():
    """boto3's session of a user whose environment names the embedded AWS."""
    with pytest.MonkeyPatch.context() as patch, Cloud("eu-west-1") as cloud:
        for name, value in cloud.environment.items():
            patch.setenv(name, value)
        athena.begin(cloud)
        yield boto3.Session(region_name=cloud.region)


@pytest.fixture(scope="module")
def visits(session):
    """A data set of Parquet, by ward, that awswrangler has written."""
    frame = pd.DataFrame(
        {
            "id": [1, 2, 3],
            "score": [0.5, None, 1.5],
            "seen": pd.to_datetime(["2026-01-01 10:00", "2026-01-02 11:30", None]),
            "name": ["a", None, "c"],
            "ward": ["x", "x", "y"],
        }
    )
    wr.s3.to_parquet(
        frame,
        path=f"s3://{BUCKET}/visits/",
        dataset=True,
        database=DATABASE,
        table="visits",
        partition_cols=["ward"],
        boto3_session=session,
    )
    return frame


def read(session, sql, folder="wrangler", **more):
    output = f"s3://{BUCKET}/{folder}/"
    return wr.athena.read_sql_query(sql, DATABASE, s3_output=output, boto3_session=session, **more)


@pytest.mark.parametrize(
    "how",
    [
        {"ctas_approach": False},
        {"ctas_approach": True},
        {"ctas_approach": False, "unload_approach": True},
    ],
    ids=["csv", "ctas", "unload"],
)
def test_a_frame_is_read_as_it_was_written(session, visits, how):
    folder = "unloads" if "unload_approach" in how else "wrangler"
    sql = "SELECT id, score, seen, name, ward FROM visits ORDER BY id"
    found = read(session, sql, folder, **how)
    assert found["id"].tolist() == [1, 2, 3]
    assert found["score"].isna().tolist() == [False, True, False]
    assert found["seen"].tolist()[:2] == visits["seen"].tolist()[:2]
    assert found["ward"].tolist() == ["x", "x", "y"]
    assert pd.isna(found["name"][1])


def test_parameters_are_given_by_name_and_by_place(session, visits):
    assert len(visits) == 3
    named = read(
        session,
        "SELECT id FROM visits WHERE ward = :ward",
        params={"ward": "y"},
        paramstyle="named",
        ctas_approach=False,
    )
    assert named["id"].tolist() == [3]
    placed = read(
        session,
        "SELECT id FROM visits WHERE ward = ? ORDER BY 1",
        params=["'x'"],
        paramstyle="qmark",
        ctas_approach=False,
    )
    assert placed["id"].tolist() == [1, 2]


def test_the_catalog_is_told_as_glue_has_it(session, visits):
    assert len(visits) == 3
    types = wr.catalog.get_table_types(DATABASE, "visits", boto3_session=session)
    assert types["seen"] == "timestamp"
    described = wr.athena.describe_table(
        "visits", DATABASE, s3_output=f"s3://{BUCKET}/wrangler/", boto3_session=session
    )
    assert described["Column Name"].tolist() == ["id", "score", "seen", "name", "ward"]
    assert described["Partition"].tolist() == [False] * 4 + [True]
    shown = wr.athena.show_create_table(
        "visits", DATABASE, s3_output=f"s3://{BUCKET}/wrangler/", boto3_session=session
    )
    assert shown.startswith("CREATE EXTERNAL TABLE")


def test_a_failing_query_raises_with_athenas_reason(session):
    with pytest.raises(wr.exceptions.QueryFailed, match="TABLE_NOT_FOUND"):
        read(session, "SELECT * FROM nowhere", ctas_approach=False)


def test_a_frame_becomes_a_table_of_iceberg_and_is_merged_into(session):
    arguments = {
        "database": DATABASE,
        "table": "iced",
        "table_location": f"s3://{BUCKET}/iced/",
        "s3_output": f"s3://{BUCKET}/wrangler/",
        "boto3_session": session,
    }
    wr.athena.to_iceberg(
        pd.DataFrame({"id": [1, 2], "name": ["a", "b"]}),
        temp_path=f"s3://{BUCKET}/temp-1/",
        **arguments,
    )
    wr.athena.to_iceberg(
        pd.DataFrame({"id": [2, 3], "name": ["B", "c"]}),
        merge_cols=["id"],
        temp_path=f"s3://{BUCKET}/temp-2/",
        **arguments,
    )
    found = read(session, "SELECT id, name FROM iced ORDER BY id", ctas_approach=False)
    assert found["name"].tolist() == ["a", "B", "c"]
    wr.athena.delete_from_iceberg_table(
        pd.DataFrame({"id": [1]}),
        database=DATABASE,
        table="iced",
        merge_cols=["id"],
        temp_path=f"s3://{BUCKET}/temp-3/",
        s3_output=f"s3://{BUCKET}/wrangler/",
        boto3_session=session,
    )
    found = read(session, "SELECT id FROM iced ORDER BY id", ctas_approach=False)
    assert found["id"].tolist() == [2, 3]
