"""Asks the cluster for the trainings of a model's pipeline, and tells the pipeline how they ended.

A message is a training: it stays in the queue until its job has ended, and comes back after the
queue's visibility timeout to be looked at again. So nothing is remembered here, and what dies is
taken up by the next pod. A step is told by this alone, by what the cluster says: what dies without
a word fails its step as well. Once a minute it says by a metric that it does its work.

It is told by the variable `TOLD`, in JSON: `queue_url`, `log_group`, `metrics` (a namespace),
`pipeline`, and what jobs.py takes.
https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from . import jobs, logs
from .api import Api, NotAnswered, in_cluster
from .identity import session
from .states import State, state
from .training_message import METRICS, MODEL, artefact_of, job_name, request_of

WAIT_SECONDS, EVERY_SECONDS = 20, 60
MOST_MESSAGES = 10
REASON_CHARACTERS = 256
"""Of a step's failure.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepFailure.html
"""
EXECUTING, STOPPING = "Executing", "Stopping"
ANSWERED = ("ConflictException", "ResourceNotFound", "ResourceNotFoundException")
VALIDATION = "ValidationException"
"""What SageMaker refuses an answer with that nothing waits for."""


class Asker:
    """Takes messages, and works each of them off as far as it goes now."""

    def __init__(
        self, told: Mapping[str, Any], api: Api, sqs: Any, sagemaker: Any, cloudwatch_logs: Any
    ) -> None:
        self._told, self._api = told, api
        self._sqs, self._sagemaker, self._logs = sqs, sagemaker, cloudwatch_logs

    def look(self, wait_seconds: int = WAIT_SECONDS) -> bool:
        """Receive messages and work them off; whether the queue and the cluster answered all."""
        queue = self._told["queue_url"]
        found = self._sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=MOST_MESSAGES, WaitTimeSeconds=wait_seconds
        )
        well = self._is_there()
        for message in found.get("Messages", []):
            done = self._attempt(json.loads(message["Body"]))
            if done:
                self._sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            well = well and done is not None
        return well

    def _attempt(self, message: Mapping[str, Any]) -> bool | None:
        """Whether a message is done with; None where that failed, and the message comes back."""
        try:
            return self.work_off(message, datetime.now(timezone.utc))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
            say(f"{type(error).__name__}: {error}")
            return None

    def work_off(self, message: Mapping[str, Any], now: datetime) -> bool:
        """Do what a message asks for; whether it is done with.

        Raises NotAnswered, and what boto3 raises.
        """
        token, execution = message["token"], message["pipelineExecutionArn"]
        name = job_name(execution, token)
        try:
            request = request_of(message["arguments"], name)
        except (KeyError, TypeError, ValueError) as error:
            return self._fail(token, f"the message asks for no training: {error!r}")
        if message["status"] == STOPPING:
            self._remove(name)
            return self._fail(token, "the execution was stopped")
        place, *_ = jobs.places(self._told, name)
        job = self._api.find(place)
        if job is None:
            described = self._sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
            status = described["PipelineExecutionStatus"]
            if status != EXECUTING:
                self._remove(name)
                return self._fail(token, f"the execution is {status}")
            return self._create(token, request)
        pods = self._pods(name)
        found = state(job, pods, request["StoppingCondition"]["MaxRuntimeInSeconds"], now)
        return self._end(token, request, found, pods) if found.ended else False

    def _create(self, token: str, request: Mapping[str, Any]) -> bool:
        """Create what a training is; what the cluster does not take fails the step."""
        try:
            for each in jobs.objects(self._told, request):
                self._api.create(each.path, each.manifest)
        except NotAnswered as error:
            if not 400 <= error.status < 500 or error.status in (408, 429):  # noqa: PLR2004
                raise
            self._remove(request["TrainingJobName"])
            return self._fail(token, f"the cluster refuses it: {error}")
        say(f"{request['TrainingJobName']}: asked for")
        return False

    def _end(
        self,
        token: str,
        request: Mapping[str, Any],
        found: State,
        pods: Sequence[Mapping[str, Any]],
    ) -> bool:
        """Keep the log, tell the pipeline, and take the job away."""
        name = request["TrainingJobName"]
        events = self._log(pods)
        try:
            logs.write(self._logs, self._told["log_group"], f"{name}/algo-1", events)
        except Exception as error:  # noqa: BLE001 - a model without its log is a model
            say(f"{name}: its log was not written: {type(error).__name__}: {error}")
        if found.failure:
            self._fail(token, found.failure)
        else:
            definitions = request["AlgorithmSpecification"].get("MetricDefinitions", [])
            told = {
                MODEL: artefact_of(request),
                METRICS: json.dumps(logs.metrics_of(definitions, events)),
            }
            self._answer(
                self._sagemaker.send_pipeline_execution_step_success,
                CallbackToken=token,
                OutputParameters=[{"Name": key, "Value": value} for key, value in told.items()],
            )
        say(f"{name}: {found.failure or 'succeeded'}")
        self._remove(name)
        return True

    def _fail(self, token: str, reason: str) -> bool:
        self._answer(
            self._sagemaker.send_pipeline_execution_step_failure,
            CallbackToken=token,
            FailureReason=shortened(reason),
        )
        return True

    def _answer(self, send: Any, **told: Any) -> None:
        """Tell the pipeline; one that waits no longer is told by somebody else."""
        from botocore.exceptions import ClientError

        try:
            send(**told)
        except ClientError as error:
            if error.response["Error"]["Code"] not in (*ANSWERED, VALIDATION):
                raise
            say(f"nothing waits for {told['CallbackToken']}: {error}")

    def _remove(self, name: str) -> None:
        for place in jobs.places(self._told, name):
            self._api.delete(place)

    def _pods(self, name: str) -> list[dict[str, Any]]:
        path = f"/api/v1/namespaces/{self._told['namespace']}/pods"
        found = self._api.find(path, labelSelector=f"{jobs.JOB_LABEL}={name}") or {}
        return list(found.get("items") or [])

    def _log(self, pods: Sequence[Mapping[str, Any]]) -> list[logs.Event]:
        """The events of the container that trains, as much of them as its node still has."""
        for pod in pods:
            spec = pod["spec"]
            names = [
                each["name"] for each in [*spec.get("initContainers", []), *spec["containers"]]
            ]
            for container in (jobs.TRAIN, jobs.SUBMIT):
                if container not in names:
                    continue
                metadata = pod["metadata"]
                path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/log"
                try:
                    text = self._api.text(path, container=container, timestamps="true")
                except NotAnswered as error:  # its container has not begun, or its node is gone
                    say(str(error))
                    continue
                return logs.events_of(text or "")
        return []

    def _is_there(self) -> bool:
        """Whether the cluster answers for the jobs of the namespace, and knows such jobs."""
        place, *_ = jobs.places(self._told, "")
        try:
            return self._api.find(place.rstrip("/"), limit="1") is not None
        except NotAnswered as error:
            say(str(error))
            return False


def shortened(reason: str) -> str:
    """A reason of as many characters as a step has: how it begins, and how it ends."""
    reason = " ".join(reason.split())
    if len(reason) <= REASON_CHARACTERS:
        return reason
    begin = REASON_CHARACTERS // 3
    return f"{reason[:begin]} … {reason[-(REASON_CHARACTERS - begin - 3) :]}"


def say(text: str) -> None:
    """Write a line of the log of this pod."""
    sys.stdout.write(json.dumps({"trainings": text}) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Look until told to end."""
    told = json.loads(os.environ["TOLD"])
    aws = session()
    client = {each: aws.client(each) for each in ("sqs", "sagemaker", "logs", "cloudwatch")}
    asker = Asker(told, in_cluster(), client["sqs"], client["sagemaker"], client["logs"])
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    due = 0.0
    while not ended.is_set():
        try:
            well = asker.look()
        except Exception as error:  # noqa: BLE001 - the alarm tells of one that does not pass
            say(f"{type(error).__name__}: {error}")
            well = False
            ended.wait(WAIT_SECONDS)
        if well and time.monotonic() >= due:
            _measure(client["cloudwatch"], told)
            due = time.monotonic() + EVERY_SECONDS / 2


def _measure(cloudwatch: Any, told: Mapping[str, Any]) -> None:
    try:
        cloudwatch.put_metric_data(
            Namespace=told["metrics"],
            MetricData=[
                {
                    "MetricName": "Available",
                    "Unit": "None",
                    "Value": 1,
                    "Dimensions": [{"Name": "Pipeline", "Value": told["pipeline"]}],
                }
            ],
        )
    except Exception as error:  # noqa: BLE001 - an alarm tells of metrics that are missing
        say(f"CloudWatch took the metric not: {error}")


if __name__ == "__main__":
    main()
