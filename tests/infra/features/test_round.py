"""A model learns from the feature store and is asked from it: the whole round on the embedded AWS.

Each tumour has an older and wrong record beside the right one, which was put twice; every other one
has a later record, too, that its label must not see.
"""

import csv
import io
import json
import re
import time
from datetime import datetime

import pytest
from click.testing import CliRunner

from embedded import clock
from embedded.cloud import Cloud
from infra.features import lookup
from infra.features.columns import columns_of
from infra.hosts import sample, smoke_run
from infra.hosts.session import session
from infra.models import reports
from infra.models.place import Place
from infra.naming import Names
from infra.settings import from_config
from scripts import features as command
from scripts.maslow import main
from tests.conftest import PROJECT
from tests.embedded_settings import EMBEDDED

FEATURES = ("mean_radius", "mean_texture", "worst_area", "worst_concave_points")
MODEL = "tumour-screening"
SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "features": [
        {
            "name": "tumours",
            "record_id": "sample_id",
            "event_time": "measured_at",
            "features": {
                "sample_id": "string",
                "measured_at": "string",
                **dict.fromkeys(FEATURES, "fractional"),
            },
        }
    ],
    "models": [
        {
            "name": MODEL,
            "project": "templates/tabular",
            "features": ["tumours"],
            "drop": ["sample_id"],
            "labels": {"table": "curated.outcomes", "time": "decided_at", "text_time": True},
            "training": {"instance": "ml.m5.large", "max_hours": 1},
            "accept": {"auc": 0.9},
            "approval": "automatic",
            "delivery": {"start": "off"},
            "monitor": {"data": "off"},
            "retrain": {"on": []},
            "serving": {"instance": "ml.m5.large"},
        }
    ],
}
TARGET = "target"
OLDER, MEASURED, LATER = (f"2026-01-0{day}T06:00:00Z" for day in (1, 2, 4))
DECIDED = "2026-01-03T06:00:00Z"


class Here(Place):
    """The environment, at the embedded AWS's own time."""

    def now(self) -> datetime:
        return clock.now()


class Round:
    """Records and labels are there, and a model has been trained on what comes of both."""

    def __init__(self, cloud, project):
        self.cloud = cloud
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        self.place = Here(Names(project.name, "dev"), stack, cloud.client)
        (self.model,) = stack.platform.models
        found = sample.load()
        places = [found.header.index(name) for name in FEATURES]
        self.values = {f"s{n}": [row[at] for at in places] for n, row in enumerate(found.rows)}
        self.truth = dict(zip(self.values, found.truth(found.rows), strict=True))
        with session(project, stack, cloud, lambda _: None) as up:
            outputs = up(stack).outputs
            zones, self.machine = outputs["zones"], outputs["models"][MODEL]["training_set"]
            self.put_records()
            self.put_labels(zones["curated"])
            cloud.advance(16 * 60)
            self.made = json.loads(self.told("features", "training-set", MODEL, *LABELS, "--json"))
            smoke_run.train(cloud, self.place.names(MODEL), lambda _: None)
            smoke_run.approved(cloud, self.place.names(MODEL))
            up(stack)

    def put_records(self):
        runtime = self.cloud.client("sagemaker-featurestore-runtime")
        records = []
        for number, (id_, values) in enumerate(self.values.items()):
            records.append((id_, OLDER, ["0.5"] * len(values)))
            records += [(id_, MEASURED, values)] * 2
            if number % 2:
                records.append((id_, LATER, ["-1.0"] * len(values)))
        entries = [
            {
                "FeatureGroupName": "maslow-dev-tumours-v1",
                "Record": [
                    {"FeatureName": name, "ValueAsString": value}
                    for name, value in zip(
                        ("sample_id", "measured_at", *FEATURES), (id_, at, *values), strict=True
                    )
                ],
            }
            for id_, at, values in records
        ]
        for start in range(0, len(entries), 25):
            answer = runtime.batch_write_record(Entries=entries[start : start + 25])
            assert answer["Errors"] == []

    def put_labels(self, bucket):
        rows = "".join(f"{id_},{DECIDED},{label}\n" for id_, label in self.truth.items())
        self.cloud.client("s3").put_object(Bucket=bucket, Key="outcomes/1.csv", Body=rows)
        self.cloud.client("glue").create_table(
            DatabaseName="maslow_dev_curated",
            TableInput={
                "Name": "outcomes",
                "TableType": "EXTERNAL_TABLE",
                "StorageDescriptor": {
                    "Columns": [
                        {"Name": name, "Type": "string"}
                        for name in ("sample_id", "decided_at", TARGET)
                    ],
                    "Location": f"s3://{bucket}/outcomes/",
                    "SerdeInfo": {
                        "SerializationLibrary": (
                            "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
                        ),
                        "Parameters": {"field.delim": ","},
                    },
                },
            },
        )

    def told(self, *arguments, status=0):
        """What a command prints."""
        with pytest.MonkeyPatch.context() as patched:
            for module in ("scripts.feature_group", "scripts.model_group"):
                patched.setattr(f"{module}.found", lambda _: (PROJECT, self.place.stack))
            patched.setattr(command, "place_of", lambda *_: self.place)
            done = CliRunner().invoke(main, arguments)
        assert done.exit_code == status, done.output
        return done.output

    def training_set(self):
        """Its rows by the id of the record."""
        bucket, _, key = self.made["uri"].removeprefix("s3://").partition("/")
        text = self.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        self.text = text
        return {row["sample_id"]: row for row in csv.DictReader(io.StringIO(text))}


