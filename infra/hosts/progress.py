"""What a host tells while it works: one step per resource, from any engine."""

import enum
from collections.abc import Callable
from dataclasses import dataclass


class Operation(enum.StrEnum):
    """What is done to one resource."""

    SAME = "same"
    CREATE = "create"
    IMPORT = "import"
    """What an earlier stack left becomes a resource of this one."""
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


class Phase(enum.StrEnum):
    """How far it is done."""

    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Step:
    """One operation on one resource, at one phase.

    `type` is the Pulumi type token and `name` the logical name.
    """

    operation: Operation
    phase: Phase
    urn: str
    type: str
    name: str


OnStep = Callable[[Step], None]
"""Called from any thread, so it must be quick and safe for that."""


def silent(_step: Step) -> None:
    """Tell nothing."""
