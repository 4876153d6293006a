import gzip
import io
import json

import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/delivery"
PARTS = {
    "Prefix": "vitals/ward=!{partitionKeyFromQuery:ward}/",
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "DynamicPartitioningConfiguration": {"Enabled": True},
    "ProcessingConfiguration": {
        "Enabled": True,
        "Processors": [
            {
                "Type": "MetadataExtraction",
                "Parameters": [
                    {"ParameterName": "MetadataExtractionQuery", "ParameterValue": "{ward:.ward}"},
                    {"ParameterName": "JsonParsingEngine", "ParameterValue": "JQ-1.6"},
                ],
            }
        ],
    },
}
LINES = {
    "ProcessingConfiguration": {
        "Enabled": True,
        "Processors": [
            {
                "Type": "AppendDelimiterToRecord",
                "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
            }
        ],
    }
}
PARQUET = {
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "DataFormatConversionConfiguration": {
        "Enabled": True,
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        "SchemaConfiguration": {"DatabaseName": "raw", "TableName": "vitals", "RoleARN": ROLE},
    },
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        glue = running.client("glue")
        glue.create_database(DatabaseInput={"Name": "raw"})
        columns = [{"Name": "rate", "Type": "int"}]
        table = {"Name": "vitals", "StorageDescriptor": {"Columns": columns}}
        glue.create_table(DatabaseName="raw", TableInput=table)
        yield running


class Delivery:
    """A stream of Firehose into a bucket of its own, by way of Kinesis or by itself."""

    def __init__(self, cloud, name, *, direct=False, **destination):
        self.cloud, self.name = cloud, name
        self.s3, self.firehose = cloud.client("s3"), cloud.client("firehose")
        self.kinesis = cloud.client("kinesis")
        place = {"LocationConstraint": "eu-west-1"}
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        source = {} if direct else {"DeliveryStreamType": "KinesisStreamAsSource"}
        if not direct:
            self.kinesis.create_stream(StreamName=name, ShardCount=2)
            arn = f"arn:aws:kinesis:eu-west-1:123456789012:stream/{name}"
            source["KinesisStreamSourceConfiguration"] = {"KinesisStreamARN": arn, "RoleARN": ROLE}
        self.firehose.create_delivery_stream(
            DeliveryStreamName=name,
            **source,
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": f"arn:aws:s3:::{name}",
                "Prefix": "vitals/day=!{timestamp:yyyy-MM-dd}/",
                "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
                **destination,
            },
        )

    def put(self, *records):
        entries = [{"Data": _bytes(each), "PartitionKey": str(n)} for n, each in enumerate(records)]
        self.kinesis.put_records(StreamName=self.name, Records=entries)

    def objects(self):
        """What is in the bucket, by key."""
        listed = self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {
            one["Key"]: self.s3.get_object(Bucket=self.name, Key=one["Key"])["Body"].read()
            for one in listed
        }

    def summed(self, metric, namespace="AWS/Firehose", dimension="DeliveryStreamName"):
        found = self.cloud.client("cloudwatch").get_metric_data(
            StartTime=0,
            EndTime=4_000_000_000,
            MetricDataQueries=[
                {
                    "Id": "m",
                    "MetricStat": {
                        "Metric": {
                            "Namespace": namespace,
                            "MetricName": metric,
                            "Dimensions": [{"Name": dimension, "Value": self.name}],
                        },
                        "Period": 60,
                        "Stat": "Sum",
                    },
                }
            ],
        )
        return sum(found["MetricDataResults"][0]["Values"])


def _bytes(record):
    return record if isinstance(record, bytes) else json.dumps(record).encode()


def test_records_of_a_stream_arrive_together_when_their_time_is_up(cloud):
    delivery = Delivery(cloud, "together", **LINES)
    delivery.put({"n": 1}, {"n": 2})
    cloud.advance(30)
    delivery.put({"n": 3})
    assert delivery.objects() == {}
    cloud.advance(31)
    ((key, content),) = delivery.objects().items()
    assert key.startswith("vitals/day=20")
    assert content == b'{"n": 1}\n{"n": 2}\n{"n": 3}\n'
    assert delivery.summed("DeliveryToS3.Records") == 3


def test_a_full_buffer_does_not_wait(cloud):
    delivery = Delivery(cloud, "full")
    delivery.put(b"x" * 1_000_000, b"y" * 48_576)
    cloud.advance(1)
    (content,) = delivery.objects().values()
    assert len(content) == 1_048_576


