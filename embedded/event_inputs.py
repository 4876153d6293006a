"""What a target is sent of an event: all of it, a part, a constant or a template's text.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

Json = Any
ABSENT = object()
VARIABLE = re.compile(r"<([A-Za-z0-9_.-]+)>")
STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")


class Invalid(ValueError):
    """A path that is none."""


def at(path: str, event: Json) -> Json:
    """What is at a JSON path such as $.detail.items[0], or ABSENT. Raises Invalid."""
    if not path.startswith("$") or STEP.sub("", path[1:]):
        raise Invalid(f"{path!r} is no JSON path that EventBridge takes")
    found = event
    for step in STEP.finditer(path):
        name, index = step[1] or step[3], step[2]
        if name is not None and isinstance(found, dict):
            found = found.get(name, ABSENT)
        elif index is not None and isinstance(found, list) and int(index) < len(found):
            found = found[int(index)]
        else:
            return ABSENT
    return found


def text_for(target: Mapping[str, Any], event: Mapping[str, Json], rule: Mapping[str, str]) -> str:
    """The text that a target gets. `rule` has the rule's `name` and `arn`. Raises Invalid."""
    if target.get("Input"):
        return str(target["Input"])
    if path := target.get("InputPath"):
        found = at(path, event)
        return json.dumps(None if found is ABSENT else found)
    if not (transformer := target.get("InputTransformer")):
        return json.dumps(event)
    values = {
        name: at(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()
    }
    values |= {
        "aws.events.rule-name": rule["name"],
        "aws.events.rule-arn": rule["arn"],
        "aws.events.event.json": event,
        "aws.events.event": event,
        "aws.events.event.ingestion-time": event["time"],
    }
    return filled(transformer["InputTemplate"], values)


def filled(template: str, values: Mapping[str, Json]) -> str:
    """A template with its variables: as JSON, or as text where it stands in quotation marks.

    A variable that the event has no value for is empty; one that there is not stays as it stands.
    """
    parts: list[str] = []
    quoted, position = False, 0
    for variable in VARIABLE.finditer(template):
        between = template[position : variable.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        position = variable.end()
        parts.append(between)
        if variable[1] not in values:
            parts.append(variable[0])
            continue
        parts.append(_written(values[variable[1]], quoted=quoted))
    return "".join(parts) + template[position:]


def _written(value: Json, *, quoted: bool) -> str:
    if value is ABSENT:
        return "" if quoted else '""'
    if not quoted:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]
