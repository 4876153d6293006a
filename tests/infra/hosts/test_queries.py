"""How an environment's lake is queried, on the embedded AWS: by what its settings and files say."""

import pytest

from embedded.cloud import Cloud
from infra import athena
from infra.errors import InputError, WorkError
from infra.hosts.session import session
from infra.models.place import Place
from infra.naming import Names
from infra.queries import placed
from infra.settings import from_config
from tests.athena import ended
from tests.embedded_settings import EMBEDDED
from tests.json_shapes import misfits

SETTINGS = {
    **EMBEDDED,
    "lake": {
        "tables": [
            {
                "name": "curated.visits",
                "format": "csv",
                "columns": {"visit_id": "string", "age": "string", "visited_at": "string"},
                "partitions": {"day": "string"},
            }
        ]
    },
    "queries": {
        "folder": "templates/queries",
        "daily_gb": 1,
        "teams": {"oncology": {"scan_limit_gb": 0.01}},
    },
}


class Queries:
    """An environment with a table of visits, two of which have arrived."""

    def __init__(self, cloud, project):
        self.cloud, self.athena = cloud, cloud.client("athena")
        self.names = Names(project.name, "dev")
        self.stack = stack = from_config(SETTINGS, "eu-west-1", "dev")
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs
        self.groups = self.outputs["workgroups"]
        lines = (
            "visit_id,age,visited_at\nv1,41,2026-01-01T10:00:00Z\n",
            "visit_id,age,visited_at\nv2,57,2026-01-02T11:00:00Z\nv3,39,2026-01-02T12:00:00Z\n",
        )
        for number, body in enumerate(lines, start=1):
            cloud.client("s3").put_object(
                Bucket=self.outputs["zones"]["curated"],
                Key=f"visits/day=2026-01-0{number}/a.csv",
                Body=body.encode(),
            )
        self.rows("MSCK REPAIR TABLE maslow_dev_curated.visits")

    def rows(self, sql, *parameters, team="everybody"):
        """Run a statement in a team's workgroup; its rows, without a header."""
        given = {"ExecutionParameters": [*parameters]} if parameters else {}
        id_ = self.athena.start_query_execution(
            QueryString=sql, WorkGroup=self.groups[team], **given
        )["QueryExecutionId"]
        told = ended(self.cloud, id_)
        assert told["Status"]["State"] == "SUCCEEDED", told["Status"].get("StateChangeReason")
        found = self.athena.get_query_results(QueryExecutionId=id_)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in found[1:]]

    def saved(self, team):
        """The saved queries of a team's workgroup, by name."""
        ids = self.athena.list_named_queries(WorkGroup=self.groups[team])["NamedQueryIds"]
        found = [self.athena.get_named_query(NamedQueryId=id_)["NamedQuery"] for id_ in ids]
        return {each["Name"]: each for each in found}


@pytest.fixture(scope="module")
def queries(project):
    with Cloud("eu-west-1") as running:
        yield Queries(running, project)


def test_a_saved_query_runs_as_it_is(queries):
    saved = queries.saved("everybody")["visits_by_day"]
    assert saved["Database"] == "maslow_dev_curated"
    assert queries.rows(saved["QueryString"]) == [
        ["2026-01-02", "2", "48.0"],
        ["2026-01-01", "1", "41.0"],
    ]


def test_a_team_has_its_own_beside_those_of_everybody(queries):
    assert queries.saved("everybody").keys() == {"visits_by_day"}
    assert queries.saved("oncology").keys() == {"visits_by_day", "late_visits"}
    group = queries.athena.get_work_group(WorkGroup=queries.groups["oncology"])["WorkGroup"]
    configuration = group["Configuration"]
    assert configuration["BytesScannedCutoffPerQuery"] == 10_000_000
    assert configuration["ResultConfiguration"]["OutputLocation"].endswith("/oncology/")


def test_a_prepared_statement_takes_its_parameters(queries):
    for team in ("everybody", "oncology"):
        found = queries.rows("EXECUTE visits_of_day USING '2026-01-02'", team=team)
        assert [row[0] for row in found] == ["v2", "v3"]


def test_a_view_is_read_like_a_table(queries):
    found = queries.rows("SELECT * FROM maslow_dev_curated.newest_visits ORDER BY day")
    assert found == [
        ["2026-01-01", "2026-01-01T10:00:00Z"],
        ["2026-01-02", "2026-01-02T12:00:00Z"],
    ]


def test_people_ask_by_the_command(queries):
    place = Place(queries.names, queries.stack, queries.cloud.client)
    told = athena.answer(place, athena.saved(place, "visits_by_day"))
    assert misfits(told, athena.AnswerShape) == []
    assert told["columns"] == ["day", "visits", "mean_age"]
    assert told["rows"][0] == ["2026-01-02", "2", "48.0"]
    zones = athena.databases(place)
    sql = placed("SELECT count(*) FROM curated.visits", zones)
    assert athena.answer(place, sql, "oncology")["rows"] == [["3"]]
    with pytest.raises(InputError, match=r"No query is saved as visit_by_day. Did you mean visits"):
        athena.saved(place, "visit_by_day")
    with pytest.raises(InputError, match=r"oncolgy is not a team. Did you mean oncology"):
        athena.workgroup(place, "oncolgy")
    with pytest.raises(WorkError, match="TABLE_NOT_FOUND"):
        athena.answer(place, placed("SELECT * FROM raw.nothing", zones))
    with pytest.raises(WorkError, match="Athena refuses this: line 1:7"):
        athena.answer(place, "SELEC 1")


def test_a_workgroup_that_scans_too_much_in_a_day_alarms(queries):
    cloudwatch = queries.cloud.client("cloudwatch")
    (alarm,) = [
        each
        for each in cloudwatch.describe_alarms()["MetricAlarms"]
        if "-queries-scanned" in each["AlarmName"]
    ]
    dimensions = {"QueryType": "DML", "WorkGroup": queries.groups["everybody"]}
    for state, gigabytes in (("SUCCEEDED", 0.7), ("FAILED", 0.6)):
        told = {**dimensions, "QueryState": state}
        cloudwatch.put_metric_data(
            Namespace="AWS/Athena",
            MetricData=[
                {
                    "MetricName": "ProcessedBytes",
                    "Dimensions": [{"Name": name, "Value": of} for name, of in told.items()],
                    "Value": gigabytes * 1e9,
                }
            ],
        )
        queries.cloud.advance(60)
        found = cloudwatch.describe_alarms(AlarmNames=[alarm["AlarmName"]])["MetricAlarms"]
        assert found[0]["StateValue"] == ("OK" if state == "SUCCEEDED" else "ALARM")
