"""The cluster's API, as a pod asks it: by the token of its service account, which changes.

Pods bring this module along, so that it imports nothing of ours and works with Python 3.10.

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

import json
import os
import ssl
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
SECONDS = 30


class NotAnswered(Exception):
    """The API refused a request, or is away. `status` is HTTP's, 0 for none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Objects of one cluster, which has so many seconds for each answer."""

    def __init__(
        self,
        server: str,
        token: Callable[[], str],
        context: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._server, self._token, self._context = server, token, context
        self._seconds = seconds

    def create(self, path: str, manifest: Mapping[str, Any]) -> None:
        """Create an object; one of its name that is there already is as good.

        Raises NotAnswered.
        """
        try:
            self._ask("POST", path, manifest)
        except NotAnswered as error:
            if error.status != HTTPStatus.CONFLICT:
                raise

    def find(self, path: str, **query: str) -> dict[str, Any] | None:
        """An object or a list of them, None where there is none. Raises NotAnswered."""
        text = self.text(path, **query)
        return None if text is None else dict(json.loads(text))

    def text(self, path: str, **query: str) -> str | None:
        """What a path answers, None where there is nothing. Raises NotAnswered."""
        try:
            return self._ask("GET", f"{path}?{urlencode(query, safe='/')}" if query else path)
        except NotAnswered as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def delete(self, path: str) -> None:
        """Delete an object and what it owns; one that is gone is as good. Raises NotAnswered."""
        try:
            self._ask("DELETE", path, {"propagationPolicy": "Background"})
        except NotAnswered as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> str:
        asked = Request(  # noqa: S310 - the address is the cluster's
            f"{self._server}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token()}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urlopen(  # noqa: S310
                asked, timeout=self._seconds, context=self._context
            ) as answer:
                return str(answer.read().decode(errors="replace"))
        except HTTPError as refused:
            text = refused.read().decode(errors="replace")
            refused.close()
            raise NotAnswered(f"{method} {path}: {_message(text)}", refused.code) from None
        except OSError as error:
            raise NotAnswered(f"{method} {path}: {error}") from error


def in_cluster(account: Path = ACCOUNT, seconds: float = SECONDS) -> Api:
    """The API of the cluster that this pod is in, `account` having who it is there."""
    host, port = os.environ["KUBERNETES_SERVICE_HOST"], os.environ["KUBERNETES_SERVICE_PORT"]
    return Api(
        f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        lambda: (account / "token").read_text(encoding="utf-8").strip(),
        ssl.create_default_context(cafile=str(account / "ca.crt")),
        seconds,
    )


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (KeyError, TypeError, ValueError):
        return text[:300]
