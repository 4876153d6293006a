"""A job that EMR runs in a team's namespace on Kubernetes, on the embedded AWS."""

import json
import time

import pytest

from embedded.cloud import Cloud
from infra import jobs
from infra.hosts.session import session
from infra.models.place import Place
from infra.naming import Names
from infra.settings import from_config

SECONDS = 180
SETTINGS = {
    "owner": "ml@example.com",
    "cloud": "embedded",
    "durability": "disposable",
    "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
    "source": {"github": "example/platform"},
    "kubernetes": {"teams": {"oncology": {"vcpus": 16, "memory_gib": 64}}},
    "jobs": [
        {
            "name": "visits",
            "engine": "emr-on-eks",
            "team": "oncology",
            "script": "templates/jobs/clean.py",
            "reads": ["raw.visits"],
            "writes": ["curated.visits"],
            "arguments": {"id": "visit_id", "event-time": "visited_at"},
            "retries": 0,
        }
    ],
}
ARRIVED = """visit_id,visited_at,age
a,2026-01-01T06:00:00Z,40
a,2026-01-01T07:00:00Z,41
b,2026-01-02T06:00:00Z,50
"""


class Lake:
    def __init__(self, cloud, project):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        self.place = Place(Names(project.name, "dev"), stack, cloud.client)
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs
            self.same = up(stack).changes
        self.zones = self.outputs["zones"]

    def runs(self):
        """How a run that a person starts ends."""
        started = jobs.start(self.place, "visits", "by hand", None)
        waited = time.monotonic()
        states = self.cloud.client("stepfunctions")
        while time.monotonic() - waited < SECONDS:
            found = states.describe_execution(executionArn=started.execution)
            if found["status"] != "RUNNING":
                return found
            self.cloud.advance(20)
            time.sleep(0.1)
        raise AssertionError("the job does not end")


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        yield Lake(running, project)


def test_a_second_pass_changes_nothing(lake):
    assert {operation.value for operation in lake.same} == {"same"}


def test_a_run_reads_and_writes_the_lake_and_its_output_is_kept(lake):
    lake.s3.put_object(Bucket=lake.zones["raw"], Key="visits/1.csv", Body=ARRIVED)
    found = lake.runs()
    assert found["status"] == "SUCCEEDED", found.get("cause")
    containers = lake.cloud.client("emr-containers")
    (cluster,) = containers.list_virtual_clusters()["virtualClusters"]
    assert cluster["containerProvider"]["info"]["eksInfo"]["namespace"] == "oncology"
    (run,) = containers.list_job_runs(virtualClusterId=cluster["id"])["jobRuns"]
    assert json.loads(found["output"])["run"] == run["id"]
    written = lake.s3.list_objects_v2(Bucket=lake.zones["curated"])["Contents"]
    assert [one["Key"] for one in written if one["Key"].endswith(".parquet")]
    told = {one["source"]: one for one in jobs.logs(lake.place, "visits", 20)}
    assert told["stdout"]["job"] == run["id"]


def test_a_run_that_fails_says_why(lake):
    lake.s3.put_object(Bucket=lake.zones["raw"], Key="visits/1.csv", Body="other\n1\n")
    found = lake.runs()
    assert (found["status"], found["error"]) == ("FAILED", "RunFailed")
    assert "Job failed: " in found["cause"]
