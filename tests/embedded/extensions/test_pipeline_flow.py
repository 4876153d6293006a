"""How the steps of an execution follow one another, and how it is ended, retried and selected."""

import json
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.some_pipeline import check, create, ended, fail, python, run, start, steps_of, until

SLEEP = "import time; time.sleep(0.7)"


@pytest.fixture(scope="module")
def cloud():
    """A cloud in which a topic is sent every event of SageMaker's."""
    with Cloud("eu-west-1") as running:
        events, sns = running.client("events"), running.client("sns")
        topic = sns.create_topic(Name="seen")["TopicArn"]
        pattern = {"source": ["aws.sagemaker"]}
        events.put_rule(Name="seen", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="seen", Targets=[{"Id": "1", "Arn": topic}])
        yield running


def _spans(steps):
    return sorted((step["StartTime"], step["EndTime"]) for step in steps.values())


def test_steps_that_do_not_need_one_another_run_at_once(cloud):
    status, steps = run(cloud, "at-once", [python("A", SLEEP), python("B", SLEEP)])
    assert status == "Succeeded"
    (_, first_end), (second_start, _) = _spans(steps)
    assert second_start < first_end


def test_no_more_steps_run_at_once_than_the_parallelism_lets(cloud):
    steps = [python("A", SLEEP), python("B", SLEEP), python("C", SLEEP)]
    _, found = run(
        cloud, "one-by-one", steps, ParallelismConfiguration={"MaxParallelExecutionSteps": 1}
    )
    assert len(found) == 3
    for (_, end), (begin, _) in pairwise(_spans(found)):
        assert end <= begin


def test_a_step_is_shown_with_its_names_and_its_attempt(cloud):
    told = check("A", DisplayName="See", Description="Looks at it")
    _, steps = run(cloud, "names", [told])
    assert steps["A"]["StepDisplayName"] == "See"
    assert steps["A"]["StepDescription"] == "Looks at it"
    assert steps["A"]["AttemptCount"] == 1


def test_after_a_failure_what_runs_goes_on_and_nothing_else_begins(cloud):
    steps = [python("Long", SLEEP), fail("Bad"), check("Later", DependsOn=["Long"])]
    status, found = run(cloud, "one-bad", steps)
    assert status == "Failed"
    assert found["Long"]["StepStatus"] == "Succeeded"
    assert found["Bad"]["FailureReason"] == "on purpose"
    assert "Later" not in found


def test_a_step_that_waits_for_a_failure_runs_and_the_execution_completes_with_it(cloud):
    steps = [
        fail("Bad"),
        check("Tell", DependsOn=[{"Step": "Bad", "Trigger": "Failed"}]),
        check("Either", DependsOn=[{"Step": "Tell", "Trigger": "Any"}]),
        check("Never", DependsOn=["Bad"]),
    ]
    status, found = run(cloud, "answered", steps)
    assert status == "CompletedWithFailures"
    assert {name: step["StepStatus"] for name, step in found.items()} == {
        "Bad": "Failed",
        "Tell": "Succeeded",
        "Either": "Succeeded",
    }


def test_a_step_that_waits_for_a_failure_does_not_run_without_one(cloud):
    steps = [check("Good"), check("Tell", DependsOn=[{"Step": "Good", "Trigger": "Failed"}])]
    status, found = run(cloud, "unanswered", steps)
    assert (status, list(found)) == ("Succeeded", ["Good"])


def test_all_that_is_not_run_is_told_before_the_first_step(cloud):
    steps = [
        check("First"),
        {"Name": "Search", "Type": "AutoML", "Arguments": {}},
        check("Branch", arguments={"ElseSteps": [{"Name": "Odd", "Type": "Teleport"}]}),
        check("Two", arguments={"Conditions": [{"Type": "Between"}]}),
    ]
    create(cloud, "unknown", steps)
    with pytest.raises(ClientError) as refused:
        start(cloud, "unknown")
    message = refused.value.response["Error"]["Message"]
    assert "step Search is of type AutoML: nothing here searches for models" in message
    assert "step Odd is of type Teleport, which is not emulated" in message
    assert "step Two has a condition of type Between" in message
    executions = cloud.client("sagemaker").list_pipeline_executions(PipelineName="unknown")
    assert executions["PipelineExecutionSummaries"] == []


