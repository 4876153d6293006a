import json

import pytest
from botocore.exceptions import ClientError

METRIC = ["AWS/SQS", "NumberOfMessagesSent"]


def put(cloud, name, *, widgets, metrics):
    widget = {"type": "metric", "properties": {"metrics": [METRIC] * metrics}}
    cloud.client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=json.dumps({"widgets": [widget] * widgets})
    )


def test_a_dashboard_shows_five_hundred_widgets_and_their_metrics(cloud):
    put(cloud, "full", widgets=500, metrics=5)
    body = json.loads(
        cloud.client("cloudwatch").get_dashboard(DashboardName="full")["DashboardBody"]
    )
    assert len(body["widgets"]) == 500


@pytest.mark.parametrize(
    ("widgets", "metrics", "said"),
    [(501, 1, "500 widgets, not 501"), (500, 6, "2500 metrics, not 3000")],
)
def test_a_dashboard_of_more_is_refused(cloud, widgets, metrics, said):
    with pytest.raises(ClientError, match=said):
        put(cloud, "over", widgets=widgets, metrics=metrics)
    kept = cloud.client("cloudwatch").list_dashboards(DashboardNamePrefix="over")
    assert kept["DashboardEntries"] == []
