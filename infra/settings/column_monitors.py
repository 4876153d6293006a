"""Monitors of columns, of a project whose requests have none.

A project says so in its compiled pipeline: `"Metadata": {"requests": "text"}`, as those that
`maslow model new --kind text` makes do.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from components.platform.model_project import DEFINITION, REQUESTS, read_project
from infra.settings.cross_stack import mapping
from infra.settings.frequency import OFF
from infra.settings.mistakes import Mistake

OF_COLUMNS = ("bias", "explain")
INSTEAD = (
    "Such a model is watched by data and quality: by its answers, and what these tell under seen."
)


def check_column_monitors(model: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield a model's monitors that would measure nothing, since its requests have no columns.

    `model` is as the stack file has it, and its project is sound. Where a project does not say
    what its requests are, they have columns.
    """
    project = model["project"]
    requests = mapping(read_project(root / project).definition.get("Metadata")).get(REQUESTS)
    if requests is None:
        return
    why = f"requests to {project} are {requests}, as its {DEFINITION} says, and have no columns"
    monitor = mapping(model.get("monitor"))
    for kind in OF_COLUMNS:
        told = monitor.get(kind, OFF)
        every = told.get("every") if isinstance(told, Mapping) else told
        if every != OFF:
            yield Mistake(("monitor", kind), f"would measure nothing: {why}.", INSTEAD)
    if mapping(monitor.get("quality")).get("by"):
        yield Mistake(
            ("monitor", "quality", "by"),
            f"would tell nothing apart: {why}.",
            "Leave it out; quality is told of all requests together.",
        )
