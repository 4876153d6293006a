"""What is told of a definition before its first step runs.

Everything that would fail a later step for certain is found here: what AWS refuses, and what the
embedded AWS does not run.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.training_message import is_training, request_of
from embedded.sagemaker import retries
from embedded.sagemaker.caching import check_caching
from embedded.sagemaker.definition import (
    CONDITIONS,
    Invalid,
    Step,
    branches,
    check_order,
    dependencies,
    every_step,
    foreseen,
)
from embedded.sagemaker.jobs import not_emulated
from embedded.sagemaker.monitors import why_not_run
from embedded.sagemaker.steps.kinds import CLOSED, KINDS

JOBS = ("Processing", "Training")
MONITORED = ("QualityCheck", "ClarifyCheck")
TRIGGERS = ("Completed", "Failed", "Stopped", "Any")


def check(steps: Sequence[Step], values: Mapping[str, Any]) -> None:
    """Raise Invalid with all that keeps a definition from running with values of its parameters."""
    if unknown := [*_not_run(steps), *_jobs_not_run(steps, values)]:
        raise Invalid(f"The embedded AWS does not run this pipeline: {'; '.join(unknown)}")
    if found := list(_mistakes(steps)):
        raise Invalid("; ".join(found))
    check_order(steps)
    check_caching(steps)


def _not_run(steps: Sequence[Step]) -> Iterator[str]:
    for step in every_step(steps):
        kind = step["Type"]
        if kind in CLOSED:
            yield f"step {step['Name']} is of type {kind}: {CLOSED[kind]}"
        elif kind not in KINDS:
            yield f"step {step['Name']} is of type {kind}, which is not emulated"
        elif kind in MONITORED:
            if why := why_not_run(step["CheckType"]):
                yield f"step {step['Name']} is of type {kind}: {why}"
        elif kind == "Condition":
            for one in _conditions(step["Arguments"].get("Conditions", [])):
                if one["Type"] not in CONDITIONS:
                    yield f"step {step['Name']} has a condition of type {one['Type']}"


def _jobs_not_run(steps: Sequence[Step], values: Mapping[str, Any]) -> Iterator[str]:
    """What the jobs of steps ask for that would not be done, as far as it is known by now."""
    for step in every_step(steps):
        arguments = foreseen(step.get("Arguments", {}), values)
        if step["Type"] == "Callback" and is_training(arguments):
            arguments = request_of(arguments, step["Name"])
        elif step["Type"] not in JOBS:
            continue
        algorithm = arguments.get("AlgorithmSpecification", {})
        if algorithm.get("TrainingImage") == "" or not _counts(arguments):
            continue  # steps will tell
        yield from (f"step {step['Name']}: {why}" for why in not_emulated(arguments))


def _counts(arguments: Mapping[str, Any]) -> bool:
    """Whether it is known how many instances a job asks for."""
    cluster = arguments.get("ProcessingResources", {}).get("ClusterConfig", {})
    found = [one.get("InstanceCount", 1) for one in (arguments.get("ResourceConfig", {}), cluster)]
    return all(isinstance(one, int) for one in found)


def _conditions(conditions: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in conditions:
        yield one
        inner = [one["Condition"]] if "Condition" in one else one.get("Conditions", [])
        yield from _conditions(inner)


def _mistakes(steps: Sequence[Step]) -> Iterator[str]:
    for step in every_step(steps):
        name, kind = step["Name"], step["Type"]
        if step.get("RetryPolicies") and not KINDS[kind].is_retried:
            yield f"step {name}: steps of type {kind} have no retry policy"
        for mistake in retries.mistakes(step):
            yield f"step {name}: {mistake}"
        for needed, trigger in dependencies(step).items():
            if trigger not in TRIGGERS:
                yield (
                    f"step {name}: the trigger {trigger} of {needed} is none of "
                    f"{', '.join(TRIGGERS)}"
                )
        for inner in branches(step):
            if inner["Type"] == "Condition":
                yield f"step {inner['Name']}: a Condition step cannot be in a branch of another"
