"""Reads a SageMaker pipeline definition: parameters, references, functions and conditions.

https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Step = Mapping[str, Any]

_TYPES: dict[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
}
_TOKEN = re.compile(r"\.?([^.\[\]]+)|\[['\"]([^'\"]+)['\"]\]|\[(\d+)\]")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda left, right: bool(left == right),
    "GreaterThan": lambda left, right: bool(left > right),
    "GreaterThanOrEqualTo": lambda left, right: bool(left >= right),
    "LessThan": lambda left, right: bool(left < right),
    "LessThanOrEqualTo": lambda left, right: bool(left <= right),
}

CONDITIONS = (*_COMPARISONS, "In", "Not", "Or")
"""The types of conditions that are decided here: all that the SDK writes."""
COMPLETED = "Completed"


class Invalid(Exception):
    """What the definition asks for that it does not say, or that is not emulated."""


@dataclass
class Scope:
    """What the references of a definition resolve to, growing as steps finish."""

    parameters: Mapping[str, Any]
    execution: Mapping[str, str]
    """By execution variable, such as PipelineExecutionId."""
    read: Callable[[str], str]
    """The text of the object at an S3 URI."""
    steps: dict[str, Any] = field(default_factory=dict)
    """By step name, what the service describes of the step's job; PropertyFiles holds S3 URIs."""


def parameters(definition: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Every parameter's value: the given text in the declared type, or the default.

    Raises Invalid naming all that are unknown, missing, of another type or of no allowed value.
    """
    declared = {one["Name"]: one for one in definition.get("Parameters", [])}
    mistakes = [f"Parameter [{name}] does not exist" for name in given if name not in declared]
    values: dict[str, Any] = {}
    for name, one in declared.items():
        if name in given:
            try:
                values[name] = _TYPES[one["Type"]](given[name])
            except (KeyError, ValueError):
                mistakes.append(f"Parameter [{name}]: {given[name]!r} is not of type {one['Type']}")
        elif "DefaultValue" in one:
            values[name] = one["DefaultValue"]
        else:
            mistakes.append(f"Parameter [{name}] is missing a value")
        if one.get("EnumValues") and name in values and values[name] not in one["EnumValues"]:
            mistakes.append(f"Parameter [{name}] must be one of {', '.join(one['EnumValues'])}")
    if mistakes:
        raise Invalid("; ".join(mistakes))
    return values


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """These steps and those of their branches."""
    for step in steps:
        yield step
        yield from every_step(branches(step))


def branches(step: Step) -> list[Step]:
    """The steps directly inside a Condition step."""
    arguments = step.get("Arguments", {})
    return [*arguments.get("IfSteps", []), *arguments.get("ElseSteps", [])]


def branch(step: Step, met: bool) -> Sequence[Step]:
    """The steps with which an execution goes on after a Condition step."""
    chosen: Sequence[Step] = step["Arguments"].get("IfSteps" if met else "ElseSteps", [])
    return chosen


def dependencies(step: Step) -> dict[str, str]:
    """The steps that have to end before this one, its branches left aside, each with its trigger.

    The trigger is the outcome at which this step begins: Completed, Failed, Stopped or Any. What a
    step refers to has to complete.
    """
    arguments = step.get("Arguments", {})
    if step["Type"] == "Condition":
        arguments = arguments["Conditions"]
    others = {key: value for key, value in step.items() if key != "Arguments"}
    waits = {}
    for dependency in step.get("DependsOn", []):
        if isinstance(dependency, str):
            waits[dependency] = COMPLETED
        else:
            waits[dependency["Step"]] = dependency.get("Trigger", COMPLETED)
    for path in _references([arguments, others]):
        if path.startswith("Steps."):
            waits[path.split(".")[1]] = COMPLETED
    return waits


def check_order(steps: Sequence[Step]) -> None:
    """Raises Invalid where names repeat, or a step waits for one that can never come before it."""
    every = list(every_step(steps))
    names = [step["Name"] for step in every]
    if len(set(names)) < len(names):
        raise Invalid("two steps bear one name")
    waits = {step["Name"]: set(dependencies(step)) for step in every}
    for name, needed in waits.items():
        if unknown := sorted(needed - set(names)):
            raise Invalid(f"step {name} refers to {', '.join(unknown)}, which is no step")
    for step in every:
        for inner in every_step(branches(step)):
            waits[inner["Name"]] |= {step["Name"]}
    while waits:
        free = [name for name, needed in waits.items() if not needed & waits.keys()]
        if not free:
            raise Invalid(f"the steps {', '.join(sorted(waits))} wait for one another")
        for name in free:
            del waits[name]


def resolve(value: Any, scope: Scope) -> Any:
    """`value` with every reference and function replaced. Raises Invalid where one leads nowhere.

    Functions: Std:Join and Std:JsonGet.
    """
    if isinstance(value, list):
        return [resolve(one, scope) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        return _get(value["Get"], scope)
    if set(value) == {"Std:Join"}:
        join = value["Std:Join"]
        return join["On"].join(_text(one) for one in resolve(join["Values"], scope))
    if set(value) == {"Std:JsonGet"}:
        told = value["Std:JsonGet"]
        uri = resolve(told["PropertyFile"] if "PropertyFile" in told else told["S3Uri"], scope)
        return _walk(json.loads(scope.read(uri)), told["Path"].removeprefix("$"), told["Path"])
    return {key: resolve(one, scope) for key, one in value.items()}


def foreseen(value: Any, values: Mapping[str, Any]) -> Any:
    """`value` with its parameters, by `values`, and an empty text for what only steps will tell."""
    if isinstance(value, list):
        return [foreseen(one, values) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        kind, _, name = value["Get"].partition(".")
        return values.get(name, "") if kind == "Parameters" else ""
    if set(value) == {"Std:Join"}:
        join = value["Std:Join"]
        return join["On"].join(_text(one) for one in foreseen(join["Values"], values))
    if set(value) == {"Std:JsonGet"}:
        return ""
    return {key: foreseen(one, values) for key, one in value.items()}


def holds(condition: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a condition of a Condition step is met. Raises Invalid for an unknown type."""
    kind = condition["Type"]
    if kind in _COMPARISONS:
        left, right = resolve([condition["LeftValue"], condition["RightValue"]], scope)
        try:
            return _COMPARISONS[kind](left, right)
        except TypeError as error:
            raise Invalid(f"{left!r} cannot be compared with {right!r}") from error
    if kind == "In":
        return bool(resolve(condition["QueryValue"], scope) in resolve(condition["Values"], scope))
    if kind == "Not":
        return not holds(condition["Condition"], scope)
    if kind == "Or":
        return any(holds(one, scope) for one in condition["Conditions"])
    raise Invalid(f"conditions of type {kind} are not emulated")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        if set(value) == {"Get"}:
            yield value["Get"]
        else:
            yield from _references(list(value.values()))


def _get(path: str, scope: Scope) -> Any:
    kind, _, rest = path.partition(".")
    roots: dict[str, Mapping[str, Any]] = {
        "Parameters": scope.parameters,
        "Execution": scope.execution,
        "Steps": scope.steps,
    }
    if kind not in roots:
        raise Invalid(f"{path} refers to nothing that a pipeline has")
    return _walk(roots[kind], rest, path)


def _walk(value: Any, path: str, whole: str) -> Any:
    for match in _TOKEN.finditer(path):
        name, key, index = match.groups()
        try:
            value = value[int(index)] if index else _child(value, name or key)
        except (KeyError, IndexError, TypeError):
            raise Invalid(f"{whole} leads nowhere: there is no {match.group()}") from None
    return value


def _child(value: Any, key: str) -> Any:
    """A member; of a list, the one that has the key for its name (OutputName, ChannelName, …)."""
    if not isinstance(value, list):
        return value[key]
    for one in value:
        if any(name.endswith("Name") and text == key for name, text in one.items()):
            return one
    raise KeyError(key)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
