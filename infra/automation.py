"""Drives Pulumi's engine: preview, up, destroy and outputs of one stack, with live progress.

https://www.pulumi.com/docs/iac/automation-api/
"""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import EngineEvent, OpType

from infra.errors import WorkError
from infra.hosts.progress import OnStep, Operation, Phase, Step, silent
from infra.pulumi_command import Command

SECRET = "[secret]"  # noqa: S105  what stands in for a secret

OPERATIONS = {
    OpType.SAME: Operation.SAME,
    OpType.CREATE: Operation.CREATE,
    OpType.IMPORT: Operation.IMPORT,
    OpType.UPDATE: Operation.UPDATE,
    OpType.CREATE_REPLACEMENT: Operation.REPLACE,
    OpType.DELETE: Operation.DELETE,
}
"""What a reader is told of; the rest are parts of these, such as the end of what was replaced."""

COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")
STREAM = re.compile(r"^ (stdout|stderr): ")
LOGGED_OUT = "PULUMI_ACCESS_TOKEN must be set for login"
"""How the CLI says that it was never logged in to a backend."""
NOT_TOLD = re.compile(
    r"^(update|preview|destroy|deletion) failed$|^resource monitor shut down"
    r"|^an unhandled error occurred: program exited with non-zero exit code"
)


BOUNDED = "explicit deny in a permissions boundary"
"""How AWS says that no role of the environment may do what was asked for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""
BY_A_PERSON = (
    "No deployment changes how data is kept, or switches the auditing off: sign in as the persona "
    "break-glass, or as an administrator of the account, and run `maslow up`. docs/settings.md, "
    '"How data is kept", tells more.'
)


class EngineFailed(WorkError):
    """What the engine refused or could not do, in its own words, without a traceback."""


class NoSuchStack(EngineFailed):
    """The stack was never brought up in this backend."""

    def __init__(self, stack: str) -> None:
        super().__init__(
            f"There is no stack {stack} in this backend; `maslow up -s {stack}` makes it"
        )


@dataclass(frozen=True)
class Result:
    """What an operation of the engine did, or in a preview would do."""

    changes: Mapping[Operation, int]
    """How many resources meet each operation, the stack, components and providers among them."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """The stack's outputs; a secret reads `[secret]`. Empty for a preview and a destroy."""
    notes: tuple[str, ...] = ()
    """What the program and its providers had to tell, warnings first."""

    @property
    def unchanged(self) -> bool:
        """Whether nothing was, or would be, touched."""
        return set(self.changes) <= {Operation.SAME}


