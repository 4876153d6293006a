import json
import time
import uuid
from datetime import timedelta

import pytest
from cfnlint.api import lint
from moto.sagemaker.models import sagemaker_backends

from components.common.hours import DAYS
from components.mlops.loop.machine import EVENTS, EVENTS_PER_LOOK, loop_machine, poll_seconds
from embedded import clock
from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/loop"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"
TOPIC = "arn:aws:sns:eu-west-1:123456789012"
HOUR = 3600
ARGS = {
    "model": "tumour",
    "pipeline_name": "maslow-test-tumour",
    "group_name": "maslow-test-tumour",
    "bucket": "loops",
    "cooldown_hours": 1,
    "training_hours": 4,
    "alarms": {"drift": ["drifts"], "quality": []},
    "approve_when": "true",
    "approve_because": "",
    "topics": {"info": f"{TOPIC}:info", "warning": f"{TOPIC}:warning"},
    "region": "eu-west-1",
    "job": {
        "name_prefix": "compare",
        "role_arn": ROLE,
        "instance_type": "ml.m5.large",
        "volume_key_arn": None,
        "key_arn": KEY,
        "subnet_ids": ["subnet-1"],
        "security_group_id": "sg-1",
        "tags": {"maslow:model": "tumour"},
        "code_uri": "s3://loops/code/deployed/",
        "metric": "auc",
    },
}
BUDGET = {"usd": 10.0, "prices": {"ml.m5.large": 3.6}, "tags": {"maslow:model": "tumour"}}
VOLUME = {"job": {**ARGS["job"], "volume_key_arn": KEY, "metric": ""}}
KEPT = {
    "approve_when": "$compared.candidate.held_out.auc >= 0.9",
    "approve_because": "'auc ' & $string($compared.candidate.held_out.auc) & ' >= 0.9'",
}

PREPARED = """
import pathlib, sys, tarfile
root = pathlib.Path("/opt/ml/processing/output")
for part in ("train", "validation", "test", "model"):
    (root / part).mkdir(parents=True, exist_ok=True)
    (root / part / f"{part}.csv").write_text("x,t\\n1,0\\n")
with tarfile.open(root / "model/model.tar.gz", "w:gz") as archive:
    archive.add(root / "test/test.csv", arcname="schema.json")
"""
COMPARED = """
import json, pathlib, sys
root = pathlib.Path("/opt/ml/processing")
verdict = json.loads((root / "input/code/verdict.json").read_text())
if verdict is None:
    sys.exit("there is nothing to compare")
verdict["candidate"] |= {
    "told": sys.argv[1:],
    "inputs": sorted(str(p.relative_to(root / "input")) for p in (root / "input").rglob("*.*")),
}
(root / "output/comparison/comparison.json").write_text(json.dumps(verdict))
"""
BETTER = {
    "better": True,
    "reason": "auc 0.912 against 0.843 on the same 300 held-out records",
    "candidate": {"held_out": {"auc": 0.912}},
    "live": {"held_out": {"auc": 0.843}},
}
WORSE = BETTER | {"better": False, "reason": "auc 0.800 against 0.843: worse"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"training_set_arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:set"},
        {"budget": BUDGET},
        {"approve_when": None, "alarms": {}},
        {"hours": {"days": ["mon"], "start": 420, "end": 1140, "zone": "Europe/Vienna"}},
        VOLUME,
        KEPT,
    ],
)
def test_the_machine_is_one_that_step_functions_takes(changes):
    definition = loop_machine({**ARGS, **changes})
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition},
    }
    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []
    assert len(json.dumps(definition)) < 1_000_000


def test_a_cool_down_of_no_time_is_refused():
    with pytest.raises(ValueError, match="one hour or more"):
        loop_machine({**ARGS, "cooldown_hours": 0})


