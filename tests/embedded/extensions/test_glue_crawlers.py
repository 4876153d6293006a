"""Crawlers of Glue, whose tables Athena then reads."""

import io
import json
import uuid
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from embedded import clock
from embedded.cloud import Cloud
from tests.athena import BUCKET, DATABASE, begin, put, rows

ROLE = "arn:aws:iam::123456789012:role/crawls"


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        begin(running)
        yield running


@pytest.fixture
def glue(cloud):
    return cloud.client("glue")


@pytest.fixture
def place():
    """A folder that nobody else uses, and so the name of its table."""
    return f"t{uuid.uuid4().hex[:8]}"


@pytest.fixture
def crawler(glue):
    """Create a crawler of a folder; its name."""
    made = []

    def create(folder, **more):
        name = f"crawls-{folder}-{len(made)}"
        asked = {
            "Name": name,
            "Role": ROLE,
            "DatabaseName": DATABASE,
            "Targets": {"S3Targets": [{"Path": f"s3://{BUCKET}/{folder}/"}]},
        }
        glue.create_crawler(**asked | more)
        made.append(name)
        return name

    yield create
    for name in made:
        glue.delete_crawler(Name=name)


@pytest.fixture
def crawled(cloud, glue):
    """Have a crawler crawl; its LastCrawl."""

    def run(name):
        glue.start_crawler(Name=name)
        cloud.advance(120)
        found = glue.get_crawler(Name=name)["Crawler"]
        assert found["State"] == "READY"
        return found["LastCrawl"]

    return run


def table_of(glue, name):
    """Columns and partition keys of a table, by name."""
    found = glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]
    columns = found["StorageDescriptor"]["Columns"]
    keys = [each["Name"] for each in found["PartitionKeys"]]
    return {each["Name"]: each["Type"] for each in columns}, keys


def parquet(table):
    content = io.BytesIO()
    pq.write_table(pa.table(table), content)
    return content.getvalue()


def test_csv_with_a_header_becomes_a_table_that_athena_reads(cloud, glue, place, crawler, crawled):
    put(cloud, f"{place}/a.csv", "id,Age,weight\nv1,41,60.5\nv2,57,70\n")
    assert crawled(crawler(place))["Status"] == "SUCCEEDED"
    columns, keys = table_of(glue, place)
    assert columns == {"id": "string", "age": "bigint", "weight": "double"}
    assert keys == []
    assert rows(cloud, f"SELECT id, age FROM {place} ORDER BY id") == [["v1", "41"], ["v2", "57"]]


def test_csv_of_text_alone_has_no_header_and_columns_by_number(
    cloud, glue, place, crawler, crawled
):
    put(cloud, f"{place}/a.csv", "ada;oncology\ngrace;wards\n")
    crawled(crawler(place))
    assert table_of(glue, place)[0] == {"col0": "string", "col1": "string"}
    assert rows(cloud, f"SELECT count(*) FROM {place}") == [["2"]]


def test_lines_of_json_have_nested_types_and_wide_enough_ones(cloud, glue, place, crawler, crawled):
    lines = [
        {"id": 1, "score": 1, "ward": {"name": "a", "beds": 3}, "tags": ["x"], "none": None},
        {"id": 3_000_000_000, "score": 0.5, "tags": [], "seen": "2026-01-01T00:00:00Z"},
    ]
    put(cloud, f"{place}/a.json", "\n".join(map(json.dumps, lines)))
    crawled(crawler(place))
    assert table_of(glue, place)[0] == {
        "id": "bigint",
        "score": "double",
        "ward": "struct<name:string,beds:int>",
        "tags": "array<string>",
        "none": "string",
        "seen": "string",
    }
    assert rows(cloud, f"SELECT sum(score), max(ward.beds) FROM {place}") == [["1.5", "3"]]


def test_folders_of_keys_are_partitions_and_are_registered(cloud, glue, place, crawler, crawled):
    for day in ("2026-01-01", "2026-01-02"):
        content = parquet({"id": [1, 2], "age": pa.array([3, 4], pa.int32())})
        put(cloud, f"{place}/day={day}/ward=a/part-0.parquet", content)
    put(cloud, f"{place}/_SUCCESS", "")
    crawled(crawler(place, TablePrefix="of_"))
    assert table_of(glue, f"of_{place}") == ({"id": "bigint", "age": "int"}, ["day", "ward"])
    found = glue.get_partitions(DatabaseName=DATABASE, TableName=f"of_{place}")["Partitions"]
    assert sorted(each["Values"] for each in found) == [["2026-01-01", "a"], ["2026-01-02", "a"]]
    asked = f"SELECT sum(age) FROM of_{place} WHERE day = '2026-01-02' AND ward = 'a'"
    assert rows(cloud, asked) == [["7"]]