def test_records_may_be_put_into_firehose_itself(cloud):
    delivery = Delivery(cloud, "itself", direct=True, CompressionFormat="GZIP")
    one = {"Data": b"one"}
    delivery.firehose.put_record(DeliveryStreamName="itself", Record=one)
    answer = delivery.firehose.put_record_batch(
        DeliveryStreamName="itself", Records=[{"Data": b"two"}]
    )
    assert answer["FailedPutCount"] == 0
    cloud.advance(61)
    ((key, content),) = delivery.objects().items()
    assert key.endswith(".gz")
    assert gzip.decompress(content) == b"onetwo"
    assert delivery.summed("IncomingRecords") == 2


def test_firehose_takes_no_records_of_its_own_where_it_reads_a_stream(cloud):
    delivery = Delivery(cloud, "reads")
    with pytest.raises(ClientError, match="KinesisStreamAsSource"):
        delivery.firehose.put_record(DeliveryStreamName="reads", Record={"Data": b"x"})


def test_files_are_parted_by_values_and_what_tells_none_lies_apart(cloud):
    delivery = Delivery(cloud, "parted", **PARTS)
    delivery.put({"ward": "icu", "n": 1}, {"ward": "er", "n": 2}, {"n": 3}, b"no json")
    cloud.advance(61)
    found = delivery.objects()
    parts = {key.rpartition("/")[0]: content for key, content in found.items()}
    assert parts.keys() == {"vitals/ward=icu", "vitals/ward=er", "errors/processing-failed"}
    told = [json.loads(line) for line in parts["errors/processing-failed"].splitlines()]
    assert [one["rawData"] for one in told] == ["eyJuIjogM30=", "bm8ganNvbg=="]
    assert told[0]["errorMessage"] == "The partition key ward has no value at .ward"
    assert told[0]["attemptsMade"] == 1
    assert told[0]["attemptEndingTimestamp"] - told[0]["arrivalTimestamp"] == pytest.approx(
        60_000, abs=5_000
    )


def test_records_become_parquet_and_what_does_not_fit_lies_apart(cloud):
    delivery = Delivery(cloud, "converted", **PARQUET)
    delivery.put({"rate": 60}, {"rate": "high"}, b"{")
    cloud.advance(61)
    found = {key.split("/")[0]: content for key, content in delivery.objects().items()}
    assert pyarrow.parquet.read_table(io.BytesIO(found["vitals"])).to_pylist() == [{"rate": 60}]
    told = [json.loads(line) for line in found["errors"].splitlines()]
    assert told[0]["lastErrorMessage"] == ('Data does not match the schema. rate: "high" is no int')
    assert told[0]["dataCatalogTable"]["tableName"] == "vitals"
    assert told[0]["sequenceNumber"]
    assert delivery.summed("SucceedConversion.Records") == 1
    assert delivery.summed("FailedConversion.Records") == 2


def test_what_s3_does_not_take_is_tried_again_and_told(cloud):
    delivery = Delivery(cloud, "blocked")
    delivery.s3.delete_bucket(Bucket="blocked")
    delivery.put(b"late")
    cloud.advance(180)
    assert delivery.summed("DeliveryToS3.DataFreshness") > 60
    age = ("GetRecords.IteratorAgeMilliseconds", "AWS/Kinesis", "StreamName")
    assert delivery.summed(*age) > 60_000
    place = {"LocationConstraint": "eu-west-1"}
    delivery.s3.create_bucket(Bucket="blocked", CreateBucketConfiguration=place)
    cloud.advance(61)
    assert list(delivery.objects().values()) == [b"late"]


def test_resharding_brings_no_record_twice(cloud):
    delivery = Delivery(cloud, "resharded")
    delivery.put(b"a", b"b", b"c")
    delivery.kinesis.update_shard_count(
        StreamName="resharded", TargetShardCount=4, ScalingType="UNIFORM_SCALING"
    )
    cloud.advance(61)
    assert sorted(b"".join(delivery.objects().values())) == sorted(b"abc")