def snapshot(turned):
    """The newest snapshot of the offline store, as the metadata of its table tell it."""
    table = turned.cloud.client("glue").get_table(
        DatabaseName="maslow_dev_features", Name="maslow_dev_tumours_v1"
    )["Table"]
    bucket, _, key = table["Parameters"]["metadata_location"].removeprefix("s3://").partition("/")
    body = turned.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return str(json.loads(body)["current-snapshot-id"])


def ended(cloud, run):
    """An execution of a state machine, once it has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        told = cloud.client("stepfunctions").describe_execution(executionArn=run)
        if told["status"] != "RUNNING":
            return told
        time.sleep(0.1)
    raise AssertionError(told)


LABELS = (
    "--labels",
    "curated.outcomes",
    "--time",
    "decided_at",
    "--text-time",
    "--keep",
    "sample_id",
)


@pytest.fixture(scope="module")
def turned(project):
    with Cloud("eu-west-1") as running:
        yield Round(running, project)


def test_each_label_has_the_record_of_its_time_once_and_no_later_one(turned):
    rows = turned.training_set()
    assert rows.keys() == turned.values.keys()
    assert turned.made["columns"] == [TARGET, "sample_id", *FEATURES]
    for id_, values in turned.values.items():
        assert [float(rows[id_][name]) for name in FEATURES] == [float(value) for value in values]
        assert rows[id_][TARGET] == turned.truth[id_]


def test_what_is_looked_up_is_what_was_learnt_from_and_is_answered_alike(turned):
    rows = turned.training_set()
    asked = ("s0", "s20", "s400")
    for id_ in asked:
        told = json.loads(turned.told("model", "ask", MODEL, "--record", id_, "--json"))
        assert told["features"] == {name: float(rows[id_][name]) for name in FEATURES}
        response = turned.cloud.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=turned.place.names(MODEL),
            ContentType="text/csv",
            Accept="application/json",
            Body=",".join(rows[id_][name] for name in FEATURES),
        )
        assert [told["answer"]] == json.loads(response["Body"].read())["predictions"]
        assert {"label", "score"} == told["answer"].keys()


def test_the_machine_makes_the_same_set_and_notes_what_it_is_made_of(turned):
    by_hand = turned.training_set()
    wanted = sorted([row[TARGET], *(row[name] for name in FEATURES)] for row in by_hand.values())
    states, s3 = turned.cloud.client("stepfunctions"), turned.cloud.client("s3")
    run = states.start_execution(stateMachineArn=turned.machine)["executionArn"]
    told = ended(turned.cloud, run)
    assert told["status"] == "SUCCEEDED", told
    made = json.loads(told["output"])
    assert made["uri"] == turned.made["uri"]

    bucket, _, key = made["uri"].removeprefix("s3://").partition("/")
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    header, *rows = csv.reader(io.StringIO(text))
    assert header == [TARGET, *FEATURES]
    assert sorted(rows) == wanted
    note = json.loads(s3.get_object(Bucket=bucket, Key=f"{MODEL}/training-set.json")["Body"].read())
    assert note == {
        "schema": "maslow/training-set",
        "version": 1,
        "tables": [
            {"table": "maslow_dev_curated.outcomes", "snapshot": None},
            {"table": "maslow_dev_features.maslow_dev_tumours_v1", "snapshot": snapshot(turned)},
        ],
        "as_of": made["as_of"],
        "query": made["query"],
    }
    asked = turned.cloud.client("athena").get_query_execution(QueryExecutionId=made["query"])
    at = made["as_of"].replace("T", " ").rstrip("Z")
    assert f"write_time <= TIMESTAMP '{at}'" in asked["QueryExecution"]["Query"]
    assert f'_v1" FOR VERSION AS OF {snapshot(turned)} ' in asked["QueryExecution"]["Query"]
    s3.put_object(Bucket=bucket, Key=key, Body=turned.text)


def test_a_version_tells_what_its_training_set_was_made_of(turned):
    made = reports.why(turned.place, MODEL, None)["snapshot"]["made_of"]
    assert (made["query"], made["as_of"]) == (turned.made["query"], turned.made["as_of"])
    assert [each["table"] for each in made["tables"]] == [
        "maslow_dev_curated.outcomes",
        "maslow_dev_features.maslow_dev_tumours_v1",
    ]


def test_the_snapshots_of_a_version_are_tagged_by_a_command(turned):
    said = turned.told("features", "tag", MODEL, status=2)
    assert said.startswith(f"Version 1 of {MODEL} names no snapshot that it was learned from.")

    found = reports.why(turned.place, MODEL, 1)
    bucket, _, key = found["snapshot"]["uri"].removeprefix("s3://").partition("/")
    s3 = turned.cloud.client("s3")
    document = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    document["made_of"]["tables"][1]["snapshot"] = snapshot(turned)
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(document))
    table = "maslow_dev_features.maslow_dev_tumours_v1"
    assert turned.told("features", "tag", MODEL, "1").split() == [
        *("tagged", f"{MODEL}-v1:", "snapshot", snapshot(turned), "of", table)
    ]
    told = json.loads(turned.told("features", "tag", MODEL, "--json"))
    assert told["tables"] == {table: snapshot(turned)}


def test_a_query_that_fails_ends_the_machine_with_its_reason(turned):
    glue = turned.cloud.client("glue")
    outcomes = glue.get_table(DatabaseName="maslow_dev_curated", Name="outcomes")["Table"]
    glue.delete_table(DatabaseName="maslow_dev_curated", Name="outcomes")
    run = turned.cloud.client("stepfunctions").start_execution(stateMachineArn=turned.machine)
    told = ended(turned.cloud, run["executionArn"])
    kept = ("Name", "TableType", "StorageDescriptor")
    glue.create_table(
        DatabaseName="maslow_dev_curated", TableInput={key: outcomes[key] for key in kept}
    )
    assert (told["status"], told["error"]) == ("FAILED", "NotMade")
    assert "outcomes' does not exist" in told["cause"]


def test_the_command_needs_no_more_than_the_stack_file_says(turned):
    said = turned.told("features", "training-set", MODEL, "--keep", "sample_id", "--print")
    whole = turned.told("features", "training-set", MODEL, *LABELS, "--print")
    bound = r"write_time <= TIMESTAMP '[^']+'"
    assert re.sub(bound, "", said) == re.sub(bound, "", whole)
    said = turned.told(
        "features", "training-set", MODEL, "--labels", "curated.outcomes", "--print", status=2
    )
    assert said.startswith("--labels and --time belong together")


def test_a_newer_record_is_what_the_model_is_asked_about(turned):
    told = lookup.features_of(turned.place, turned.model, {"tumours": "s1"})
    assert told == dict.fromkeys(FEATURES, -1.0)
    assert float(turned.training_set()["s1"]["mean_radius"]) > 0


def test_many_are_looked_up_as_each_is_by_itself(turned):
    ids = [*turned.values, "s9999"]
    found = lookup.features_of_many(turned.place, turned.model, ids)
    assert list(found) == ids
    assert found["s9999"] == dict.fromkeys(FEATURES)
    for id_ in ("s0", "s1", "s400"):
        one = lookup.features_of(turned.place, turned.model, {"tumours": id_})
        assert found[id_] == one


def test_people_read_the_features_and_the_answer(turned):
    lines = turned.told("model", "ask", MODEL, "--record", "tumours=s0").splitlines()
    assert len(lines) == len(FEATURES) + 1
    assert lines[0].split() == ["mean_radius", str(float(turned.values["s0"][0]))]
    assert lines[-1].split()[0] == "answer"


def test_training_and_serving_have_the_columns_of_one_list(turned):
    names = [column.name for column in columns_of(turned.place.stack, turned.model)]
    assert names == turned.made["columns"][2:]


def test_a_record_that_is_not_there_is_told(turned):
    said = turned.told("model", "ask", MODEL, "--record", "s9999", status=2)
    assert said == "tumours has no record s9999, or has it no longer.\n"


def test_a_query_that_fails_is_told_with_its_reason(turned):
    said = turned.told(
        *("features", "training-set", MODEL, "--labels", "curated.outcome", "--time", "decided_at"),
        status=1,
    )
    assert "failed: " in said
    assert "outcome" in said


def test_what_lies_beside_a_training_set_is_told(turned):
    bucket = turned.made["uri"].removeprefix("s3://").partition("/")[0]
    turned.cloud.client("s3").put_object(Bucket=bucket, Key=f"{MODEL}/older.csv", Body="a\n")
    told = turned.told("features", "training-set", MODEL, *LABELS)
    assert f"s3://{bucket}/{MODEL}/training-set.csv" in told
    assert f"s3://{bucket}/{MODEL}/older.csv" in told


def test_a_zone_that_there_is_not_is_refused(turned):
    said = turned.told(
        *("features", "training-set", MODEL, "--labels", "currated.outcomes", "--time", "at"),
        "--print",
        status=2,
    )
    assert said.endswith("currated is not a zone. Did you mean curated?\n")
