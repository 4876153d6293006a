"""What asks for trainings: real queues and pipelines, and a cluster by its schemas."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from components.platform.pod_training.runtime.api import Api, NotAnswered
from components.platform.pod_training.runtime.ask import REASON_CHARACTERS, Asker, shortened
from components.platform.pod_training.runtime.jobs import places
from tests.components.platform.pod_training.some_cluster import TOLD, Answering, cluster, served
from tests.some_pipeline import create, ended, start, steps_of, until

FIXED = {
    "AlgorithmSpecification": {
        "ContainerEntrypoint": ["python3", "train.py"],
        "MetricDefinitions": [{"Name": "validation:auc", "Regex": "auc=([-0-9.]+)"}],
    },
    "Channels": {},
}
ARGUMENTS = {
    "TrainingSettings": json.dumps(FIXED),
    "TrainingImage": "image",
    "S3OutputPath": "s3://artifacts/models",
    "KmsKeyId": "key",
    "MaxRuntimeInSeconds": "3600",
    "Channel.train": "s3://curated/readmission/",
}
LOG = "2026-11-28T12:00:01.123456789Z auc=0.5\n2026-11-28T12:00:02Z auc=0.91\n"


@pytest.fixture
def at_work(cloud, tmp_path, request):
    """A step that waits, what asks for its training, and the cluster."""
    sqs, name = cloud.client("sqs"), request.node.name.partition("[")[0][:60]
    queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    step = {
        "Name": "Train",
        "Type": "Callback",
        "SqsQueueUrl": queue,
        "Arguments": {"for": "somebody else"},  # the embedded AWS would train by itself
        "OutputParameters": [
            {"OutputName": each, "OutputType": "String"}
            for each in ("S3ModelArtifacts", "FinalMetrics")
        ],
    }
    create(cloud, name, [step])
    arn = start(cloud, name)
    (message,) = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    sqs.purge_queue(QueueUrl=queue)
    body = {**json.loads(message["Body"]), "arguments": ARGUMENTS}
    api = Answering(cluster(tmp_path))
    with served(api) as address:
        asker = Asker(
            {**TOLD, "queue_url": queue},
            Api(address, lambda: "token"),
            sqs,
            cloud.client("sagemaker"),
            cloud.client("logs"),
        )
        yield At(cloud, sqs, queue, arn, body, api, asker)


class At:
    """One training at work."""

    def __init__(self, cloud, sqs, queue, arn, body, api, asker):
        self.cloud, self.sqs, self.queue, self.arn = cloud, sqs, queue, arn
        self.body, self.api, self.asker = body, api, asker
        self.job = f"train-{arn.rpartition('/')[2]}-{body['token']}".lower()
        self.send()

    def send(self, **changes):
        body = json.dumps({**self.body, **changes})
        self.sqs.send_message(QueueUrl=self.queue, MessageBody=body)

    def look(self):
        return self.asker.look(wait_seconds=0)

    def waiting(self):
        found = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["All"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def ends(self, log=LOG, container=None, **status):
        """Let the job end, with a pod that has a log."""
        self.api.statuses[self.job] = status
        self.api.logs["pod-1", "train"] = log
        self.api.pods = [
            {
                "metadata": {
                    "name": "pod-1",
                    "namespace": "oncology",
                    "creationTimestamp": "2026-11-28T12:00:00Z",
                    "labels": {"maslow.dev/training": self.job},
                },
                "spec": {"initContainers": [{"name": "train"}], "containers": [{"name": "node"}]},
                "status": {"initContainerStatuses": [container] if container else []},
            }
        ]

    def objects(self):
        return [
            place
            for place in places(TOLD, self.job)
            if self.api.answer("GET", place, {}, None)[0] == 200
        ]

    def told(self):
        """The step, once the execution has ended."""
        ended(self.cloud, self.arn)
        return steps_of(self.cloud, self.arn)["Train"]


def complete(at):
    at.ends(conditions=[{"type": "Complete", "status": "True"}])


def test_a_training_is_asked_for_waited_for_told_and_taken_away(at_work):
    assert at_work.look()
    assert len(at_work.objects()) == 2
    assert set(at_work.api.tokens) == {"Bearer token"}
    assert at_work.look()
    assert at_work.waiting() == 1, "it is looked at again"
    complete(at_work)
    assert at_work.look()
    step = at_work.told()
    told = {
        each["Name"]: each["Value"] for each in step["Metadata"]["Callback"]["OutputParameters"]
    }
    model = f"s3://artifacts/models/{at_work.job}/output/model.tar.gz"
    assert (step["StepStatus"], told["S3ModelArtifacts"]) == ("Succeeded", model)
    assert json.loads(told["FinalMetrics"]) == {"validation:auc": 0.91}
    assert (at_work.objects(), at_work.waiting()) == ([], 0)
    events = at_work.cloud.client("logs").get_log_events(
        logGroupName=TOLD["log_group"], logStreamName=f"{at_work.job}/algo-1"
    )["events"]
    assert [each["message"] for each in events] == ["auc=0.5", "auc=0.91"]
    assert events[0]["timestamp"] == 1_795_867_201_123


def test_a_training_that_was_killed_fails_its_step_with_the_reason(at_work):
    at_work.look()
    killed = {"exitCode": 137, "reason": "OOMKilled"}
    at_work.ends(
        container={"name": "train", "state": {"terminated": killed}},
        conditions=[{"type": "Failed", "status": "True", "reason": "JobsFailed"}],
    )
    at_work.look()
    step = at_work.told()
    assert step["StepStatus"] == "Failed"
    assert "more memory than training.pods.memory_gib" in step["FailureReason"]
    assert (at_work.objects(), at_work.waiting()) == ([], 0)


def test_a_model_without_its_log_is_a_model(at_work):
    at_work.look()
    complete(at_work)
    at_work.api.logs.clear()
    at_work.look()
    assert at_work.told()["StepStatus"] == "Succeeded"


def test_what_the_cluster_does_not_take_fails_the_step_at_once(at_work):
    at_work.api.cluster.releases.clear()
    at_work.look()
    step = at_work.told()
    assert "the cluster refuses it" in step["FailureReason"]
    assert at_work.waiting() == 0


def test_a_cluster_that_is_away_is_asked_again_and_is_no_good_sign(at_work):
    at_work.api.away = True
    assert not at_work.look()
    assert at_work.waiting() == 1
    at_work.api.away = False
    assert at_work.look()
    assert len(at_work.objects()) == 2


def test_a_stopped_execution_takes_its_job_away_and_makes_no_other(at_work):
    at_work.look()
    at_work.cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=at_work.arn)
    at_work.send(status="Stopping")
    at_work.look()
    assert at_work.told()["StepStatus"] in ("Stopped", "Failed")
    at_work.look()
    assert (at_work.objects(), at_work.waiting()) == ([], 0)


def test_a_message_of_something_else_fails_its_step(at_work):
    other = {**at_work.body, "arguments": {"for": "somebody else"}}
    assert at_work.asker.work_off(other, datetime.now(UTC))
    assert "asks for no training" in at_work.told()["FailureReason"]


def test_what_hangs_is_told_as_well(at_work):
    at_work.look()
    later = datetime.now(UTC) + timedelta(hours=25)
    assert at_work.asker.work_off(at_work.body, later)
    assert "no node took it within 24 hours" in at_work.told()["FailureReason"]


def test_an_address_without_an_api_is_no_answer():
    with pytest.raises(NotAnswered):
        Api("http://localhost:9", lambda: "token").find("/apis")


def test_a_long_reason_keeps_its_begin_and_its_end():
    text = shortened("AlgorithmError: exit code 1: " + "x " * 400 + "KeyError: 'age'")
    assert len(text) <= REASON_CHARACTERS
    assert text.startswith("AlgorithmError")
    assert text.endswith("KeyError: 'age'")
