import pytest

COLUMNS = {"ward": "string", "measured_at": "timestamp", "heart_rate": "int"}
STREAM = {"name": "vitals", "format": "parquet", "columns": COLUMNS}
HOLDS_IT = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:splunk-a1b2c3"


@pytest.fixture
def found_in_stream(found):
    """Each mistake of a stream that keywords change; paths begin below it."""

    def check(**changes):
        mistakes = found(streams=[STREAM | changes])
        return [mistake.removeprefix("streams[vitals].") for mistake in mistakes]

    return check


def test_a_name_is_all_that_a_stream_needs(found):
    assert found(streams=[{"name": "vitals"}]) == []


def test_a_stream_with_all_of_its_settings_is_taken(found_in_stream):
    assert (
        found_in_stream(
            shards=4,
            retention_hours=168,
            to="curated",
            partition_by=["ward"],
            compression="gzip",
            buffer={"mb": 64, "seconds": 60},
            late_minutes=10,
            silent_minutes=15,
            splunk={"endpoint": "https://splunk.example.com:443", "token_secret": HOLDS_IT},
        )
        == []
    )


@pytest.mark.parametrize(
    "type_",
    ["decimal(10, 2)", "array<int>", "map<string,double>", "struct<unit:string,at:array<date>>"],
)
def test_a_column_has_any_type_that_the_catalog_knows(found_in_stream, type_):
    assert found_in_stream(columns={"value": type_}) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Vitals"}, '"Vitals" is not a name for a stream.'),
        ({"name": "errors"}, "errors is where a zone keeps what streams could not deliver."),
        ({"shards": 0}, "shards: 0 is not on-demand, nor a number of shards."),
        ({"retention_hours": 23}, "retention_hours: 23 is too small: at least 24."),
        ({"retention_hours": 8761}, "retention_hours: 8761 is too large: at most 8760."),
        ({"to": "features"}, "to: features is not a zone that streams write into."),
        ({"to": "gold"}, "to: gold is not a zone that streams write into."),
        ({"format": "orc"}, 'format: "orc" is not json, parquet or iceberg.'),
        ({"format": "iceberg", "columns": {}}, "format: iceberg needs columns."),
        (
            {"format": "iceberg", "partition_by": ["ward"]},
            "partition_by: an Iceberg table has files of its own, which this does not say.",
        ),
        (
            {"format": "iceberg", "compression": "gzip"},
            "compression: an Iceberg table has files of its own, which this does not say.",
        ),
        (
            {"format": "iceberg", "columns": {"rate": "smallint"}},
            "columns.rate: Iceberg keeps no smallint.",
        ),
        (
            {"format": "iceberg", "columns": {"_file": "string"}},
            "columns._file: _file is a column that Iceberg adds itself.",
        ),
        ({"columns": {}}, "format: parquet needs columns."),
        (
            {"columns": {"heartRate": "int"}},
            'columns.heartRate: "heartRate" is not a name for a column.',
        ),
        ({"columns": {"rate": "integer"}}, 'columns.rate: "integer" is not a type of a column.'),
        ({"columns": {"x": "decimal(39,1)"}}, 'columns.x: "decimal(39,1)" is not a type'),
        ({"columns": {"x": "map<int,int>"}}, 'columns.x: "map<int,int>" is not a type'),
        ({"columns": {"x": "array<>"}}, 'columns.x: "array<>" is not a type'),
        (
            {"columns": COLUMNS | {"day": "date"}},
            "columns.day: day is the partition of the time of arrival.",
        ),
        ({"partition_by": ["wards"]}, "partition_by[1]: there is no column wards."),
        (
            {"partition_by": ["measured_at"]},
            "partition_by[1]: measured_at is timestamp, which parts no files.",
        ),
        ({"partition_by": ["ward", "ward"]}, "partition_by[2]: ward is here twice."),
        (
            {"columns": {"ward": "string"}, "partition_by": ["ward"]},
            "partition_by: no column is left for the files themselves.",
        ),
        ({"buffer": {"mb": 63}}, "buffer.mb: 63 MB are too few for Parquet."),
        ({"buffer": {"seconds": 59}}, "buffer.seconds: 59 is too small: at least 60."),
        ({"buffer": {"seconds": 901}}, "buffer.seconds: 901 is too large: at most 900."),
        (
            {"late_minutes": 5},
            "late_minutes: 5 minutes are no longer than a record may wait for its file, which",
        ),
        (
            {"splunk": {"endpoint": "http://splunk.example.com", "token_secret": HOLDS_IT}},
            'splunk.endpoint: "http://splunk.example.com" is not an address of Splunk',
        ),
        (
            {"splunk": {"endpoint": "https://splunk.example.com", "token_secret": "token"}},
            'splunk.token_secret: "token" is not the ARN of a secret.',
        ),
    ],
)
def test_what_does_not_fit_is_told(found_in_stream, changes, said):
    (mistake,) = found_in_stream(**changes)
    assert said in mistake


