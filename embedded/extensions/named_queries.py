"""Athena's DeleteNamedQuery, and GetNamedQuery's answer for a query that is not there.

https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteNamedQuery.html
"""

from typing import Any

from moto.athena.responses import AthenaResponse

from embedded.extensions.operations import add

_got_by_moto = AthenaResponse.get_named_query  # replaced below

Answer = str | tuple[str, dict[str, int]]


def install() -> None:
    """Add the operations to moto's Athena."""
    add(AthenaResponse, delete_named_query, get_named_query)


def delete_named_query(self: AthenaResponse) -> Answer:
    """DeleteNamedQuery."""
    queries: dict[str, Any] = self.athena_backend.named_queries
    id_ = self._get_param("NamedQueryId")
    if id_ not in queries:
        return _missing(self, id_)
    del queries[id_]
    return "{}"


def get_named_query(self: AthenaResponse) -> Answer:
    """GetNamedQuery."""
    id_ = self._get_param("NamedQueryId")
    if id_ not in self.athena_backend.named_queries:
        return _missing(self, id_)
    return _got_by_moto(self)


def _missing(response: AthenaResponse, id_: str) -> Answer:
    return response.error(f"NamedQuery {id_} was not found", 400)
