import csv
import io
import json

import pytest

from embedded.cloud import Cloud
from infra.errors import WorkError
from infra.hosts import feature_run
from infra.hosts.records import Records, as_csv
from infra.models.place import Place
from infra.naming import Names
from infra.settings import from_config

BUCKET = "curated"
ROLE = "arn:aws:iam::123456789012:role/any"
GROUP = {
    "name": "stays",
    "record_id": "stay",
    "event_time": "at",
    "features": {"stay": "string", "at": "fractional", "age": "integral", "load": "fractional"},
}
TABLE = {
    "name": "curated.outcomes",
    "format": "csv",
    "prefix": "told/outcomes",
    "columns": {"note": "string", "target": "int", "stay": "string", "decided_at": "string"},
}
RECORDS = Records(
    ["age", "load", "target"],
    "target",
    [[str(number), f"{number}.50", str(number % 2)] for number in range(20)],
    "here",
)
LEARNED = [number for number in range(20) if number % 10]
TRAINING_SET = [[number % 2, number, number + 0.5] for number in LEARNED]


def place(cloud, table=TABLE):
    settings = {
        "owner": "ml@example.com",
        "cloud": "embedded",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "features": [GROUP],
        "lake": {"tables": [table]},
        "models": [
            {
                "name": "readmission",
                "project": "templates/tabular",
                "features": ["stays"],
                "labels": {"table": "curated.outcomes", "time": "decided_at", "text_time": True},
            }
        ],
    }
    return Place(Names("maslow", "dev"), from_config(settings, "eu-west-1", "dev"), cloud.client)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        running.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": running.region}
        )
        types = GROUP["features"].items()
        running.client("sagemaker").create_feature_group(
            FeatureGroupName="maslow-dev-stays-v1",
            RecordIdentifierFeatureName="stay",
            EventTimeFeatureName="at",
            FeatureDefinitions=[
                {"FeatureName": name, "FeatureType": type_.capitalize()} for name, type_ in types
            ],
            OnlineStoreConfig={"EnableOnlineStore": True},
            RoleArn=ROLE,
        )
        yield running


@pytest.fixture
def stored(cloud, request):
    """Goes by the store; a machine that ends in a state tells where a training set of rows is."""

    def stored(rows, state=None, **settings):
        text = as_csv([["target", "age", "load"], *rows])
        cloud.client("s3").put_object(Bucket=BUCKET, Key="set.csv", Body=text)
        made = {"Type": "Pass", "Result": {"uri": f"s3://{BUCKET}/set.csv"}, "End": True}
        machine = cloud.client("stepfunctions").create_state_machine(
            name=f"set-{abs(hash(request.node.name))}",
            definition=json.dumps({"StartAt": "Make", "States": {"Make": state or made}}),
            roleArn=ROLE,
        )["stateMachineArn"]
        where = place(cloud, **settings)
        (model,) = where.stack.platform.models
        outputs = {
            "zones": {"curated": BUCKET},
            "models": {"readmission": {"training_set": machine}},
        }
        return feature_run.by_store(cloud, where, model, outputs, RECORDS)

    return stored


def test_records_are_looked_up_and_those_with_labels_are_what_is_learned(stored):
    found = stored(TRAINING_SET[::-1])
    assert (found.groups, found.learned) == (["stays"], 18)
    assert found.asked == [{"age": number, "load": number + 0.5} for number in (0, 10)]


def test_labels_are_laid_where_their_table_lies_in_the_order_of_its_columns(stored, cloud):
    stored(TRAINING_SET)
    body = cloud.client("s3").get_object(Bucket=BUCKET, Key="told/outcomes/sample.csv")["Body"]
    header, *rows = csv.reader(io.StringIO(body.read().decode()))
    assert header == ["note", "target", "stay", "decided_at"]
    assert [row[:3] for row in rows] == [["", str(number % 2), f"s{number}"] for number in LEARNED]
    record = cloud.client(feature_run.RUNTIME).get_record(
        FeatureGroupName="maslow-dev-stays-v1", RecordIdentifierValueAsString="s1"
    )["Record"]
    values = {each["FeatureName"]: each["ValueAsString"] for each in record}
    assert values["load"] == "1.50"
    assert "target" not in values


@pytest.mark.parametrize(
    "rows",
    [TRAINING_SET[1:], [*TRAINING_SET[1:], [1, 1, 1.25]], [*TRAINING_SET, [0, 0, 0.5]]],
    ids=["too few", "another value", "one that is held out"],
)
def test_a_training_set_that_is_not_what_is_looked_up_is_refused(stored, rows):
    with pytest.raises(WorkError, match="is not what the online store tells"):
        stored(rows)


def test_a_training_set_that_is_not_made_is_told_with_the_reason(stored):
    failure = {"Type": "Fail", "Error": "NotMade", "Cause": "there is no table outcomes"}
    with pytest.raises(WorkError, match="was not made: there is no table outcomes"):
        stored(TRAINING_SET, failure)


def test_labels_of_another_format_are_refused(stored):
    with pytest.raises(WorkError, match="labels of readmission are no table of CSV"):
        stored(TRAINING_SET, table={**TABLE, "format": "json"})
