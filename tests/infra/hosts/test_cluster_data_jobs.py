"""A job that EMR runs, on the embedded AWS: a cluster for each run, and none after it."""

import io
import json
import time

import pyarrow.parquet
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
    "alerts": {"email": ["ml@example.com"]},
    "jobs": [
        {
            "name": "visits",
            "engine": "emr",
            "script": "templates/jobs/clean.py",
            "on": {"arrival": "raw.visits"},
            "reads": ["raw.visits"],
            "writes": ["curated.visits"],
            "arguments": {"id": "visit_id", "event-time": "visited_at"},
            "size": {"max_vcpu": 32},
            "retries": 0,
        }
    ],
    "spark": {"clusters": {"spot": "75%", "idle_minutes": 30}},
}
ARRIVED = """visit_id,visited_at,age
a,2026-01-01T06:00:00Z,40
a,2026-01-01T07:00:00Z,41
b,2026-01-02T06:00:00Z,50
"""


class Lake:
    def __init__(self, cloud, project):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        self.states = cloud.client("stepfunctions")
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        self.place = Place(Names(project.name, "dev"), stack, cloud.client)
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs
            self.same = up(stack).changes
            longer = {**SETTINGS, "jobs": [{**SETTINGS["jobs"][0], "max_minutes": 900}]}
            self.changed = up(from_config(longer, "eu-west-1", "dev")).changes
        self.zones = self.outputs["zones"]

    def arrives(self, text):
        self.s3.put_object(Bucket=self.zones["raw"], Key="visits/1.csv", Body=text)

    def execution(self, number):
        """That execution of the job, once it has ended."""
        machine = self.outputs["jobs"]["visits"]
        waited = time.monotonic()
        while time.monotonic() - waited < SECONDS:
            found = self.states.list_executions(stateMachineArn=machine)["executions"]
            if len(found) >= number and found[-number]["status"] != "RUNNING":
                return self.states.describe_execution(executionArn=found[-number]["executionArn"])
            self.cloud.advance(20)
            time.sleep(0.1)
        raise AssertionError("the job does not end")

    def clusters(self):
        """All clusters, the oldest first."""
        emr = self.cloud.client("emr")
        listed = sorted(
            emr.list_clusters()["Clusters"],
            key=lambda one: one["Status"]["Timeline"]["CreationDateTime"],
        )
        return [emr.describe_cluster(ClusterId=one["Id"])["Cluster"] for one in listed]


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        yield Lake(running, project)


def test_what_clusters_share_is_there_and_stays_as_it_is(lake):
    emr, ec2 = lake.cloud.client("emr"), lake.cloud.client("ec2")
    (named,) = emr.list_security_configurations()["SecurityConfigurations"]
    told = json.loads(
        emr.describe_security_configuration(Name=named["Name"])["SecurityConfiguration"]
    )
    disks = told["EncryptionConfiguration"]["AtRestEncryptionConfiguration"]
    assert disks["LocalDiskEncryptionConfiguration"]["EnableEbsEncryption"] is True
    assert (
        told["InstanceMetadataServiceConfiguration"]["MinimumInstanceMetadataServiceVersion"] == 2
    )
    groups = ec2.describe_security_groups()["SecurityGroups"]
    assert len([one for one in groups if "EMR" in one["Description"]]) == 2
    assert emr.list_clusters()["Clusters"] == []
    assert lake.cloud.client("emr-serverless").list_applications()["applications"] == []
    assert set(lake.same) == {"same"}


def test_a_change_of_a_job_changes_its_machine_in_place(lake):
    assert set(lake.changed) == {"same", "update"}


def test_what_arrives_is_cleaned_on_a_cluster_that_is_gone_after_it(lake):
    assert jobs.logs(lake.place, "visits", 10) == []
    lake.arrives(ARRIVED)
    told = lake.execution(1)
    assert told["status"] == "SUCCEEDED", told.get("cause")
    bucket = lake.zones["curated"]
    keys = [one["Key"] for one in lake.s3.list_objects_v2(Bucket=bucket)["Contents"]]
    rows = [
        row
        for key in keys
        if key.endswith(".parquet")
        for row in pyarrow.parquet.read_table(
            io.BytesIO(lake.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        ).to_pylist()
    ]
    assert {(row["visit_id"], row["age"]) for row in rows} == {("a", "41"), ("b", "50")}
    out, error = jobs.logs(lake.place, "visits", 10)
    assert (out["source"], out["job"]) == ("stdout", json.loads(told["output"])["run"])
    assert out["lines"] == ["2 records in 2 days, 0 set aside"]
    assert error["source"] == "stderr"
    (listed,) = jobs.listed(lake.place)
    assert [one["status"] for one in listed["runs"]] == ["SUCCEEDED"]
    (cluster,) = lake.clusters()
    assert cluster["Status"]["State"] == "TERMINATED"


def test_a_cluster_is_made_as_the_settings_say(lake):
    lake.execution(1)
    emr, (cluster, *_) = lake.cloud.client("emr"), lake.clusters()
    fleets = {
        fleet["InstanceFleetType"]: fleet
        for fleet in emr.list_instance_fleets(ClusterId=cluster["Id"])["InstanceFleets"]
    }
    assert fleets["MASTER"]["TargetOnDemandCapacity"] == 1
    assert (fleets["CORE"]["TargetOnDemandCapacity"], fleets["TASK"]["TargetSpotCapacity"]) == (
        4,
        4,
    )
    limits = emr.get_managed_scaling_policy(ClusterId=cluster["Id"])["ManagedScalingPolicy"]
    assert limits["ComputeLimits"] == {
        "UnitType": "InstanceFleetUnits",
        "MinimumCapacityUnits": 4,
        "MaximumCapacityUnits": 28,
        "MaximumOnDemandCapacityUnits": 10,
        "MaximumCoreCapacityUnits": 4,
    }
    idle = emr.get_auto_termination_policy(ClusterId=cluster["Id"])["AutoTerminationPolicy"]
    assert idle == {"IdleTimeout": 1800}
    tags = {tag["Key"]: tag["Value"] for tag in cluster["Tags"]}
    assert tags["maslow:job"] == "maslow-dev-job-visits"
    assert tags["maslow:environment"] == "dev"


def test_a_run_that_fails_is_told_once_with_its_reason_and_its_cluster_is_gone(lake):
    lake.execution(1)
    lake.arrives(ARRIVED.replace("visit_id", "no_id"))
    told = lake.execution(2)
    assert (told["status"], told["error"]) == ("FAILED", "RunFailed")
    assert "visit_id" in told["cause"]
    lake.cloud.advance(60)
    mails = [one for one in lake.cloud.outbox()["sent"] if "RunFailed" in one["message"]]
    assert len(mails) == 1
    assert {one["Status"]["State"] for one in lake.clusters()} == {"TERMINATED"}
    assert len(lake.clusters()) == 2