def test_folders_without_keys_are_numbered_and_unlike_ones_are_tables(
    cloud, glue, place, crawler, crawled
):
    put(cloud, f"{place}/visits/2026/a.csv", "id,age\nv1,1\nv2,2\n")
    put(cloud, f"{place}/visits/2027/a.csv", "id,age\nv3,3\nv4,4\n")
    put(cloud, f"{place}/Ward-Beds/a.csv", "ward,beds,open\na,1,1\nb,2,1\n")
    crawled(crawler(place))
    assert table_of(glue, "visits") == ({"id": "string", "age": "bigint"}, ["partition_0"])
    assert table_of(glue, "ward_beds")[1] == []
    asked = "SELECT count(*) FROM visits WHERE partition_0 = '2027'"
    assert rows(cloud, asked) == [["2"]]
    for name in ("visits", "ward_beds"):
        glue.delete_table(DatabaseName=DATABASE, Name=name)


def test_a_new_column_is_taken_over_or_only_logged(cloud, glue, place, crawler, crawled):
    put(cloud, f"{place}/day=1/a.json", '{"id": 1, "age": 2, "ward": 3}')
    logs, updates = (
        crawler(place, SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}),
        crawler(place),
    )
    crawled(logs)
    put(cloud, f"{place}/day=2/a.json", '{"id": 1, "age": 2, "ward": 3, "beds": 4}')
    crawled(logs)
    assert "beds" not in table_of(glue, place)[0]
    found = glue.get_partitions(DatabaseName=DATABASE, TableName=place)["Partitions"]
    assert sorted(each["Values"] for each in found) == [["1"], ["2"]]
    crawled(updates)
    assert table_of(glue, place)[0]["beds"] == "int"


@pytest.mark.parametrize(
    ("behavior", "left"),
    [("LOG", "kept"), ("DEPRECATE_IN_DATABASE", "told"), ("DELETE_FROM_DATABASE", "gone")],
)
def test_what_is_gone_is_kept_told_or_deleted(cloud, glue, place, crawler, crawled, behavior, left):
    put(cloud, f"{place}/a.json", '{"id": 1}')
    policy = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": behavior}
    name = crawler(place, SchemaChangePolicy=policy)
    crawled(name)
    cloud.client("s3").delete_object(Bucket=BUCKET, Key=f"{place}/a.json")
    crawled(name)
    tables = {
        each["Name"]: each["Parameters"]
        for each in glue.get_tables(DatabaseName=DATABASE)["TableList"]
    }
    if left == "gone":
        assert place not in tables
    else:
        assert ("DEPRECATED_BY_CRAWLER" in tables[place]) == (left == "told")


def test_a_table_of_another_place_keeps_its_name(cloud, glue, place, crawler, crawled):
    put(cloud, f"{place}/a.json", '{"id": 1}')
    glue.create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": place,
            "PartitionKeys": [],
            "StorageDescriptor": {"Columns": [], "Location": f"s3://{BUCKET}/elsewhere/"},
        },
    )
    crawled(crawler(place))
    names = [each["Name"] for each in glue.get_tables(DatabaseName=DATABASE)["TableList"]]
    (other,) = [name for name in names if name.startswith(f"{place}_")]
    assert len(other) == len(place) + 1 + 32
    assert table_of(glue, place)[0] == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Obj\x01\x04", "does not crawl files of avro"),
        (b'[{"id": 1},\n {"id": 2}]', "crawls JSON of one object a line"),
        (b"only one column\n", "No classifier of the embedded AWS knows s3://"),
        (b"PAR1 and no more", "is not sound Parquet"),
    ],
)
def test_what_is_not_read_fails_the_crawl_by_name(cloud, place, crawler, crawled, content, reason):
    put(cloud, f"{place}/a.bin", content)
    name = crawler(place)
    last = crawled(name)
    assert last["Status"] == "FAILED"
    assert reason in last["ErrorMessage"]
    events = cloud.client("logs").get_log_events(
        logGroupName=last["LogGroup"], logStreamName=last["LogStream"]
    )["events"]
    assert reason in events[-1]["message"]


def test_a_crawl_runs_then_stops_then_is_ready(cloud, glue, place, crawler):
    put(cloud, f"{place}/a.json", '{"id": 1}')
    name = crawler(place)
    glue.start_crawler(Name=name)
    for call in (glue.start_crawler, glue.delete_crawler, glue.update_crawler):
        with pytest.raises(glue.exceptions.CrawlerRunningException):
            call(Name=name)
    states = [glue.get_crawler(Name=name)["Crawler"]["State"]]
    for seconds in (61, 15):
        cloud.advance(seconds)
        states.append(glue.get_crawler(Name=name)["Crawler"]["State"])
    assert states == ["RUNNING", "STOPPING", "READY"]
    (metrics,) = glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"]
    assert (metrics["TablesCreated"], metrics["TablesUpdated"]) == (1, 0)
    assert metrics["LastRuntimeSeconds"] >= 75
    (crawl,) = glue.list_crawls(CrawlerName=name)["Crawls"]
    assert crawl["State"] == "COMPLETED"


