"""Trainings on several hosts run as several processes, which learn together."""

import copy
import io
import json
import tarfile
import time

import pytest
from botocore.exceptions import ClientError

from embedded.sagemaker.training_hosts import hosts_of, names, resources
from tests.some_training import (
    INSTANCE,
    ROWS,
    TRAIN_CHANNEL,
    make_work_bucket,
    trained,
    training,
)

TOGETHER = """
import json, os, pathlib, socket, time
told = json.loads(pathlib.Path("/opt/ml/input/config/resourceconfig.json").read_text())
me, hosts = told["current_host"], told["hosts"]
assert (os.environ["SM_CURRENT_HOST"], json.loads(os.environ["SM_HOSTS"])) == (me, hosts)
mine = float(len(me)) + hosts.index(me)          # each host's own gradient: 6 and 7
if me == hosts[0]:
    with socket.create_server((me, 29400)) as server:
        peer, address = server.accept()
        with peer:
            total = mine + float(peer.recv(64))
            peer.sendall(str(total).encode())
else:
    for _ in range(200):
        try:
            peer = socket.create_connection((hosts[0], 29400))
            break
        except OSError:
            time.sleep(0.1)
    with peer:
        peer.sendall(str(mine).encode())
        total = float(peer.recv(64))
out = pathlib.Path("/opt/ml/model")
(out / f"{me}.json").write_text(json.dumps({"total": total, "group": told["current_group_name"]}))
(out / "model.json").write_text(me)
print(f"total: {total};")
"""
FAILS = """
import json, os, sys, time
if os.environ["SM_CURRENT_HOST"] == "algo-2":
    sys.exit("no memory")
time.sleep(60)
"""


@pytest.fixture
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    make_work_bucket(cloud, ROWS)


def asked(name, code, **resources):
    return training(
        name,
        code,
        {"total": "total: ([0-9.]+);"},
        InputDataConfig=[copy.deepcopy(TRAIN_CHANNEL)],
        ResourceConfig=INSTANCE | {"InstanceCount": 2} | resources,
    )


def model_of(cloud, job):
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    packed = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {name: archive.extractfile(name).read().decode() for name in archive.getnames()}


def test_two_processes_learn_together_and_leave_one_model(cloud, sagemaker):
    sagemaker.create_training_job(**asked("together", TOGETHER))
    job = trained(sagemaker, "together")
    assert job.get("FailureReason") is None
    model = model_of(cloud, job)
    assert set(model) == {"algo-1.json", "algo-2.json", "model.json"}
    assert [json.loads(model[f"algo-{n}.json"])["total"] for n in (1, 2)] == [13.0, 13.0]
    assert model["model.json"] == "algo-1"
    (metric,) = job["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("total", 13.0)
    streams = cloud.client("logs").describe_log_streams(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="together/"
    )["logStreams"]
    assert sorted(each["logStreamName"].rsplit("-", 1)[0] for each in streams) == [
        "together/algo-1",
        "together/algo-2",
    ]


def test_instance_groups_are_told_which_hosts_are_whose(cloud, sagemaker):
    groups = [
        {"InstanceGroupName": "data", "InstanceType": "ml.m6i.large", "InstanceCount": 1},
        {"InstanceGroupName": "learners", "InstanceType": "ml.g5.xlarge", "InstanceCount": 1},
    ]
    request = asked("grouped", TOGETHER)
    request["ResourceConfig"] = {"InstanceGroups": groups, "VolumeSizeInGB": 10}
    sagemaker.create_training_job(**request)
    job = trained(sagemaker, "grouped")
    assert job.get("FailureReason") is None
    model = model_of(cloud, job)
    assert json.loads(model["algo-2.json"])["group"] == "learners"


def test_a_host_that_fails_ends_the_training_of_all(sagemaker):
    begun = time.monotonic()
    sagemaker.create_training_job(**asked("fails", FAILS))
    job = trained(sagemaker, "fails")
    assert job["TrainingJobStatus"] == "Failed"
    assert "no memory" in job["FailureReason"]
    assert time.monotonic() - begun < 45


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"ResourceConfig": {"InstanceCount": 5}}, "asks for 5 instances, and 4 is the most"),
        ({"sharded": "ShardedByS3Key"}, "channel train is shared out"),
    ],
)
def test_what_several_hosts_would_not_do_here_is_refused(sagemaker, change, why):
    request = asked("refused", TOGETHER, **change.get("ResourceConfig", {}))
    if distribution := change.get("sharded"):
        source = request["InputDataConfig"][0]["DataSource"]["S3DataSource"]
        source["S3DataDistributionType"] = distribution
    with pytest.raises(ClientError, match=why):
        sagemaker.create_training_job(**request)


def test_hosts_are_numbered_over_all_groups():
    groups = [
        {"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 1},
        {"InstanceGroupName": "b", "InstanceType": "ml.m5.xlarge", "InstanceCount": 2},
    ]
    hosts = hosts_of({"ResourceConfig": {"InstanceGroups": groups}})
    told = resources(hosts[2], hosts)
    assert told["current_host"] == "algo-3"
    assert told["current_instance_type"] == "ml.m5.xlarge"
    assert [(each["instance_group_name"], each["hosts"]) for each in told["instance_groups"]] == [
        ("a", ["algo-1"]),
        ("b", ["algo-2", "algo-3"]),
    ]
    assert "127.0.0.3 algo-3\n" in names(hosts)
    assert names(hosts[:1]) == ""
