"""What a stack hands AWS as documents and plain names: definitions, patterns, dimensions."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from botocore.model import Shape
from botocore.validate import ParamValidator
from cfnlint.api import ManualArgs, lint
from jsonata import JException, Jsonata
from moto.events.models import EventPattern
from statelint.linter import Linter

from catalog.training_message import METRICS, MODEL, artefact_of, request_of
from components.mlops.rollout import ALL_TRAFFIC
from embedded.sagemaker.definition import Scope, every_step, parameters, resolve
from embedded.translate import input_shape
from infra.graph import Graph, Resource
from infra.naming import Names
from infra.project import Project
from infra.promotion import promotion_of
from policies.scheduled_jobs import jobs_of

Misfits = Callable[[Shape, Any, str], Iterator[str]]

DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE = "aws:cloudwatch/eventRule:EventRule"
DRIFT = "-monitor-data-worst"
"""What the name of an alarm on drift has between the model's and its number."""
DRIFT_TOO = re.compile(r"-monitor-(explain|bias)-worst")
"""The same of alarms that start training only where their model is trained."""

COMPUTED_WAIT = re.compile(r"\.Seconds is \"{% .+ %}\" but should be an Integer$")
"""What statelint says of a wait whose seconds JSONata computes, which the language allows."""

JOBS = {
    "Processing": ("CreateProcessingJob", {"ProcessingJobName": "pipelines-abc123-step"}),
    "Training": ("CreateTrainingJob", {"TrainingJobName": "pipelines-abc123-step"}),
    "Tuning": ("CreateHyperParameterTuningJob", {"HyperParameterTuningJobName": "abc123-step"}),
    "RegisterModel": ("CreateModelPackage", {}),
}
ALWAYS, LEARNS = {"CreateModelPackage", "CreateProcessingJob"}, {"Training", "Tuning"}
"""What every pipeline calls, and the types of steps of which it has one."""
TRAINED = {"ModelArtifacts": {"S3ModelArtifacts": "s3://artifacts/model.tar.gz"}}
"""What a training job's description has beside what the job was asked for."""

EXECUTION = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/training/execution/abc123"


def definitions(graph: Graph) -> Iterator[dict[str, Any]]:
    for pipeline in graph.of_type("aws:sagemaker/pipeline:Pipeline"):
        yield json.loads(pipeline.inputs["pipelineDefinition"])