def test_a_crawl_that_is_stopped_changes_nothing(cloud, glue, place, crawler):
    put(cloud, f"{place}/a.json", '{"id": 1}')
    name = crawler(place)
    glue.start_crawler(Name=name)
    glue.stop_crawler(Name=name)
    assert glue.get_crawler(Name=name)["Crawler"]["State"] == "STOPPING"
    cloud.advance(20)
    assert glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]["Status"] == "CANCELLED"
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table(DatabaseName=DATABASE, Name=place)
    with pytest.raises(glue.exceptions.CrawlerNotRunningException):
        glue.stop_crawler(Name=name)


def test_a_schedule_starts_it_unless_it_is_stopped(cloud, glue, place, crawler):
    put(cloud, f"{place}/a.json", '{"id": 1}')
    in_half_an_hour = (clock.now() + timedelta(minutes=30)).minute
    name = crawler(place, Schedule=f"cron({in_half_an_hour} * * * ? *)")
    cloud.advance(2400)
    assert len(glue.list_crawls(CrawlerName=name)["Crawls"]) == 1
    glue.stop_crawler_schedule(CrawlerName=name)
    assert glue.get_crawler(Name=name)["Crawler"]["Schedule"]["State"] == "NOT_SCHEDULED"
    with pytest.raises(glue.exceptions.SchedulerNotRunningException):
        glue.stop_crawler_schedule(CrawlerName=name)
    cloud.advance(3700)
    assert len(glue.list_crawls(CrawlerName=name)["Crawls"]) == 1
    glue.start_crawler_schedule(CrawlerName=name)
    with pytest.raises(glue.exceptions.SchedulerRunningException):
        glue.start_crawler_schedule(CrawlerName=name)
    glue.update_crawler_schedule(CrawlerName=name, Schedule="cron(0 3 * * ? *)")
    schedule = glue.get_crawler(Name=name)["Crawler"]["Schedule"]
    assert schedule == {"ScheduleExpression": "cron(0 3 * * ? *)", "State": "SCHEDULED"}
    glue.stop_crawler_schedule(CrawlerName=name)


def test_how_a_crawl_goes_is_told_to_the_bus(cloud, place, crawler, crawled):
    sqs, events = cloud.client("sqs"), cloud.client("events")
    queue = sqs.create_queue(QueueName=place)["QueueUrl"]
    pattern = {"source": ["aws.glue"], "detail-type": ["Glue Crawler State Change"]}
    events.put_rule(Name=place, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{place}"
    events.put_targets(Rule=place, Targets=[{"Id": "queue", "Arn": arn}])
    put(cloud, f"{place}/a.json", '{"id": 1}')
    crawled(crawler(place))
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    details = [json.loads(each["Body"])["detail"] for each in found]
    assert sorted(each["state"] for each in details) == ["Started", "Succeeded"]
    (ended,) = [each for each in details if each["state"] == "Succeeded"]
    assert (ended["tablesCreated"], ended["message"]) == ("1", "Crawler Succeeded")
    events.remove_targets(Rule=place, Ids=["queue"])
    events.delete_rule(Name=place)


def test_an_update_takes_what_it_says_and_leaves_the_rest(glue, place, crawler):
    name = crawler(place, Description="before", TablePrefix="a_")
    glue.update_crawler(Name=name, Description="after")
    found = glue.get_crawler(Name=name)["Crawler"]
    assert (found["Description"], found["TablePrefix"], found["Version"]) == ("after", "a_", 2)
    assert found["SchemaChangePolicy"]["DeleteBehavior"] == "DEPRECATE_IN_DATABASE"
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.update_crawler(Name="nobody")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"Schedule": "rate(1 hour)"}, "Schedule expression is invalid: it is not cron"),
        ({"Schedule": "cron(0 * * * * *)"}, "must be \\?"),
        ({"Targets": {}}, "At least one target"),
        ({"Targets": {"JdbcTargets": [{"Path": "a"}]}}, "crawls S3Targets, and not JdbcTargets"),
        ({"Targets": {"S3Targets": [{"Path": "bucket/a"}]}}, "is not the path of an S3 target"),
        ({"Classifiers": ["own"]}, "without custom classifiers"),
        (
            {
                "RecrawlPolicy": {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"},
                "SchemaChangePolicy": {},
            },
            "must have LOG",
        ),
        ({"Configuration": "{"}, "Configuration is not JSON"),
        ({"Configuration": '{"Version": 1.0, "Grouping": {}}'}, "does not do Grouping"),
    ],
)
def test_what_aws_refuses_or_is_not_done_is_refused(crawler, place, asked, reason):
    with pytest.raises(ClientError, match=reason):
        crawler(place, **asked)
