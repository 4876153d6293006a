import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests import athena

ENDLESS = (
    "SELECT count(*) FROM UNNEST(sequence(1, 3000)) a(x), UNNEST(sequence(1, 3000)) b(y), "
    "UNNEST(sequence(1, 3000)) c(z) WHERE x * y + z = -1"
)
SOON_SECONDS = 10


def state(cloud, id_):
    told = cloud.client("athena").get_query_execution(QueryExecutionId=id_)
    return told["QueryExecution"]["Status"]["State"]


def test_a_long_query_lets_others_run_and_is_stopped():
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        id_ = athena.start(cloud, ENDLESS)
        assert athena.rows(cloud, "SELECT 1") == [["1"]]
        assert state(cloud, id_) == "RUNNING"
        client = cloud.client("athena")
        with pytest.raises(ClientError, match="has not yet finished"):
            client.get_query_results(QueryExecutionId=id_)
        client.stop_query_execution(QueryExecutionId=id_)
        assert state(cloud, id_) == "CANCELLED"
        with pytest.raises(ClientError, match="Final query state: CANCELLED"):
            client.get_query_results(QueryExecutionId=id_)


def test_a_cloud_ends_though_a_query_goes_on():
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        assert state(cloud, athena.start(cloud, ENDLESS)) == "RUNNING"
        begin = time.monotonic()
    assert time.monotonic() - begin < SOON_SECONDS


def test_queries_run_side_by_side():
    with Cloud("eu-west-1") as cloud, ThreadPoolExecutor(8) as pool:
        athena.begin(cloud)
        athena.table(cloud, "visits", {"id": "int"})
        athena.put(cloud, "visits/1.csv", "1\n2\n")
        sql = [f"SELECT sum(id) + {number} FROM visits" for number in range(16)]
        found = list(pool.map(lambda each: athena.rows(cloud, each), sql))
        assert found == [[[str(3 + number)]] for number in range(16)]


def test_a_query_tells_the_bus_how_it_ended():
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        events, topic = cloud.client("events"), cloud.client("sns").create_topic(Name="told")
        events.put_rule(Name="told", EventPattern='{"source": ["aws.athena"]}')
        events.put_targets(Rule="told", Targets=[{"Id": "1", "Arn": topic["TopicArn"]}])
        id_ = athena.execution(cloud, "SELECT 1")["QueryExecutionId"]
        (event,) = (json.loads(each["message"]) for each in cloud.outbox()["sent"])
        assert event["detail-type"] == "Athena Query State Change"
        assert event["detail"]["queryExecutionId"] == id_
        assert event["detail"]["currentState"] == "SUCCEEDED"
