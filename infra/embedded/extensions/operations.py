"""How an extension meets moto: its operations on a Response class, its state on a backend."""

from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BaseBackend


def add(target: type, *operations: Callable[..., Any]) -> None:
    """Set each function on `target`, a Response or Backend class, under its own name."""
    for operation in operations:
        setattr(target, operation.__name__, operation)


def kept(backend: BaseBackend, name: str) -> dict[str, Any]:
    """A dictionary of that name on the backend, begun empty, forgotten by moto's reset."""
    state: dict[str, Any] = vars(backend).setdefault(name, {})
    return state
