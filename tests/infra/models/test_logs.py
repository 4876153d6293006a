import time

import pytest

from infra.errors import InputError
from infra.models import logs
from infra.models.logs import Source
from infra.models.turns import trained_by_pods
from tests import one_step_pipeline

PIPELINE = "maslow-dev-readmission"
ENDPOINT_GROUP = f"/aws/sagemaker/Endpoints/{PIPELINE}"


@pytest.fixture
def write(cloud):
    def put(group, stream, *lines, at=None):
        client = cloud.client("logs")
        if group not in {one["logGroupName"] for one in client.describe_log_groups()["logGroups"]}:
            client.create_log_group(logGroupName=group)
        client.create_log_stream(logGroupName=group, logStreamName=stream)
        now = at or time.time_ns() // 1_000_000
        client.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": now + n, "message": line} for n, line in enumerate(lines)],
        )

    return put


def test_before_anything_ran_there_is_the_endpoint_alone(place):
    found = logs.sources(place, "readmission")
    assert found == [Source("endpoint", None, ENDPOINT_GROUP)]
    assert logs.read(place, found[0], 10)["lines"] == []


def test_the_jobs_are_those_of_the_newest_run(place, cloud):
    one_step_pipeline.create(cloud, PIPELINE, "print('learned'); print('it')")
    one_step_pipeline.run(cloud, PIPELINE)
    train, endpoint = logs.sources(place, "readmission")
    assert train.head == f"{train.job}/"
    assert (train.name, train.group) == ("Train", "/aws/sagemaker/TrainingJobs")
    told = logs.read(place, train, 10)
    assert told["lines"] == ["learned", "it"]
    assert told["job"] == train.job
    assert logs.read(place, train, 1)["lines"] == ["it"]
    assert logs.chosen([train, endpoint], "Train") == [train]
    assert logs.chosen([train, endpoint], train.job) == [train]


def test_a_search_has_the_lines_of_all_its_trainings(place, write, monkeypatch):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/0a1b-Train-2c3d"
    step = {"StepName": "Train", "Metadata": {"TuningJob": {"Arn": arn}}}
    monkeypatch.setattr(logs, "newest_run", lambda *_: {"PipelineExecutionArn": "run"})
    monkeypatch.setattr(logs, "steps", lambda *_: [step])
    now = time.time_ns() // 1_000_000
    group = "/aws/sagemaker/TrainingJobs"
    write(group, "0a1b-Train-2c3d-001-aa/algo-1-1", "first", at=now - 2000)
    write(group, "0a1b-Train-2c3d-002-bb/algo-1-1", "second", at=now - 1000)
    train, _ = logs.sources(place, "readmission")
    assert (train.name, train.job) == ("Train", "0a1b-Train-2c3d")
    assert logs.read(place, train, 10)["lines"] == ["first", "second"]


def test_what_pods_trained_has_its_lines_where_a_training_job_has(place, write, monkeypatch):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/abc123def456"
    step = {"StepName": "Train", "Metadata": {"Callback": {"CallbackToken": "Ab12345678"}}}
    monkeypatch.setattr(logs, "newest_run", lambda *_: {"PipelineExecutionArn": arn})
    monkeypatch.setattr(logs, "steps", lambda *_: [step])
    job = "train-abc123def456-ab12345678"
    write("/aws/sagemaker/TrainingJobs", f"{job}/algo-1", "auc=0.9")
    train, _ = logs.sources(place, "readmission")
    assert (train.name, train.job) == ("Train", job)
    assert logs.read(place, train, 10)["lines"] == ["auc=0.9"]
    made = [trained_by_pods(arn, each) for each in ({"StepName": "Prepare"}, step)]
    assert made == [None, job]


def test_the_lines_of_several_streams_come_in_the_order_of_their_time(place, write):
    now = time.time_ns() // 1_000_000
    write(ENDPOINT_GROUP, "AllTraffic/i-1", "first", at=now - 3000)
    write(ENDPOINT_GROUP, "AllTraffic/i-2", "second\n", at=now - 2000)
    write(ENDPOINT_GROUP, "AllTraffic/i-3", "third", at=now - 1000)
    (endpoint,) = logs.sources(place, "readmission")
    assert logs.read(place, endpoint, 10)["lines"] == ["first", "second", "third"]
    assert logs.read(place, endpoint, 2)["lines"] == ["second", "third"]


def test_a_job_whose_name_goes_on_is_another(place, write):
    write("/aws/sagemaker/TrainingJobs", "job-1/algo-1-1", "mine")
    write("/aws/sagemaker/TrainingJobs", "job-10/algo-1-1", "another's")
    mine = Source("Train", "job-1", "/aws/sagemaker/TrainingJobs", "job-1/")
    assert logs.read(place, mine, 10)["lines"] == ["mine"]


def test_a_job_that_is_not_there_is_refused_with_those_that_are(place):
    with pytest.raises(InputError, match=r"--job Trian: there is none.*There are endpoint\."):
        logs.chosen(logs.sources(place, "readmission"), "Trian")