def requests(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The call that each job of a pipeline makes, as if all before it had succeeded."""
    results: dict[str, Any] = {}
    scope = Scope(
        parameters=parameters(definition, {}),
        execution={"PipelineExecutionId": "abc123", "PipelineExecutionArn": EXECUTION},
        read={}.__getitem__,
        steps=results,
    )
    for step in every_step(definition["Steps"]):
        if step["Type"] in JOBS:
            operation, named = JOBS[step["Type"]]
            arguments = resolve(step["Arguments"], scope)
            results[step["Name"]] = {**arguments, **named, **TRAINED}
            if step["Type"] == "Tuning":
                results[step["Name"]] |= found(arguments)
            yield operation, {**arguments, **named}
        elif step["Type"] == "Callback":
            asked = request_of(resolve(step["Arguments"], scope), "train-abc123-token")
            told = {MODEL: artefact_of(asked), METRICS: "{}"}
            results[step["Name"]] = {"OutputParameters": told}


def found(tuning: dict[str, Any]) -> dict[str, Any]:
    """What a tuning job's description has beside what the job was asked for."""
    ranges = tuning["HyperParameterTuningJobConfig"]["ParameterRanges"].values()
    best = {
        "TrainingJobName": "abc123-step-001",
        "TunedHyperParameters": {one["Name"]: "1" for kind in ranges for one in kind},
    }
    return {"BestTrainingJob": best, "TrainingJobSummaries": [best]}


def test_every_job_of_a_pipeline_is_a_call_that_sagemaker_takes(
    project: Project, graph: Graph, misfits: Misfits
) -> None:
    platform = project.stack(graph.stack).platform
    calls = [list(requests(definition)) for definition in definitions(graph)]
    assert len(calls) == (0 if platform.origin else len(platform.models))
    called = [{operation for operation, _ in each} for each in calls]
    assert all(each >= ALWAYS for each in called)
    learns = [each - ALWAYS for each in called if each != ALWAYS]
    assert all(each in [{JOBS[kind][0]} for kind in LEARNS] for each in learns)
    in_pods = [model for model in platform.models if model.training.on == "kubernetes"]
    assert len(calls) - len(learns) == (0 if platform.origin else len(in_pods))
    for operation, request in itertools.chain(*calls):
        shape = input_shape("sagemaker", operation)
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        assert request.keys() <= shape.members.keys()
        assert list(misfits(shape, request, operation)) == []


def test_every_job_of_a_schedule_is_a_call_that_sagemaker_takes(
    graph: Graph, misfits: Misfits
) -> None:
    """EventBridge Scheduler takes 256 KB, and fills the request in when it is due."""
    shape = input_shape("sagemaker", "CreateProcessingJob")
    for job in jobs_of(graph):
        text = job.schedule.inputs["target"]["input"]
        assert len(text) < 256 * 1024
        text = text.replace("<aws.scheduler.execution-id>", str(uuid4()))
        request = json.loads(text.replace("<aws.scheduler.scheduled-time>", "2026-11-27T03:00:00Z"))
        assert "<aws." not in text.replace("<aws.scheduler.scheduled-time>", "")
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        assert list(misfits(shape, request, job.schedule.name)) == []


def test_every_state_machine_is_one_that_step_functions_takes(every_graph: list[Graph]) -> None:
    machines = [
        machine
        for graph in every_graph
        for machine in graph.of_type("aws:sfn/stateMachine:StateMachine")
    ]
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            f"Machine{number}": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "RoleArn": machine.inputs["roleArn"],
                    "DefinitionString": machine.inputs["definition"],
                },
            }
            for number, machine in enumerate(machines)
        },
    }
    assert machines
    assert lint(json.dumps(template), config=ManualArgs(regions=["eu-west-1"])) == []


def test_every_state_machine_is_written_as_the_language_says(every_graph: list[Graph]) -> None:
    """https://states-language.net/spec.html."""
    machines = [
        (graph.stack, machine)
        for graph in every_graph
        for machine in graph.of_type("aws:sfn/stateMachine:StateMachine")
    ]
    assert machines
    for stack, machine in machines:
        definition = json.loads(machine.inputs["definition"])
        found = [each for each in Linter.validate(definition) if not COMPUTED_WAIT.search(each)]
        assert found == [], f"{stack}: {machine.name}"
    definition = json.loads(machines[0][1].inputs["definition"])
    definition["States"][definition["StartAt"]]["Next"] = "Nowhere"
    assert any("Nowhere" in each for each in Linter.validate(definition))


def expressions(value: Any) -> Iterator[str]:
    """The JSONata of a state machine, however deep in it."""
    if isinstance(value, str) and value.startswith("{%"):
        yield value.removeprefix("{%").removesuffix("%}")
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from expressions(item)


def test_every_expression_of_a_state_machine_is_jsonata(every_graph: list[Graph]) -> None:
    """What they come to is tested with each machine."""
    different = {
        expression
        for graph in every_graph
        for machine in graph.of_type("aws:sfn/stateMachine:StateMachine")
        for expression in expressions(json.loads(machine.inputs["definition"]))
    }
    assert different
    for expression in different:
        Jsonata(expression)
    with pytest.raises(JException):
        Jsonata(f"{min(different)} (")


def event(source: str, kind: str, **detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-01-31T12:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": detail,
    }


