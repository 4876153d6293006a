"""Monitors on the embedded AWS: schedules start jobs, and what these find goes to alarms."""

import json
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import pulumi
import pytest

from components.mlops.monitoring.job_request import MonitorKind, reports_prefix
from components.mlops.monitoring.monitor import Monitor
from components.mlops.monitoring.monitor_code import MonitorCode
from components.mlops.monitoring.silence_watch import SilenceWatch
from embedded import clock, schedules
from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from tests.components.mlops.monitoring.evaluated import answers, evaluated, traffic
from tests.components.mlops.monitoring.tables import drawn

MODEL, ENDPOINT, BUCKET, RAW = "readmission", "maslow-dev-readmission", "artifacts", "raw"
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2"
SCHEDULE = "cron(30 * * * ? *)"
NEVER = "cron(0 0 1 1 ? 2099)"
WATCH = "cron(15 4 * * ? *)"  # of the watch over rare monitors
HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
JOB_SECONDS = 90


class Watched:
    """An endpoint's captures, and the monitor of the component `Monitor("watched", …)`."""

    def __init__(self, cloud):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        self.sagemaker, self.cloudwatch = cloud.client("sagemaker"), cloud.client("cloudwatch")
        for bucket in (BUCKET, RAW):
            constraint = {"LocationConstraint": cloud.region}
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=constraint)
        self.s3.put_object(Bucket=BUCKET, Key="baseline.json", Body=json.dumps(evaluated()))
        self._args = _world(cloud)
        self.comes(SCHEDULE)  # an hour in which no run begins by itself
        self.host = InProcessHost(Resources(cloud), Run(stack="dev"), cloud.environment)

    def up(self, kind=MonitorKind.DATA, rare=(), **changes):
        def program():
            key = self._args["artifacts_key_arn"]
            code = MonitorCode("monitors", {"artifacts_bucket": BUCKET, "artifacts_key_arn": key})
            args = {**self._args, "kind": kind, "code_uri": code.uri, **changes}
            monitor = Monitor("watched", args)
            pulumi.export("reports", monitor.reports_uri)
            pulumi.export("alarm", monitor.worst_alarm_name)
            if rare:
                SilenceWatch("silence", {**_watching(self._args), "monitors": rare})

        return self.host.up(program).outputs

    def is_asked(self, table):
        """Captures of that hour by the cloud's clock in which these rows are asked."""
        now = clock.now()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "captured.jsonl"
            traffic(path, table, answers(table))
            events = [json.loads(line) for line in path.read_text().splitlines()]
        for event in events:
            event["eventMetadata"]["inferenceTime"] = f"{now:%Y-%m-%dT%H:%M:%SZ}"
        self.s3.put_object(
            Bucket=RAW,
            Key=f"captures/{ENDPOINT}/AllTraffic/{now:%Y/%m/%d/%H}/{now:%M-%S}.jsonl",
            Body="".join(f"{json.dumps(event)}\n" for event in events),
        )

    def runs(self):
        """Let the time of the next run come, and its job end; the job."""
        before = self.jobs()
        self.comes(SCHEDULE)
        (name,) = [name for name in self.jobs() if name not in before]
        waited = time.monotonic()
        while time.monotonic() - waited < JOB_SECONDS:
            job = self.sagemaker.describe_processing_job(ProcessingJobName=name)
            if job["ProcessingJobStatus"] != "InProgress":
                self.cloud.advance(10 * 60)
                return job
            time.sleep(0.1)
        raise AssertionError(f"{name} does not end")

    def comes(self, schedule):
        """Let time pass until just after a schedule is next due."""
        now = clock.now()
        due = schedules.parse(schedule).next(now)
        self.cloud.advance((due - now).total_seconds() + 1)

    def ran(self):
        """Have it said that the monitor ran, as its job does at the end."""
        dimensions = [
            {"Name": "Model", "Value": MODEL},
            {"Name": "Monitor", "Value": MonitorKind.DATA.value},
        ]
        metric = {"MetricName": "Ran", "Dimensions": dimensions, "Value": 1}
        self.cloudwatch.put_metric_data(Namespace="maslow/Monitors", MetricData=[metric])

    def day(self):
        """Let the time of the watch over rare monitors come, and what it starts end, at that time.

        What is started while time is put forward further would tell its metrics at a later one.
        """
        self.comes(WATCH)
        states = self.cloud.client("stepfunctions")
        for machine in states.list_state_machines()["stateMachines"]:
            about = {"stateMachineArn": machine["stateMachineArn"]}
            waited = time.monotonic()
            while states.list_executions(**about, statusFilter="RUNNING")["executions"]:
                assert time.monotonic() - waited < JOB_SECONDS
                time.sleep(0.05)
            assert not states.list_executions(**about, statusFilter="FAILED")["executions"]

    def silent(self):
        """The state of the alarm on the monitor's silence."""
        (name,) = [
            alarm["AlarmName"]
            for alarm in self.cloudwatch.describe_alarms()["MetricAlarms"]
            if alarm["AlarmName"].startswith("watched-silent")
        ]
        return self.state(name)

    def jobs(self):
        return [
            job["ProcessingJobName"]
            for job in self.sagemaker.list_processing_jobs()["ProcessingJobSummaries"]
        ]

    def report(self, job):
        key = f"{reports_prefix(MODEL, MonitorKind.DATA)}/{job['ProcessingJobName']}/report.json"
        return json.loads(self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())

    def metric(self, name):
        """Values that the monitor put, oldest first."""
        now = clock.now()
        points = self.cloudwatch.get_metric_statistics(
            Namespace="maslow/Monitors",
            MetricName=name,
            Dimensions=[
                {"Name": "Model", "Value": MODEL},
                {"Name": "Monitor", "Value": MonitorKind.DATA.value},
            ],
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(minutes=5),
            Period=60,
            Statistics=["Maximum"],
        )["Datapoints"]
        return [each["Maximum"] for each in sorted(points, key=lambda one: one["Timestamp"])]

    def alarming(self):
        """Subjects of the messages of alarms that went off."""
        sent = self.cloud.outbox()["sent"]
        return [each["subject"] for each in sent if each["subject"].startswith("ALARM")]

    def state(self, alarm):
        (found,) = self.cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        return found["StateValue"]


