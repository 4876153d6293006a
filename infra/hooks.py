"""Resource hooks without an engine: they are called in this process.

The SDK serves a program's hooks to the engine over gRPC, and sends their names with each
registration. Here they are kept by those names, and a host that applies the program calls them.
https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from pulumi import ErrorHook, ErrorHookArgs, ResourceHook, ResourceHookArgs
from pulumi.runtime.proto import resource_pb2

Bindings = resource_pb2.RegisterResourceRequest.ResourceHooksBinding
"""The names of a resource's hooks, by the moments of its life."""

Applied = TypeVar("Applied")

MOST_RETRIES = 100
"""How often the engine lets hooks have a failed operation tried again."""


class HookFailed(Exception):
    """What a hook raised, with its name."""


class Hooks:
    """The hooks of one run of a program, by name; the SDK registers them."""

    def __init__(self) -> None:
        self._named: dict[str, Callable[[Any], Any]] = {}

    def register_resource_hook(self, hook: ResourceHook) -> None:
        """Keep a hook. It is the SDK that calls this, as it would call its own server."""
        self._named[hook.name] = hook

    def register_error_hook(self, hook: ErrorHook) -> None:
        """Keep a hook for failures, in the same way."""
        self._named[hook.name] = hook

    def call(self, name: str, args: ResourceHookArgs | ErrorHookArgs) -> Any:
        """What a hook answers. Raises HookFailed."""
        try:
            answer = self._named[name](args)
            return asyncio.run(_awaited(answer)) if inspect.isawaitable(answer) else answer
        except Exception as error:
            raise HookFailed(f"the hook {name} failed: {error}") from error


class Bound:
    """The hooks of one resource. `verb` is create, update or delete throughout."""

    def __init__(self, hooks: Hooks, names: Bindings) -> None:
        self._hooks = hooks
        self._names = names

    def before(self, verb: str, args: ResourceHookArgs) -> None:
        """Call what is to run before; nothing is to be done where it raises HookFailed."""
        self._call(getattr(self._names, f"before_{verb}"), args)

    def after(self, verb: str, args: ResourceHookArgs) -> None:
        """Call what is to run afterwards. Raises HookFailed: what was done stays done."""
        self._call(getattr(self._names, f"after_{verb}"), args)

    def attempt(
        self,
        verb: str,
        args: ResourceHookArgs,
        apply: Callable[[], Applied],
        failure: type[Exception],
    ) -> Applied:
        """What `apply` returns, asking the hooks after each `failure` whether to try it again.

        Raises the last failure where none of them says so, or after a hundred times.
        """
        failures: list[str] = []
        while True:
            try:
                return apply()
            except failure as error:
                failures.insert(0, str(error))
                told = _of_failure(verb, args, failures)
                again = [self._hooks.call(name, told) for name in self._names.on_error]
                if not any(again) or len(failures) > MOST_RETRIES:
                    raise

    def _call(self, names: Iterable[str], args: ResourceHookArgs) -> None:
        for name in names:
            self._hooks.call(name, args)


def _of_failure(verb: str, args: ResourceHookArgs, failures: Sequence[str]) -> ErrorHookArgs:
    return ErrorHookArgs(
        args.urn,
        args.id,
        args.name,
        args.type,
        args.new_inputs,
        args.old_inputs,
        args.old_outputs,
        verb,
        [*failures],
    )


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer
