"""Executions of some steps of a pipeline, the others' results being there already.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-selective-ex.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from embedded.sagemaker.definition import (
    Invalid,
    Step,
    branch,
    branches,
    dependencies,
    every_step,
)


def remaining(steps: Sequence[Step], results: Mapping[str, Any]) -> list[Step]:
    """The steps that an execution still has to do, where some have their results."""
    left: list[Step] = []
    for step in steps:
        if step["Name"] not in results:
            left.append(step)
        elif step["Type"] == "Condition":
            left.extend(remaining(branch(step, results[step["Name"]]["Outcome"]), results))
    return left


def selected(
    steps: Sequence[Step], names: Sequence[str], source: Mapping[str, Any]
) -> tuple[list[Step], dict[str, Any]]:
    """The steps to be carried out, and the results of others that these need, from `source`.

    Raises Invalid for a step that is not there, for one between selected steps that is not selected
    itself, and for a result that the source has not.
    """
    every = {step["Name"]: step for step in every_step(steps)}
    chosen = set(names)
    if unknown := sorted(chosen - every.keys()):
        raise Invalid(f"the selected steps {', '.join(unknown)} do not exist")
    before = _before(steps)
    needed = {one for name in chosen for one in before[name]} - chosen
    for one in sorted(needed):
        if before[one] & chosen:
            raise Invalid(f"step {one} is between selected steps, and has to be selected, too")
    direct = {one for name in chosen for one in dependencies(every[name])} - chosen
    if missing := sorted(direct - source.keys()):
        raise Invalid(
            f"the selected steps need the results of {', '.join(missing)}: name a "
            "SourcePipelineExecutionArn in which they succeeded"
        )
    return _kept(steps, chosen), {one: source[one] for one in direct}


def _before(steps: Sequence[Step]) -> dict[str, set[str]]:
    """By step, all that come before it, the Condition steps that it is a branch of with them."""
    direct = {step["Name"]: set(dependencies(step)) for step in every_step(steps)}
    for step in every_step(steps):
        for inner in every_step(branches(step)):
            direct[inner["Name"]].add(step["Name"])

    def all_of(name: str) -> set[str]:
        return direct[name].union(*(all_of(one) for one in direct[name]))

    return {name: all_of(name) for name in direct}


def _kept(steps: Sequence[Step], chosen: set[str]) -> list[Step]:
    """The chosen ones; those in a branch of a Condition that is not chosen begin by themselves."""
    kept: list[Step] = []
    for step in steps:
        if step["Name"] not in chosen:
            kept.extend(_kept(branches(step), chosen))
        elif step["Type"] != "Condition":
            kept.append(step)
        else:
            arguments = dict(step["Arguments"])
            for side in ("IfSteps", "ElseSteps"):
                arguments[side] = _kept(arguments.get(side, []), chosen)
            kept.append({**step, "Arguments": arguments})
    return kept
