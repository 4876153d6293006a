"""A training on spot instances is interrupted, and goes on from its checkpoints."""

import json
import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from embedded.extensions.jobs import running
from tests.some_training import make_work_bucket, training

LEARNS = """
import json, pathlib, time
import numpy
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import scale
kept = pathlib.Path("/opt/ml/checkpoints/state.json")
x, y = load_breast_cancer(return_X_y=True)
x = scale(x)
model, epoch, runs = SGDClassifier(random_state=1), 0, 1
model.partial_fit(x[:50], y[:50], classes=[0, 1])
if kept.is_file():
    state = json.loads(kept.read_text())
    epoch, runs = state["epoch"], state["runs"] + 1
    model.coef_ = numpy.array(state["coef"])
    model.intercept_ = numpy.array(state["intercept"])
began = epoch
while epoch < 6:
    model.partial_fit(x, y)
    epoch += 1
    state = {"epoch": epoch, "runs": runs, "coef": model.coef_.tolist(),
             "intercept": model.intercept_.tolist()}
    kept.write_text(json.dumps(state))
    if runs == 1 and epoch == 3:
        pathlib.Path("/opt/ml/checkpoints/at-three").touch()
        time.sleep(60)  # until it is taken away
told = {"began": began, "runs": runs, "score": model.score(x, y)}
pathlib.Path("/opt/ml/model/told.json").write_text(json.dumps(told))
print(f"began: {began}; score: {told['score']};")
"""
WAITS = "import time; print('here', flush=True); time.sleep(60)"


@pytest.fixture
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    make_work_bucket(cloud, {})


def asked(name, code, **more):
    spot = {
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": f"s3://work/checkpoints/{name}"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 120, "MaxWaitTimeInSeconds": 7200},
    }
    metrics = {"began": "began: ([0-9]+);", "score": "score: ([0-9.]+);"}
    return training(name, code, metrics, **spot | more)


def interrupt(cloud, name, **more):
    """The answer of the Cloud; raises HTTPError for a training without spot instances."""
    body = json.dumps({"interrupt": name, **more}).encode()
    request = urllib.request.Request(f"{cloud.url}/moto-api/maslow/spot", body)  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310  of the Cloud
        return json.load(answer)


def once(sagemaker, name, *statuses, seconds=60):
    """The job, once its secondary status is one of these."""
    for _ in range(seconds * 10):
        job = sagemaker.describe_training_job(TrainingJobName=name)
        if job["SecondaryStatus"] in statuses:
            return job
        time.sleep(0.1)
    raise AssertionError(job)


def begun(cloud, name):
    """Wait until the script of a job is at work, and has written what it first writes."""
    for _ in range(600):
        for arn, job in running():
            container = job._container if arn.endswith(f"/{name}") else None
            if container is not None and (
                "here" in container.log() or container.path("/opt/ml/checkpoints/at-three").exists()
            ):
                return
        time.sleep(0.1)
    raise AssertionError(f"{name} does not begin")


def test_an_interrupted_training_goes_on_from_its_checkpoint(cloud, sagemaker):
    sagemaker.create_training_job(**asked("learns", LEARNS))
    begun(cloud, "learns")
    assert interrupt(cloud, "learns", back_in_seconds=3) == {"interrupted": "learns"}
    waiting = once(sagemaker, "learns", "Interrupted")
    assert waiting["TrainingJobStatus"] == "InProgress"
    state = cloud.client("s3").get_object(Bucket="work", Key="checkpoints/learns/state.json")
    assert json.load(state["Body"])["epoch"] == 3

    job = once(sagemaker, "learns", "Completed", "Failed")
    assert job.get("FailureReason") is None
    told = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    assert told["began"] == 3
    assert told["score"] > 0.9
    assert [each["Status"] for each in job["SecondaryStatusTransitions"]] == [
        "Training",
        "Interrupted",
        "Training",
        "Completed",
    ]
    assert job["TrainingTimeInSeconds"] - job["BillableTimeInSeconds"] >= 2


def test_a_training_that_waits_too_long_is_stopped(cloud, sagemaker):
    sagemaker.create_training_job(**asked("waits", WAITS))
    begun(cloud, "waits")
    interrupt(cloud, "waits", back_in_seconds=9000)
    once(sagemaker, "waits", "Interrupted")
    cloud.advance(7200)
    job = once(sagemaker, "waits", "MaxWaitTimeExceeded")
    assert job["TrainingJobStatus"] == "Stopped"
    assert job["TrainingTimeInSeconds"] >= 7200
    assert job["BillableTimeInSeconds"] < 120


def test_a_training_that_waits_can_be_stopped(cloud, sagemaker):
    sagemaker.create_training_job(**asked("ends", WAITS))
    begun(cloud, "ends")
    interrupt(cloud, "ends", back_in_seconds=3600)
    once(sagemaker, "ends", "Interrupted")
    with pytest.raises(urllib.error.HTTPError):
        interrupt(cloud, "ends")
    sagemaker.stop_training_job(TrainingJobName="ends")
    assert once(sagemaker, "ends", "Stopped")["TrainingJobStatus"] == "Stopped"


def test_what_is_not_on_spot_instances_is_not_interrupted(cloud, sagemaker):
    request = asked("kept", WAITS, StoppingCondition={"MaxRuntimeInSeconds": 60})
    del request["EnableManagedSpotTraining"]
    sagemaker.create_training_job(**request)
    begun(cloud, "kept")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        interrupt(cloud, "kept")
    sagemaker.stop_training_job(TrainingJobName="kept")


WARM = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "KeepAlivePeriodInSeconds": 600}
GROUPS = [{"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 1}]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 60}}, "needs a MaxWaitTimeInSeconds"),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}},
            "59. is less than MaxRuntimeInSeconds .60",
        ),
        ({"EnableManagedSpotTraining": False}, "of managed spot training alone"),
        ({"ResourceConfig": WARM}, "[Ss]pot instances are not kept in a warm pool"),
        (
            {"ResourceConfig": {"InstanceGroups": GROUPS, "InstanceCount": 1}},
            "stand in place of InstanceType",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(sagemaker, more, why):
    with pytest.raises(ClientError, match=why):
        sagemaker.create_training_job(**asked("refused", WAITS, **more))


def test_what_only_an_account_has_is_taken(sagemaker):
    plan = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/oncology"
    request = asked(
        "account",
        "print('began: 0; score: 1;')",
        ResourceConfig={**WARM, "VolumeSizeInGB": 9, "TrainingPlanArn": plan},
        EnableManagedSpotTraining=False,
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        EnableNetworkIsolation=True,
        Environment={"FI_PROVIDER": "efa"},
    )
    sagemaker.create_training_job(**request)
    job = once(sagemaker, "account", "Completed", "Failed")
    assert job.get("FailureReason") is None
    assert job["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 600
    assert job["ResourceConfig"]["TrainingPlanArn"] == plan
