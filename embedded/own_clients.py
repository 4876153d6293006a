"""Clients of the Cloud for its own parts, such as a schedule that calls any operation.

They answer within the calling thread, which keeps its turn.
"""

from collections.abc import Callable
from typing import Any

Client = Callable[[str, str], Any]
"""The boto3 client of a service, in an account."""

_client: Client | None = None


def use(client: Client | None) -> None:
    """Have the clients of the Cloud that starts now, or none of one that ends."""
    global _client  # noqa: PLW0603  there is one cloud a process
    _client = client


def client(service: str, account: str) -> Any:
    """The client of a service in an account. Raises RuntimeError while no Cloud runs."""
    if _client is None:
        raise RuntimeError("the embedded AWS is not running")
    return _client(service, account)
