"""How an extension meets moto: its operations on a Response class, its state on a backend."""

from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult, BaseResponse
from moto.utilities.paginator import Paginator

PAGE_LENGTH = 100


def add(target: type, *operations: Callable[..., Any]) -> None:
    """Set each function on `target`, a Response or Backend class, under its own name."""
    for operation in operations:
        setattr(target, operation.__name__, operation)


def asked_of(response: BaseResponse, *members: str) -> dict[str, Any]:
    """Those members of a request that it has."""
    values = {member: response._get_param(member) for member in members}  # noqa: SLF001
    return {member: value for member, value in values.items() if value is not None}


def kept(backend: BaseBackend, name: str) -> dict[str, Any]:
    """A dictionary of that name on the backend, begun empty, forgotten by moto's reset."""
    state: dict[str, Any] = vars(backend).setdefault(name, {})
    return state


def paged(
    response: BaseResponse,
    key: str,
    entries: list[dict[str, Any]],
    unique: str,
    *,
    by: str = "MaxResults",
    after: str = "NextToken",
) -> ActionResult:
    """One page of `entries` under `key`, by the request's parameters `by` and `after`.

    `unique` names the member by which an entry is found again.
    """
    paginator = Paginator(
        max_results=response._get_param(by),  # noqa: SLF001  moto's responses use it so
        max_results_default=PAGE_LENGTH,
        starting_token=response._get_param(after),  # noqa: SLF001
        unique_attribute=unique,
    )
    page, token = paginator.paginate(entries)
    return ActionResult({key: page} | ({after: token} if token else {}))