def test_json_is_written_in_small_files_unless_it_is_partitioned(found):
    small = {"name": "vitals", "buffer": {"mb": 1}, "columns": COLUMNS}
    assert found(streams=[small]) == []
    assert found(streams=[small | {"partition_by": ["ward"]}]) == [
        "streams[vitals].buffer.mb: 1 MB are too few for partitions."
    ]


def test_json_is_not_packed_by_snappy(found):
    assert found(streams=[{"name": "vitals", "compression": "snappy"}]) == [
        "streams[vitals].compression: Athena reads no JSON that snappy packed."
    ]


def test_two_streams_have_two_names(found):
    (mistake,) = found(streams=[STREAM, STREAM | {"to": "curated"}])
    assert mistake.endswith("name: two streams are called vitals.")


@pytest.mark.parametrize("place", ["raw.vitals", "raw.vitals/ward"])
def test_a_job_does_not_write_where_a_stream_does(found, place):
    job = {
        "name": "visits",
        "script": "templates/jobs/clean.py",
        "reads": ["curated.visits"],
        "writes": [place],
    }
    assert found(streams=[STREAM], jobs=[job]) == [
        "jobs[visits].writes[1]: the stream vitals writes there."
    ]
    assert found(streams=[STREAM | {"to": "curated"}], jobs=[job]) == []


def test_a_stream_writes_into_a_zone_of_ones_own(found):
    lake = {"zones": {"landing": {}}}
    assert found(lake=lake, streams=[STREAM | {"to": "landing"}]) == []


TABLE = {"name": "raw.ward_vitals", "columns": {"rate": "int"}, "format": "parquet"}


def test_a_table_is_made_by_a_stream_or_by_the_lake(found):
    stream = STREAM | {"name": "ward-vitals"}
    (mistake,) = found(lake={"tables": [TABLE]}, streams=[stream])
    assert "columns: they make a table raw.ward_vitals, and lake.tables has one" in mistake
    assert found(lake={"tables": [TABLE]}, streams=[{"name": "ward-vitals"}]) == []


def test_an_iceberg_table_does_not_lie_where_a_stream_writes(found):
    table = TABLE | {"name": "raw.all_vitals", "prefix": "vitals", "format": "iceberg"}
    (mistake,) = found(lake={"tables": [table]}, streams=[STREAM])
    assert "what the stream vitals delivers lies in raw below vitals" in mistake


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ({"retention_days": 365}, "objects of raw expire after 365 days"),
        ({"storage": {"glacier": 90}}, "objects of raw move to glacier"),
    ],
)
def test_rows_of_iceberg_are_in_no_zone_whose_objects_go(found, zone, said):
    stream = {**STREAM, "format": "iceberg"}
    (mistake,) = found(streams=[stream], lake={"zones": {"raw": zone}})
    assert said in mistake
    assert found(streams=[STREAM], lake={"zones": {"raw": zone}}) == []