def test_failures_are_in_the_log_of_the_delivery(cloud):
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="deliveries")
    logs.create_log_stream(logGroupName="deliveries", logStreamName="vitals")
    options = {"Enabled": True, "LogGroupName": "deliveries", "LogStreamName": "vitals"}
    delivery = Delivery(cloud, "logged", CloudWatchLoggingOptions=options, **PARTS)
    delivery.put(b"no json")
    cloud.advance(61)
    (event,) = logs.get_log_events(logGroupName="deliveries", logStreamName="vitals")["events"]
    assert (
        json.loads(event["message"])["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    )


def test_nothing_is_sent_to_splunk_and_that_is_told(cloud):
    kinesis, firehose = cloud.client("kinesis"), cloud.client("firehose")
    kinesis.create_stream(StreamName="splunk", ShardCount=1)
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/splunk"
    firehose.create_delivery_stream(
        DeliveryStreamName="splunk",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE},
        SplunkDestinationConfiguration={
            "HECEndpoint": "https://splunk.example.com",
            "HECEndpointType": "Raw",
            "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::x"},
        },
    )
    kinesis.put_record(StreamName="splunk", PartitionKey="x", Data=b"a record")
    (told,) = (
        one
        for one in cloud.outbox()["undelivered"]
        if one["target"] == "https://splunk.example.com"
    )
    assert told["message"] == "a record"
    assert told["reason"] == "The embedded AWS sends nothing to other hosts."


@pytest.mark.parametrize(
    ("destination", "said"),
    [
        (PARQUET | {"BufferingHints": {"SizeInMBs": 32}}, "must be at least 64"),
        (PARTS | {"BufferingHints": {"SizeInMBs": 32}}, "must be at least 64"),
        (PARQUET | {"CompressionFormat": "GZIP"}, "must be UNCOMPRESSED"),
        ({"CompressionFormat": "ZIP"}, "packs no objects as ZIP"),
        ({"ErrorOutputPrefix": "errors/"}, "must have !{firehose:error-output-type}"),
        ({"Prefix": "!{partitionKeyFromQuery:ward}/"}, "cannot be evaluated"),
        (PARTS | {"ProcessingConfiguration": {"Enabled": False}}, "needs a MetadataExtraction"),
        (
            {
                "ProcessingConfiguration": {
                    "Enabled": True,
                    "Processors": [{"Type": "Lambda", "Parameters": []}],
                }
            },
            "and not by Lambda",
        ),
    ],
)
def test_what_firehose_or_the_embedded_aws_does_not_do_is_refused(cloud, destination, said):
    with pytest.raises(ClientError, match=said):
        cloud.client("firehose").create_delivery_stream(
            DeliveryStreamName="refused",
            ExtendedS3DestinationConfiguration={
                "RoleARN": ROLE,
                "BucketARN": "arn:aws:s3:::refused",
                "Prefix": "vitals/!{timestamp:HH}/",
                "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
                **destination,
            },
        )


def test_a_stream_that_is_not_there_is_not_read(cloud):
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/nowhere"
    with pytest.raises(ClientError, match="does not exist"):
        cloud.client("firehose").create_delivery_stream(
            DeliveryStreamName="nowhere",
            DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": arn, "RoleARN": ROLE},
            ExtendedS3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::x"},
        )


def test_partitions_begin_with_the_stream_and_stay(cloud):
    delivery = Delivery(cloud, "stays")
    with pytest.raises(ClientError, match="only when a delivery stream is created"):
        delivery.firehose.update_destination(
            DeliveryStreamName="stays",
            CurrentDeliveryStreamVersionId="1",
            DestinationId="destinationId-000000000001",
            ExtendedS3DestinationUpdate=PARTS,
        )


def test_another_destination_is_refused_by_name(cloud):
    with pytest.raises(ClientError, match="delivers nothing to Redshift"):
        cloud.client("firehose").create_delivery_stream(
            DeliveryStreamName="warehouse",
            RedshiftDestinationConfiguration={
                "RoleARN": ROLE,
                "ClusterJDBCURL": "jdbc:redshift://x",
                "CopyCommand": {"DataTableName": "x"},
                "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::x"},
            },
        )


def test_what_goes_to_splunk_is_changed_in_place(cloud):
    firehose = cloud.client("firehose")
    firehose.create_delivery_stream(
        DeliveryStreamName="changed",
        SplunkDestinationConfiguration={
            "HECEndpoint": "https://splunk.example.com",
            "HECEndpointType": "Raw",
            "S3Configuration": {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::x"},
        },
    )
    firehose.update_destination(
        DeliveryStreamName="changed",
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        SplunkDestinationUpdate={"HECEndpoint": "https://other.example.com"},
    )
    told = firehose.describe_delivery_stream(DeliveryStreamName="changed")
    (destination,) = told["DeliveryStreamDescription"]["Destinations"]
    splunk = destination["SplunkDestinationDescription"]
    assert splunk["HECEndpoint"] == "https://other.example.com"
    assert splunk["HECEndpointType"] == "Raw"
    assert told["DeliveryStreamDescription"]["VersionId"] == "2"