@pytest.mark.parametrize("hours", [1, 28, 672 + 4 + 720])
def test_the_three_waits_keep_within_the_history_of_an_execution(hours):
    assert 3 * (hours * HOUR / poll_seconds(hours)) * EVENTS_PER_LOOK <= 3 * EVENTS < 25_000


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        running.client("s3").create_bucket(
            Bucket="loops", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield running


def definition(name, code, *, step="Register", made_in=""):
    """A pipeline that writes what a training's run does, without learning anything."""

    def output(part):
        uri = {"Std:Join": {"On": "/", "Values": [f"s3://loops/models/{name}/runs", RUN, part]}}
        place = f"/opt/ml/processing/output/{part}"
        return {
            "OutputName": part,
            "S3Output": {"S3Uri": uri, "LocalPath": place, "S3UploadMode": "EndOfJob"},
        }

    parts = ("train", "validation", "test", "model")
    prepare = {
        "Name": "Train",
        "Type": "Processing",
        "Arguments": {
            "RoleArn": ROLE,
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["python3", "-c", PREPARED],
            },
            "ProcessingOutputConfig": {"Outputs": [output(part) for part in parts]},
            "ProcessingResources": {
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 1,
                }
            },
        },
    }
    container = {
        "Image": IMAGE,
        "ModelDataUrl": {
            "Std:Join": {
                "On": "/",
                "Values": [f"s3://loops/models/{name}/runs", RUN, "model/model.tar.gz"],
            }
        },
    }
    register = {
        "Name": "Register",
        "Type": "RegisterModel",
        "DependsOn": ["Train"],
        "Arguments": {
            "ModelPackageGroupName": name,
            "ModelApprovalStatus": {"Get": "Parameters.ModelApprovalStatus"},
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            "CustomerMetadataProperties": {
                "execution": {"Get": "Execution.PipelineExecutionArn"},
                **({"code": f"s3://loops/code/{code}/"} if code else {}),
                **({"image": made_in} if made_in else {}),
            },
        },
    }
    refuse = {
        "Name": "Fail",
        "Type": "Fail",
        "DependsOn": ["Train"],
        "Arguments": {"ErrorMessage": "The model is not what is accepted: auc >= 0.99"},
    }
    broken = json.loads(json.dumps(prepare))
    broken["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = [
        "python3",
        "-c",
        "raise SystemExit('no data')",
    ]
    slow = json.loads(json.dumps(prepare))
    slow["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = [
        "python3",
        "-c",
        "import time; time.sleep(20)",
    ]
    steps = {
        "Register": [prepare, register],
        "Fail": [prepare, refuse],
        "broken": [broken],
        "nothing": [prepare],
        "slow": [slow],
    }
    status = {"Name": "ModelApprovalStatus", "Type": "String", "DefaultValue": "Approved"}
    return {"Version": "2020-12-01", "Parameters": [status], "Steps": steps[step]}


RUN = {"Get": "Execution.PipelineExecutionId"}


