"""Training data: the offline stores of feature groups, joined through Athena as they were."""

from datetime import timedelta

import pytest

from components.data.feature_group import FeatureType
from components.data.point_in_time import Features, Labels, point_in_time_query
from embedded import clock
from embedded.cloud import Cloud
from tests import athena
from tests.feature_store import OFFLINE, ONLINE, at, create, delete, make_bucket, put

WRITTEN = 15 * 60


@pytest.fixture(scope="module")
def cloud():
    """A cloud with labels of two visits, each at noon and at four."""
    with Cloud("eu-west-1") as cloud:
        make_bucket(cloud)
        athena.begin(cloud)
        athena.table(
            cloud,
            "outcomes",
            {"visit": "string", "decided": "timestamp", "died": "boolean"},
            properties={"field.delim": ","},
        )
        days = [f"{v},2026-03-01 {hour}:00:00,false\n" for v in "ab" for hour in (12, 16)]
        athena.put(cloud, "outcomes/1.csv", "".join(days))
        yield cloud


@pytest.mark.parametrize("format_", ["Glue", "Iceberg"])
def test_labels_get_the_features_that_were_known_then(cloud, runtime, format_):
    group = create(cloud, f"visits-{format_.lower()}", ONLINE, OFFLINE | {"TableFormat": format_})
    put(runtime, group, "a", at(10), age="50", creatinine="1.5")
    put(runtime, group, "a", at(14), age="51")
    put(runtime, group, "b", at(11), age="60")
    delete(runtime, group, at(15), "b")
    cloud.advance(WRITTEN)
    told = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=group)
    catalog = told["OfflineStoreConfig"]["DataCatalogConfig"]
    table = f"{catalog['Database']}.{catalog['TableName']}"
    sql = point_in_time_query(
        Labels(
            table=f"{athena.DATABASE}.outcomes",
            record_ids={table: "visit"},
            time="decided",
            columns=["visit", "decided"],
        ),
        [
            Features(
                table=table,
                record_id="visit_id",
                event_time="visited_at",
                event_time_type=FeatureType.STRING,
                names={"age": "age", "creatinine": "creatinine"},
            )
        ],
        written_by=clock.now() + timedelta(hours=1),
    )
    found = athena.rows(cloud, sql)
    assert sorted(found) == [
        ["a", "2026-03-01 12:00:00.000", "50", "1.5"],
        ["a", "2026-03-01 16:00:00.000", "51", None],
        ["b", "2026-03-01 12:00:00.000", "60", None],
        ["b", "2026-03-01 16:00:00.000", None, None],
    ]