def alarmed(name: str, state: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    return event(
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
        alarmName=name,
        state={"value": state, "reason": "Thresholds Crossed"},
        previousState={"value": "OK"},
    )


def delivered(pipeline: str, state: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html"""
    return event(
        "aws.codepipeline",
        "CodePipeline Pipeline Execution State Change",
        pipeline=pipeline,
        state=state,
        version=1,
    )


def hears(graph: Graph, happened: dict[str, Any], bus: str | None = None) -> list[str]:
    """The names of the rules that an event reaches on a bus, which is the account's own if None."""
    return [
        rule.name
        for rule in graph.of_type(RULE)
        if rule.inputs.get("eventBusName") == bus
        and "eventPattern" in rule.inputs
        and EventPattern.load(rule.inputs["eventPattern"]).matches_event(happened)
    ]


def drift_alarms(graph: Graph) -> dict[str, str]:
    """The model that each alarm on drift is of, by the alarm's name."""
    start = Names(graph.project, graph.stack)("")
    names = [alarm.name for alarm in graph.of_type(ALARM)]
    return {name: name.partition(DRIFT)[0].removeprefix(start) for name in names if DRIFT in name}


def test_every_model_alarms_on_its_drift(project: Project, graph: Graph) -> None:
    models = project.stack(graph.stack).platform.models
    assert set(drift_alarms(graph).values()) == {model.name for model in models}


def test_a_drift_alarm_reaches_the_loop_of_its_own_model_alone(
    project: Project, graph: Graph, recording: Callable[[str, str], Graph]
) -> None:
    """Where another environment trains, the alarm is forwarded to a bus there."""
    stack, names = project.stack(graph.stack), Names(graph.project, graph.stack)
    origin = promotion_of(stack, project.name).origin
    for logical, model in drift_alarms(graph).items():
        # Where it is known by its beginning alone, it is with what Pulumi adds to the name.
        alarm = f"{logical}-1a2b3c4" if origin else logical
        assert hears(graph, alarmed(alarm, "OK")) == []
        happened = alarmed(alarm, "ALARM")
        if origin is None:
            assert hears(graph, happened) == [names(model, "loop-drift-rule")]
            continue
        assert hears(graph, happened) == [names("drift-rule")]
        there = recording(origin.environment, "second")
        assert hears(there, happened, origin.bus_name) == []
        happened["account"] = stack.account
        rule = origin.names(model, "loop", graph.stack, "rule")
        assert hears(there, happened, origin.bus_name) == [rule]


def test_an_alarm_on_why_or_whom_it_favours_reaches_the_loop_where_there_is_one(
    project: Project, graph: Graph
) -> None:
    names = Names(graph.project, graph.stack)
    trained_here = promotion_of(project.stack(graph.stack), project.name).origin is None
    for alarm in graph.of_type(ALARM):
        if found := DRIFT_TOO.search(alarm.name):
            model = alarm.name[: found.start()].removeprefix(names(""))
            heard = [names(model, "loop-drift-rule")] if trained_here else []
            assert hears(graph, alarmed(alarm.name, "ALARM")) == heard


def test_other_alarms_start_no_training(graph: Graph) -> None:
    for alarm in graph.of_type(ALARM):
        if DRIFT not in alarm.name and not DRIFT_TOO.search(alarm.name):
            assert hears(graph, alarmed(alarm.name, "ALARM")) == []


def test_a_failed_delivery_is_heard_of_and_a_good_one_is_not(graph: Graph) -> None:
    alarming = {
        target.inputs["rule"]
        for target in graph.of_type("aws:cloudwatch/eventTarget:EventTarget")
        if "-warning-" in target.inputs["arn"]
    }
    for pipeline in graph.of_type("aws:codepipeline/pipeline:Pipeline"):
        name = pipeline.inputs["name"]
        if name.endswith("-delivery"):
            assert len(alarming & set(hears(graph, delivered(name, "FAILED")))) == 1, name
        assert alarming & set(hears(graph, delivered(name, "SUCCEEDED"))) == set(), name
        assert hears(graph, delivered(f"{name}-of-others", "FAILED")) == []


def metrics(alarm: Resource) -> list[dict[str, Any]]:
    """The metrics of an alarm, whether it has one or an expression of several."""
    queries = alarm.inputs.get("metricQueries")
    return [q["metric"] for q in queries if "metric" in q] if queries else [alarm.inputs]


def test_every_alarm_watches_what_is_there(graph: Graph) -> None:
    endpoints = graph.of_type("aws:sagemaker/endpoint:Endpoint")
    jobs = list(jobs_of(graph))
    # Those that KServe serves are measured by the same names.
    pods = {
        one.name.removesuffix("-pods-inference")
        for one in graph.objects
        if one.type.endswith(":InferenceService")
    }
    known = {
        "DeliveryStreamName": {one.name for one in graph.of_type(DELIVERY)},
        "EndpointName": {endpoint.inputs["name"] for endpoint in endpoints} | pods,
        "FileSystemId": {
            one.id for one in graph.of_type("aws:fsx/lustreFileSystem:LustreFileSystem")
        },
        "FunctionName": {
            one.inputs.get("name") or one.name
            for one in graph.of_type("aws:lambda/function:Function")
        },
        "Model": {job.argument("--model") for job in jobs},
        "Monitor": {job.argument("--monitor") for job in jobs},
        "Pipeline": {
            one.inputs["pipelineName"] for one in graph.of_type("aws:sagemaker/pipeline:Pipeline")
        },
        "Publisher": {"AutoImport", "AutoExport"},
        "QueryState": {"SUCCEEDED", "FAILED", "CANCELED"},
        "QueryType": {"DML"},
        "QueueName": {queue.name for queue in graph.of_type("aws:sqs/queue:Queue")},
        "StreamName": {one.inputs["name"] for one in graph.of_type("aws:kinesis/stream:Stream")},
        "VariantName": {*variants(graph), *([ALL_TRAFFIC] if pods else [])},
        "WorkGroup": {group.name for group in graph.of_type("aws:athena/workgroup:Workgroup")},
    }
    for alarm in graph.of_type(ALARM):
        for metric in metrics(alarm):
            for dimension, value in metric["dimensions"].items():
                assert value in known[dimension], alarm.name


def variants(graph: Graph) -> set[str]:
    return {
        variant["variantName"]
        for configuration in graph.of_type(
            "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
        )
        for variant in configuration.inputs["productionVariants"]
    }


def test_every_expression_of_an_alarm_is_of_metrics_that_stand_beside_it(graph: Graph) -> None:
    """An alarm's expression may take ten metrics at most, and one result counts.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    """
    for alarm in graph.of_type(ALARM):
        queries = alarm.inputs.get("metricQueries", [])
        expressions = [query["expression"] for query in queries if "expression" in query]
        ids = {query["id"] for query in queries if "metric" in query}
        named = {word for text in expressions for word in re.findall(r"\b[a-z]\w*", text)}
        assert named == ids, alarm.name
        assert len(ids) <= 10, alarm.name
        assert not queries or [q.get("returnData") for q in queries].count(True) == 1


def test_every_monitor_that_is_asked_for_runs_and_alarms(project: Project, graph: Graph) -> None:
    asked = {
        (model.name, kind)
        for model in project.stack(graph.stack).platform.models
        for kind in model.monitor.kinds
    }
    jobs = list(jobs_of(graph))
    assert {(job.argument("--model"), job.argument("--monitor")) for job in jobs} == asked
    told: dict[tuple[str, str], set[str]] = {}
    for alarm in graph.of_type(ALARM):
        for metric in metrics(alarm):
            if metric["namespace"] == "maslow/Monitors":
                of = metric["dimensions"]["Model"], metric["dimensions"]["Monitor"]
                told.setdefault(of, set()).add(metric["metricName"])
    rare = {
        (job.argument("--model"), job.argument("--monitor")) for job in jobs if job.every[1] > 86400
    }
    assert told == {of: {"Worst", "Alive" if of in rare else "Ran"} for of in asked}


def test_every_scaling_target_is_a_variant_that_is_there(graph: Graph) -> None:
    there = {
        f"endpoint/{endpoint.inputs['name']}/variant/{variant}"
        for endpoint in graph.of_type("aws:sagemaker/endpoint:Endpoint")
        for variant in variants(graph)
    }
    targets = graph.of_type("aws:appautoscaling/target:Target")
    assert {target.inputs["resourceId"] for target in targets} == there