def test_a_job_that_would_not_run_is_told_before_the_first_step(cloud):
    image = {"AppSpecification": {"ImageUri": {"Get": "Parameters.Image"}}}
    many = {"ClusterConfig": {"InstanceCount": {"Get": "Parameters.Count"}}}
    steps = [
        python("First", ""),
        python("Closed", "", arguments=image, DependsOn=["First"]),
        python("Many", "", arguments={"ProcessingResources": many}),
        python("Later", "", arguments={"Environment": {"A": {"Get": "Steps.First.RoleArn"}}}),
    ]
    declared = [
        {"Name": "Image", "Type": "String", "DefaultValue": "mine"},
        {"Name": "Count", "Type": "Integer", "DefaultValue": 2},
    ]
    create(cloud, "jobs-told", steps, declared)
    with pytest.raises(ClientError) as refused:
        start(cloud, "jobs-told")
    told = refused.value.response["Error"]["Message"].partition("this pipeline: ")[2].split("; ")
    assert told == [
        "step Closed: its image is not run here, and it names no ContainerEntrypoint",
        "step Many: it asks for several instances, and this machine is one",
    ]
    with pytest.raises(ClientError, match="step Closed: its image is not run here, and it names"):
        start(cloud, "jobs-told", {"Count": "1"})


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (
            check("A", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"]}]),
            "steps of type Condition have no retry policy",
        ),
        (
            python("A", "", RetryPolicies=[{"ExceptionType": ["Step.SLEEPY"]}]),
            r"the exception type Step\.SLEEPY is none of",
        ),
        (
            check("A", DependsOn=[{"Step": "B", "Trigger": "Late"}]),
            "the trigger Late of B is none of Completed, Failed, Stopped, Any",
        ),
        (
            check("A", arguments={"IfSteps": [check("C")]}),
            "step C: a Condition step cannot be in a branch of another",
        ),
    ],
)
def test_what_a_definition_has_wrong_is_told_before_the_first_step(cloud, step, message):
    create(cloud, "mistaken", [step, check("B")])
    with pytest.raises(ClientError, match=message):
        start(cloud, "mistaken")


def test_a_stopped_execution_ends_every_step_that_runs_and_begins_none(cloud):
    endless = "import time; time.sleep(600)"
    create(
        cloud,
        "endless",
        [python("A", endless), python("B", endless), check("C", DependsOn=["A"])],
    )
    arn = start(cloud, "endless")
    until(lambda: len(steps_of(cloud, arn)) == 2)
    cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"
    found = steps_of(cloud, arn)
    assert {name: step["StepStatus"] for name, step in found.items()} == {
        "A": "Stopped",
        "B": "Stopped",
    }
    with pytest.raises(ClientError, match="is not executing"):
        cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn)


def test_a_retried_execution_goes_on_from_what_failed(cloud):
    sagemaker, s3 = cloud.client("sagemaker"), cloud.client("s3")
    s3.create_bucket(Bucket="retry", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    source = {"S3Uri": "s3://retry/in", "LocalPath": "/opt/ml/processing/in"}
    source |= {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    reads = python(
        "Read",
        "print(open('/opt/ml/processing/in/one').read())",
        DependsOn=["First"],
        arguments={"ProcessingInputs": [{"InputName": "in", "S3Input": source}]},
    )
    within = check("Choose", arguments={"IfSteps": [reads]})
    create(cloud, "retried", [python("First", ""), within])
    arn = start(cloud, "retried")
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Failed"
    before = steps_of(cloud, arn)
    assert before["Read"]["StepStatus"] == "Failed"

    s3.put_object(Bucket="retry", Key="in/one", Body=b"here now")
    again = sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)
    assert again["PipelineExecutionArn"] == arn
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Succeeded"
    after = steps_of(cloud, arn)
    assert after["First"]["Metadata"] == before["First"]["Metadata"]
    assert after["Read"]["Metadata"] != before["Read"]["Metadata"]
    with pytest.raises(ClientError, match="is Succeeded: only one that is Failed or Stopped"):
        sagemaker.retry_pipeline_execution(PipelineExecutionArn=arn)


def test_selected_steps_run_with_the_results_of_another_execution(cloud):
    steps = [
        python("A", ""),
        python("B", "", arguments={"Environment": {"JOB": {"Get": "Steps.A.ProcessingJobName"}}}),
        python("C", "", DependsOn=["B"]),
    ]
    create(cloud, "some", steps)
    source = start(cloud, "some")
    assert ended(cloud, source)["PipelineExecutionStatus"] == "Succeeded"
    made = steps_of(cloud, source)["A"]["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]

    chosen = {"SelectedSteps": [{"StepName": "B"}], "SourcePipelineExecutionArn": source}
    arn = start(cloud, "some", SelectiveExecutionConfig=chosen)
    described = ended(cloud, arn)
    assert described["PipelineExecutionStatus"] == "Succeeded"
    assert described["SelectiveExecutionConfig"] == chosen
    found = steps_of(cloud, arn)
    assert list(found) == ["A", "B"]
    assert found["A"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": source}
    job = found["B"]["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    ran = cloud.client("sagemaker").describe_processing_job(ProcessingJobName=job)
    assert ran["Environment"] == {"JOB": made}


def test_selected_steps_without_a_source_run_where_they_need_no_other(cloud):
    create(cloud, "alone", [check("A"), check("B"), check("C", DependsOn=["B"])])
    arn = start(cloud, "alone", SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "A"}]})
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Succeeded"
    assert list(steps_of(cloud, arn)) == ["A"]
    with pytest.raises(ClientError, match="need the results of B: name a SourcePipelineExecution"):
        start(cloud, "alone", SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "C"}]})