class Engine:
    """One stack of the project in a folder that holds a Pulumi.yaml.

    `environment` is added to what the CLI and the program get. Raises CliMissing.
    """

    def __init__(
        self, folder: Path, stack: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.stack = stack
        with _readable():
            self._workspace = automation.LocalWorkspace(
                work_dir=str(folder),
                env_vars={"PULUMI_SKIP_UPDATE_CHECK": "true", **(environment or {})},
                pulumi_command=Command(),
            )

    def preview(self, on_step: OnStep = silent) -> Result:
        """What an `up` would do; a stack that is not there yet is made. Raises EngineFailed."""
        with _listening(on_step) as listener:
            stack = automation.Stack.create_or_select(self.stack, self._workspace)
            found = stack.preview(on_event=listener, color="never")
        return Result(_counted(found.change_summary), notes=listener.notes)

    def up(self, on_step: OnStep = silent) -> Result:
        """Bring the stack to what the program declares. Raises EngineFailed."""
        with _listening(on_step) as listener:
            stack = automation.Stack.create_or_select(self.stack, self._workspace)
            found = stack.up(on_event=listener, color="never", show_secrets=False)
        outputs = _plain(found.outputs)
        return Result(_counted(found.summary.resource_changes), outputs, listener.notes)

    def destroy(self, on_step: OnStep = silent, *, remove: bool = False) -> Result:
        """Delete all resources of the stack, and with `remove` its history. Raises EngineFailed."""
        with _listening(on_step) as listener:
            stack = self._select()
            found = stack.destroy(
                on_event=listener,
                color="never",
                show_secrets=False,
                run_program=_has_deletion_hooks(stack.export_stack().deployment),
            )
            if remove:
                self._workspace.remove_stack(self.stack)
        return Result(_counted(found.summary.resource_changes))

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, a secret as `[secret]`. Raises EngineFailed."""
        with _readable():
            return _plain(self._select().outputs())

    def _select(self) -> automation.Stack:
        try:
            return automation.Stack.select(self.stack, self._workspace)
        except automation.StackNotFoundError as error:
            raise NoSuchStack(self.stack) from error


def _has_deletion_hooks(state: Mapping[str, Any] | None) -> bool:
    """Whether hooks run around a deletion of what a stack has, for which the program has to run.

    https://www.pulumi.com/docs/iac/concepts/options/hooks/
    """
    resources = (state or {}).get("resources") or []
    named = [hooks for each in resources for hooks in [each.get("resourceHooks") or {}]]
    return any("delete" in moment.lower() for hooks in named for moment in hooks)


class _Listener:
    """Turns the engine's events into steps, and keeps the errors that it reports."""

    def __init__(self, on_step: OnStep) -> None:
        self._on_step = on_step
        self._lock = threading.Lock()
        self._told: set[tuple[str, Operation, Phase]] = set()
        self.errors: list[str] = []
        self._notes: dict[str, list[str]] = {"warning": [], "info": []}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was told beside the errors, warnings first."""
        with self._lock:
            return tuple(line for lines in self._notes.values() for line in lines)

    def __call__(self, event: EngineEvent) -> None:
        if event.resource_pre_event:
            self._tell(event.resource_pre_event.metadata, Phase.STARTED)
        elif event.res_outputs_event:
            self._tell(event.res_outputs_event.metadata, Phase.DONE)
        elif event.res_op_failed_event:
            self._tell(event.res_op_failed_event.metadata, Phase.FAILED)
        elif told := event.diagnostic_event:
            lines = self.errors if told.severity == "error" else self._notes.get(told.severity)
            if lines is not None:
                name = told.urn.rpartition("::")[2] if told.urn else ""
                self._keep(lines, _worded(told.message), name)

    def _tell(self, metadata: automation.StepEventMetadata, phase: Phase) -> None:
        operation = OPERATIONS.get(metadata.op)
        if operation is None:
            return
        event = (metadata.urn, operation, phase)
        with self._lock:
            if event in self._told:  # a component is done once more with its outputs
                return
            self._told.add(event)
        name = metadata.urn.rpartition("::")[2]
        self._on_step(Step(operation, phase, metadata.urn, metadata.type, name))

    def _keep(self, lines: list[str], message: str, name: str) -> None:
        if not message or NOT_TOLD.match(message):
            return
        line = message if not name or name in message else f"{name}: {message}"
        with self._lock:
            if line not in lines:
                lines.append(line)


@contextmanager
def _listening(on_step: OnStep) -> Iterator[_Listener]:
    listener = _Listener(on_step)
    with _readable(listener):
        yield listener


@contextmanager
def _readable(listener: _Listener | None = None) -> Iterator[None]:
    """Turn a failed command into what the engine itself reported, or what the CLI printed."""
    try:
        yield
    except automation.InvalidVersionError as error:
        raise EngineFailed(str(error)) from error
    except automation.CommandError as error:
        told = "\n".join(listener.errors if listener else []) or _printed(str(error))
        raise EngineFailed(f"{told}\n{BY_A_PERSON}" if BOUNDED in told else told) from error


def _worded(message: str) -> str:
    """A diagnostic without colours; of a traceback, what was raised."""
    text = COLOUR.sub("", message).strip()
    if "Traceback (most recent call last)" not in text:
        return text
    return text.splitlines()[-1].strip().removeprefix("Exception: ")


def _printed(result: str) -> str:
    """The errors among what a command printed, or all that it printed."""
    lines = [STREAM.sub("", COLOUR.sub("", line)).strip() for line in result.splitlines()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if any(LOGGED_OUT in error for error in errors):
        return "Pulumi is logged in to no backend; `maslow bootstrap -s ENV` says how to."
    return "\n".join(dict.fromkeys(errors)) or result.strip()


def _counted(changes: Mapping[OpType, int] | None) -> dict[Operation, int]:
    named = {operation.value for operation in Operation}
    return {Operation(op): count for op, count in (changes or {}).items() if op in named and count}


def _plain(outputs: automation.OutputMap) -> dict[str, Any]:
    return {name: SECRET if out.secret else out.value for name, out in outputs.items()}