@pytest.fixture
def watched():
    with Cloud("eu-west-1") as running:
        started = Watched(running)
        yield started
        started.host.destroy()


def test_shifted_traffic_raises_the_alarm_that_traffic_as_in_training_does_not(watched):
    told = watched.up()
    watched.is_asked(drawn(400, 1))
    job = watched.runs()
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert watched.report(job)["status"] == "ok"
    assert watched.metric("Ran") == [1]
    assert watched.metric("Rows") == [400]
    assert watched.metric("Worst")[0] < 1
    assert watched.state(told["alarm"]) == "OK"
    assert watched.alarming() == []

    watched.is_asked(drawn(400, 2, age=1.5))
    job = watched.runs()
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert watched.report(job)["status"] == "drift"
    assert watched.metric("Worst")[-1] >= 1
    assert watched.state(told["alarm"]) == "ALARM"
    (subject,) = watched.alarming()
    assert told["alarm"] in subject


def test_a_daily_monitor_is_silent_after_two_days_without_a_run(watched):
    watched.up(schedule=NEVER, every_seconds=DAY)
    for _ in range(5):
        watched.day()
    assert watched.silent() == "INSUFFICIENT_DATA"  # it is new, and has never run
    for _ in range(4):
        watched.ran()
        watched.day()
        assert watched.silent() == "OK"
    watched.cloud.advance(DAY * 0.9)  # the second run is not due yet
    assert watched.silent() == "OK"
    assert watched.alarming() == []
    watched.cloud.advance(DAY * 1.1)
    assert watched.silent() == "ALARM"
    assert len(watched.alarming()) == 1
    watched.ran()
    watched.day()
    watched.ran()
    watched.day()
    assert watched.silent() == "OK"


def test_a_weekly_monitor_is_silent_after_two_weeks_without_a_run(watched):
    rare = [{"model": MODEL, "kind": MonitorKind.DATA, "every_seconds": WEEK}]
    watched.up(schedule=NEVER, every_seconds=WEEK, rare=rare)
    for _ in range(3):
        watched.day()
    assert watched.metric("Alive") == []
    assert watched.silent() == "INSUFFICIENT_DATA"
    watched.ran()
    for _ in range(14):
        watched.day()
        assert watched.metric("Alive")[-1:] == [1]
        assert watched.silent() != "ALARM"
    assert watched.silent() == "OK"
    for _ in range(4):
        watched.day()
    assert watched.metric("Alive") == []
    assert watched.silent() == "ALARM"
    assert len(watched.alarming()) == 1


def _watching(args):
    """What the watch over rare monitors is told beside these."""
    return {
        "schedule": WATCH,
        "dead_letter_arn": args["dead_letter_arn"],
        "messages_key_arn": args["messages_key_arn"],
        "log_key_arn": args["artifacts_key_arn"],
        "log_retention_days": 30,
        "account_id": args["account_id"],
        "region": args["region"],
    }


def _world(cloud):
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="jobs", VpcId=vpc)
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    topic = cloud.client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = cloud.client("sqs").create_queue(QueueName="undelivered")["QueueUrl"]
    arn = cloud.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return {
        "model": MODEL,
        "endpoint_name": ENDPOINT,
        "job_name": "maslow-dev-readmission",
        "schedule": SCHEDULE,
        "every_seconds": HOUR,
        "baseline_uri": f"s3://{BUCKET}/baseline.json",
        "options": ["--window-hours", "1", "--threshold", "0.1", "--min-rows", "200"],
        "image_uri": IMAGE,
        "instance_type": "ml.m5.large",
        "job_tags": {"maslow:model": MODEL},
        "dead_letter_arn": arn["Attributes"]["QueueArn"],
        "messages_key_arn": key,
        "capture_bucket": RAW,
        "capture_prefix": "captures",
        "capture_key_arn": key,
        "artifacts_bucket": BUCKET,
        "artifacts_key_arn": key,
        "subnet_ids": [subnet],
        "security_group_id": group["GroupId"],
        "alert_topics": dict.fromkeys(("critical", "warning", "info"), topic),
        "account_id": cloud.account_id,
        "region": cloud.region,
    }