class Loop:
    """A model with its pipeline, its machine and its topics."""

    def __init__(
        self, cloud, name, *, verdict=BETTER, step="Register", tells_code=True, made_in="", **args
    ):
        self.cloud, self.name = cloud, name
        self.sagemaker, self.states = cloud.client("sagemaker"), cloud.client("stepfunctions")
        for place in (name, f"{name}-deployed"):
            self.put(f"code/{place}/compare.py", COMPARED)
            self.put(f"code/{place}/verdict.json", json.dumps(verdict))
        self.sagemaker.create_model_package_group(ModelPackageGroupName=name)
        self.sagemaker.create_pipeline(
            PipelineName=name,
            PipelineDefinition=json.dumps(
                definition(name, name if tells_code else "", step=step, made_in=made_in)
            ),
            RoleArn=ROLE,
        )
        self.queues = {kind: self.queue(kind) for kind in ("info", "warning")}
        job = {"name_prefix": name[:50], "code_uri": f"s3://loops/code/{name}-deployed/"}
        told = loop_machine(
            {
                **ARGS,
                "model": name,
                "pipeline_name": name,
                "group_name": name,
                "topics": {kind: topic for kind, (topic, _) in self.queues.items()},
                "job": {**ARGS["job"], **job},
                "poll_seconds": 1,
                **args,
            }
        )
        for state in told["States"].values():
            state.pop("Retry", None)
        self.visited = set()
        self.arn = self.states.create_state_machine(
            name=name, definition=json.dumps(told), roleArn=ROLE
        )["stateMachineArn"]

    def put(self, key, text):
        self.cloud.client("s3").put_object(Bucket="loops", Key=key, Body=text)

    def queue(self, kind):
        sns, sqs = self.cloud.client("sns"), self.cloud.client("sqs")
        topic = sns.create_topic(Name=f"{self.name}-{kind}")["TopicArn"]
        queue = sqs.create_queue(QueueName=f"{self.name}-{kind}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
        return topic, queue

    def told(self, kind):
        """The one message that a topic was sent."""
        messages = self.cloud.client("sqs").receive_message(
            QueueUrl=self.queues[kind][1], MaxNumberOfMessages=10
        )["Messages"]
        (message,) = [json.loads(each["Body"]) for each in messages]
        content = json.loads(message["Message"])["content"]
        assert message["Subject"] == content["title"][:100]
        return f"{content['title']}\n{content['description']}"

    def nothing_told(self, kind):
        queue = self.queues[kind][1]
        return "Messages" not in self.cloud.client("sqs").receive_message(QueueUrl=queue)

    def start(self, cause="person", **more):
        given = {"cause": cause, "reason": f'a "{cause}"', **more} if cause else {}
        return self.states.start_execution(
            stateMachineArn=self.arn, name=uuid.uuid4().hex, input=json.dumps(given)
        )["executionArn"]

    def ended(self, arn, seconds=90):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            execution = self.states.describe_execution(executionArn=arn)
            if execution["status"] != "RUNNING":
                return execution
            time.sleep(0.05)
        raise TimeoutError(f"{arn} is in {self.path(arn)[-3:]}")

    def run(self, cause="person", **more):
        """What an execution tells at its end. Raises AssertionError for one that fails."""
        arn = self.start(cause, **more)
        execution = self.ended(arn)
        assert execution["status"] == "SUCCEEDED", (execution["cause"], self.path(arn))
        return json.loads(execution["output"])

    def path(self, arn):
        """The states that an execution has entered, in order."""
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=arn)
        return [
            event["stateEnteredEventDetails"]["name"]
            for page in pages
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        ]

    def waits(self, arn, state):
        """Wait until an execution is in a state, of which it is the last that it has entered."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if self.path(arn)[-1:] == [state]:
                return
            time.sleep(0.05)
        raise TimeoutError(self.path(arn))

    @property
    def runs(self):
        listed = self.sagemaker.list_pipeline_executions(PipelineName=self.name)
        return listed["PipelineExecutionSummaries"]

    def version(self, arn):
        return self.sagemaker.describe_model_package(ModelPackageName=arn)

    def comparison(self, uri):
        key = uri.removeprefix("s3://loops/")
        return json.load(self.cloud.client("s3").get_object(Bucket="loops", Key=key)["Body"])


@pytest.fixture
def name(request):
    return request.node.name.replace("_", "-").replace("[", "-").rstrip("]")[:30] + (
        f"-{abs(hash(request.node.name)) % 10000}"
    )


def test_what_is_better_is_approved_by_the_loop(cloud, name):
    loop = Loop(cloud, name)
    told = loop.run("schedule")
    assert told["outcome"] == "approved"
    assert told["reason"] == BETTER["reason"]
    assert told["execution"] == loop.runs[0]["PipelineExecutionArn"]
    assert told["comparison"] == f"s3://loops/models/{name}/comparisons/1/comparison.json"
    version = loop.version(told["version"])
    assert version["ModelApprovalStatus"] == "Approved"
    assert version["ApprovalDescription"] == f"loop: {BETTER['reason']}"
    assert version["CustomerMetadataProperties"]["comparison"] == told["comparison"]
    assert version["CustomerMetadataProperties"]["execution"] == told["execution"]
    assert (
        loop.runs[0]["PipelineExecutionDescription"]
        == 'Followed by the loop: schedule: a "schedule"'
    )
    assert loop.nothing_told("info")
    assert loop.nothing_told("warning")


def test_the_candidate_is_compared_with_the_newest_approved_version(cloud, name):
    loop = Loop(cloud, name)
    first = loop.run()
    document = loop.comparison(first["comparison"])
    assert document["candidate"]["told"] == [
        f"--candidate-package={first['version']}",
        "--metric=auc",
    ]
    assert not any(each.startswith(("live", "run")) for each in document["candidate"]["inputs"])

    second = loop.run()
    third = loop.run()
    document = loop.comparison(third["comparison"])
    assert document["candidate"]["told"] == [
        f"--candidate-package={third['version']}",
        f"--live-package={second['version']}",
        "--metric=auc",
    ]
    assert document["candidate"]["inputs"] == [
        "candidate/model.tar.gz",
        "code/compare.py",
        "code/verdict.json",
        "live/model.tar.gz",
        "run/test/test.csv",
        "run/train/train.csv",
        "run/validation/validation.csv",
        "test/test.csv",
    ]


def test_a_candidate_that_does_not_tell_its_code_is_compared_by_the_deployed(cloud, name):
    loop = Loop(cloud, name, tells_code=False)
    loop.put(f"code/{name}-deployed/verdict.json", json.dumps(WORSE))
    assert loop.run()["outcome"] == "not-better"


@pytest.mark.parametrize(("made_in", "image"), [("", IMAGE), ("of-its-jobs:1", "of-its-jobs:1")])
def test_versions_are_compared_in_the_image_of_the_jobs_that_made_them(cloud, name, made_in, image):
    loop = Loop(cloud, name, made_in=made_in)
    assert loop.run()["outcome"] == "approved"
    (job,) = loop.sagemaker.list_processing_jobs(NameContains=name[:50])["ProcessingJobSummaries"]
    described = loop.sagemaker.describe_processing_job(ProcessingJobName=job["ProcessingJobName"])
    assert described["AppSpecification"]["ImageUri"] == image


def test_what_is_not_better_is_rejected_and_told(cloud, name):
    loop = Loop(cloud, name, verdict=WORSE)
    told = loop.run("drift")
    assert told["outcome"] == "not-better"
    assert told["reason"] == WORSE["reason"]
    version = loop.version(told["version"])
    assert version["ModelApprovalStatus"] == "Rejected"
    assert version["ApprovalDescription"] == f"loop: {WORSE['reason']}"
    message = loop.told("info")
    assert f"Version 1 of {name} is rejected: {WORSE['reason']}" in message
    assert '"auc":0.912' in message
    assert '"auc":0.843' in message
    assert loop.nothing_told("warning")


def test_a_person_is_asked_where_the_loop_may_not_approve(cloud, name):
    loop = Loop(cloud, name, approve_when=None)
    told = loop.run("")
    assert told["outcome"] == "awaiting-approval"
    assert loop.version(told["version"])["ModelApprovalStatus"] == "PendingManualApproval"
    assert f"Approve it by: maslow model approve {name}" in loop.told("info")
    assert loop.runs[0]["PipelineExecutionDescription"] == "Followed by the loop: person: asked for"


@pytest.mark.parametrize(
    ("metrics", "outcome"),
    [({"auc": 0.912}, "approved"), ({"auc": 0.85}, "awaiting-approval")],
)
def test_a_version_that_keeps_the_conditions_is_approved(cloud, name, metrics, outcome):
    verdict = BETTER | {"candidate": {"held_out": metrics}}
    loop = Loop(cloud, name, verdict=verdict, **KEPT)
    told = loop.run()
    assert told["outcome"] == outcome
    version = loop.version(told["version"])
    if outcome == "approved":
        because = f"loop: auc 0.912 >= 0.9; {BETTER['reason']}"
        assert version["ApprovalDescription"] == because
    else:
        assert version["ModelApprovalStatus"] == "PendingManualApproval"


def test_what_is_not_accepted_is_told_and_no_failure(cloud, name):
    loop = Loop(cloud, name, step="Fail")
    told = loop.run("quality")
    assert told == {
        "outcome": "not-accepted",
        "reason": "The model is not what is accepted: auc >= 0.99",
        "execution": loop.runs[0]["PipelineExecutionArn"],
    }
    assert "is not registered: The model is not what is accepted" in loop.told("warning")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"step": "broken"}, "NotTrained: the training failed; Train: "),
        ({"step": "nothing"}, "NotRegistered: the training succeeded, and registered no version"),
        ({"verdict": None}, "NotCompared: the comparison failed: AlgorithmError: exit code 1"),
        ({"pipeline_name": "maslow-no-such-pipeline"}, "SageMaker."),
        ({"training_hours": 0, "step": "slow"}, "TrainsTooLong: the run "),
    ],
)
def test_a_failure_is_told_once_and_fails_the_execution(cloud, name, changes, cause):
    loop = Loop(cloud, name, **changes)
    arn = loop.start("new-data")
    execution = loop.ended(arn)
    assert execution["status"] == "FAILED"
    assert execution["error"] == "NotRetrained"
    assert execution["cause"].startswith(cause)
    message = loop.told("warning")
    assert execution["cause"][:100] in message
    link = "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1"
    assert f"{link}#/v2/executions/details/{arn}" in message
    assert loop.nothing_told("info")


@pytest.mark.parametrize("fails", [False, True])
def test_a_training_set_is_made_first_and_nothing_is_trained_without_it(cloud, name, fails):
    failure = {"Type": "Fail", "Error": "NotMade", "Cause": "there is no table outcomes"}
    state = failure if fails else {"Type": "Pass", "End": True}
    made = cloud.client("stepfunctions").create_state_machine(
        name=f"{name}-set",
        definition=json.dumps({"StartAt": "Make", "States": {"Make": state}}),
        roleArn=ROLE,
    )["stateMachineArn"]
    loop = Loop(cloud, name, training_set_arn=made)
    arn = loop.start("schedule")
    execution, path = loop.ended(arn), loop.path(arn)
    assert len(cloud.client("stepfunctions").list_executions(stateMachineArn=made)["executions"])
    if fails:
        reason = "the training set was not made: NotMade: there is no table outcomes"
        assert execution["cause"] == f"NoTrainingSet: {reason}"
        assert reason in loop.told("warning")
        assert loop.runs == []
    else:
        assert json.loads(execution["output"])["outcome"] == "approved"
        assert path.index("IsTrainingSetMade") < path.index("StartTraining")


def test_a_job_that_is_there_already_is_waited_for(cloud, name):
    loop = Loop(cloud, name)
    # The answer to the first request was lost, and the request is made again.
    told = json.loads(loop.states.describe_state_machine(stateMachineArn=loop.arn)["definition"])
    again = json.loads(json.dumps(told["States"]["StartComparison"]))
    told["States"]["StartComparison"]["Next"] = "Again"
    told["States"]["Again"] = again
    loop.states.update_state_machine(stateMachineArn=loop.arn, definition=json.dumps(told))
    arn = loop.start()
    assert loop.ended(arn)["status"] == "SUCCEEDED"
    assert "Again" in loop.path(arn)


def test_a_comparison_that_is_refused_is_a_failure(cloud, name):
    loop = Loop(cloud, name)
    told = json.loads(loop.states.describe_state_machine(stateMachineArn=loop.arn)["definition"])
    resources = told["States"]["StartComparison"]["Arguments"]["ProcessingResources"]
    resources["ClusterConfig"]["InstanceCount"] = 2  # which the embedded AWS does not run
    loop.states.update_state_machine(stateMachineArn=loop.arn, definition=json.dumps(told))
    arn = loop.start()
    execution = loop.ended(arn)
    assert execution["status"] == "FAILED"
    assert "several instances" in execution["cause"]
    assert loop.path(arn)[-4:] == ["StartComparison", "IsStarted", "Alert", "Failed"]
    assert "several instances" in loop.told("warning")


class TestCooldown:
    def test_only_a_person_need_not_wait(self, cloud, name):
        loop = Loop(cloud, name)
        loop.run("person")
        assert loop.run("person")["outcome"] == "approved"
        assert len(loop.runs) == 2

    def test_it_waits_to_the_end_of_the_cool_down_and_trains_then(self, cloud, name):
        loop = Loop(cloud, name)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        arn = loop.start("new-data")
        loop.waits(arn, "AwaitCooldown")
        cloud.advance(HOUR - 120)
        assert loop.path(arn)[-1] == "AwaitCooldown"
        assert len(loop.runs) == 1
        cloud.advance(120)
        assert json.loads(loop.ended(arn)["output"])["outcome"] == "approved"
        assert len(loop.runs) == 2

    def test_the_cool_down_begins_anew_where_something_ran_meanwhile(self, cloud, name):
        loop = Loop(cloud, name)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        arn = loop.start("schedule")
        loop.waits(arn, "AwaitCooldown")
        cloud.advance(HOUR / 2)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        cloud.advance(HOUR / 2 + 60)
        loop.waits(arn, "AwaitCooldown")
        assert loop.path(arn).count("AwaitCooldown") == 2
        assert len(loop.runs) == 2

    def test_outside_of_the_hours_only_a_person_need_not_wait(self, cloud, name):
        opens = clock.now() + timedelta(days=2)
        week = {"days": [DAYS[opens.weekday()]], "start": 0, "end": 1440, "zone": "UTC"}
        loop = Loop(cloud, name, hours=week)
        assert loop.run("person")["outcome"] == "approved"
        arn = loop.start("schedule")
        loop.waits(arn, "AwaitCooldown")
        midnight = opens.replace(hour=0, minute=0)
        cloud.advance((midnight - clock.now()).total_seconds() - 120)
        loop.waits(arn, "AwaitHours")
        assert len(loop.runs) == 1
        cloud.advance(HOUR)
        assert json.loads(loop.ended(arn)["output"])["outcome"] == "approved"

    def test_an_alarm_that_is_over_by_then_trains_nothing(self, cloud, name):
        alarm(cloud, f"{name}-drifts", "ALARM")
        loop = Loop(cloud, name, alarms={"drift": [f"{name}-drifts"]})
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        arn = loop.start("drift", alarm=f"{name}-drifts")
        loop.waits(arn, "AwaitCooldown")
        alarm(cloud, f"{name}-drifts", "OK")
        cloud.advance(HOUR + 60)
        assert json.loads(loop.ended(arn)["output"])["outcome"] == "passed"
        assert len(loop.runs) == 1

    @pytest.mark.parametrize("told", [{}, {"alarm": "own"}])
    def test_an_alarm_that_stays_trains(self, cloud, name, told):
        alarm(cloud, f"{name}-own", "ALARM")
        loop = Loop(cloud, name, alarms={"drift": [f"{name}-own"], "quality": ["other"]})
        given = {"alarm": f"{name}-own"} if told else {}
        assert loop.run("drift", **given)["outcome"] == "approved"

    @pytest.mark.parametrize("which", ["elsewhere", "gone"])
    def test_an_alarm_that_is_not_known_counts_as_still_there(self, cloud, name, which):
        alarm(cloud, f"{name}-own", "OK")
        own = f"{name}-own" if which == "elsewhere" else f"{name}-gone"
        loop = Loop(cloud, name, alarms={"quality": [own]})
        told = f"{name}-prod" if which == "elsewhere" else own
        assert loop.run("quality", alarm=told)["outcome"] == "approved"


class TestOneAtATime:
    def test_one_waits_and_the_others_are_covered(self, cloud, name):
        loop = Loop(cloud, name)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        first = loop.start("new-data")
        loop.waits(first, "AwaitCooldown")
        second = loop.start("new-data")
        time.sleep(1)
        third = loop.run("new-data")
        assert third["outcome"] == "covered"
        person = loop.start("person")
        time.sleep(2)
        assert loop.states.describe_execution(executionArn=person)["status"] == "RUNNING"
        assert len(loop.runs) == 1
        cloud.advance(HOUR + 60)
        assert json.loads(loop.ended(first)["output"])["outcome"] == "approved"
        loop.waits(second, "AwaitCooldown")
        cloud.advance(HOUR + 60)
        assert json.loads(loop.ended(second)["output"])["outcome"] == "approved"
        assert json.loads(loop.ended(person)["output"])["outcome"] == "approved"
        assert len(loop.runs) == 4

    def test_what_is_new_does_not_rely_on_an_alarm_that_may_be_over(self, cloud, name):
        loop = Loop(cloud, name)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        first = loop.start("schedule")
        loop.waits(first, "AwaitCooldown")
        loop.start("drift")
        time.sleep(1)
        fresh = loop.start("new-data")
        time.sleep(3)
        assert "Covered" not in loop.path(fresh)
        assert loop.run("quality")["outcome"] == "covered"

    def test_older_ones_are_found_behind_pages_of_newer_ones(self, cloud, name, monkeypatch):
        monkeypatch.setattr("components.common.one_at_a_time.EXECUTIONS_A_PAGE", 1)
        loop = Loop(cloud, name)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        first = loop.start("new-data")
        loop.waits(first, "AwaitCooldown")
        loop.start("new-data")
        time.sleep(2)
        arn = loop.start("new-data")
        assert json.loads(loop.ended(arn)["output"])["outcome"] == "covered"
        assert "FindMoreOthers" in loop.path(arn)

    def test_one_that_hangs_is_told_by_the_one_that_waits(self, cloud, name):
        loop = Loop(cloud, name)
        cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
        first = loop.start("new-data")
        loop.waits(first, "AwaitCooldown")
        second = loop.start("new-data")
        time.sleep(1)
        execution = None
        for _ in range(12):
            cloud.client("sagemaker").start_pipeline_execution(PipelineName=name)
            cloud.advance(HOUR - 60)
            execution = loop.states.describe_execution(executionArn=second)
            if execution["status"] != "RUNNING":
                break
        assert execution["status"] == "FAILED"
        assert execution["cause"].startswith("OtherHangs: an older execution has not ended in 7")
        assert first in execution["cause"]


class TestBudget:
    def test_training_goes_on_below_it_and_ends_at_it(self, cloud, name):
        budget = BUDGET | {"tags": {"maslow:model": name}}
        loop = Loop(cloud, name, budget=budget)
        for number in range(11):
            job(cloud, name, f"{name[:40]}-{number}", seconds=800)
        job(cloud, name, f"{name[:40]}-before", seconds=80_000, days_ago=40)
        job(cloud, "another", f"{name[:40]}-other", seconds=80_000)
        arn = loop.start("schedule")
        assert json.loads(loop.ended(arn)["output"])["outcome"] == "approved"
        assert loop.path(arn).count("FindMoreSpent") == 1

        job(cloud, name, f"{name[:40]}-unknown", seconds=1200, instance="ml.p4d.24xlarge")
        told = loop.run("person")
        assert told == {
            "outcome": "over-budget",
            "reason": "training has cost 10 of 10 US dollars this month",
        }
        assert "retrain.budget_usd" in loop.told("warning")
        assert len(loop.runs) == 1


def job(cloud, model, name, *, seconds, days_ago=0, instance="ml.m5.large"):
    """A training job that has ended, of so many billable seconds."""
    client = cloud.client("sagemaker")
    client.create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c", "pass"],
        },
        RoleArn=ROLE,
        OutputDataConfig={"S3OutputPath": "s3://loops/jobs"},
        ResourceConfig={"InstanceCount": 1, "InstanceType": instance, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        Tags=[{"Key": "maslow:model", "Value": model}],
    )
    until = time.monotonic() + 60
    while client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] != "Completed":
        assert time.monotonic() < until
        time.sleep(0.05)
    record = sagemaker_backends["123456789012"]["eu-west-1"].training_jobs[name]
    vars(record)["billable_time_in_seconds"] = seconds
    record.creation_time = clock.now().replace(tzinfo=None) - timedelta(days=days_ago)


def alarm(cloud, name, state):
    cloudwatch = cloud.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="test",
        MetricName="Worst",
        Statistic="Maximum",
        Period=86400,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="ignore",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="for the test")