def test_an_execution_is_renamed_and_let_run_more_at_once(cloud):
    sagemaker = cloud.client("sagemaker")
    create(cloud, "renamed", [check("A")])
    arn = start(cloud, "renamed")
    ended(cloud, arn)
    sagemaker.update_pipeline_execution(
        PipelineExecutionArn=arn,
        PipelineExecutionDisplayName="second",
        ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
    )
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert described["PipelineExecutionDisplayName"] == "second"
    assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}


def test_an_execution_keeps_the_definition_and_the_parameters_that_it_began_with(cloud):
    sagemaker = cloud.client("sagemaker")
    declared = [{"Name": "Colour", "Type": "String", "DefaultValue": "red"}]
    create(cloud, "kept", [check("A")], declared)
    arn = start(cloud, "kept", {"Colour": "blue"})
    create(cloud, "kept", [check("Other")])
    told = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert json.loads(told["PipelineDefinition"])["Steps"][0]["Name"] == "A"
    listed = sagemaker.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)
    assert listed["PipelineParameters"] == [{"Name": "Colour", "Value": "blue"}]


def test_every_change_of_a_step_is_an_event(cloud):
    create(cloud, "told", [python("A", ""), fail("B", DependsOn=["A"])])
    arn = start(cloud, "told")
    ended(cloud, arn)

    def seen():
        told = [json.loads(each["message"]) for each in cloud.outbox()["sent"]]
        found = [
            event["detail"]
            for event in told
            if arn in event["resources"] and "Step Status" in event["detail-type"]
        ]
        return found if len(found) == 6 else None

    details = until(seen)
    assert [(one["stepName"], one["currentStepStatus"]) for one in details] == [
        ("A", "Starting"),
        ("A", "Executing"),
        ("A", "Succeeded"),
        ("B", "Starting"),
        ("B", "Executing"),
        ("B", "Failed"),
    ]
    assert details[2]["metadata"]["processingJob"]["arn"].startswith("arn:aws:sagemaker:")
    assert details[2]["stepType"] == "Processing"
    assert details[2]["previousStepStatus"] == "Executing"
    assert details[5]["failureReason"] == "on purpose"
    assert details[5]["stepStartTime"] <= details[5]["stepEndTime"]


def test_executions_are_listed_newest_first_unless_asked_otherwise_and_in_pages(cloud):
    create(cloud, "listed", [check("A")])
    first, second = (start(cloud, "listed") for _ in range(2))

    def listed(**more):
        answer = cloud.client("sagemaker").list_pipeline_executions(PipelineName="listed", **more)
        return [one["PipelineExecutionArn"] for one in answer["PipelineExecutionSummaries"]]

    assert listed() == [second, first]
    assert listed(SortOrder="Ascending") == [first, second]
    assert listed(SortOrder="Descending", MaxResults=1) == [second]
    ended(cloud, second)
