"""The HTTP side of the embedded AWS: moto's application, served quietly and stopped wholly.

Importing this module imports moto: a second's work, left to the moment a Cloud starts.
"""

import io
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from moto.core import utils as moto_utils
from moto.core.config import default_user_config
from moto.iam import models as iam
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import ThreadedWSGIServer

from embedded.turns import turn

log = logging.getLogger(__name__)
# What a state machine fails by is told by its execution; no log of moto's is for the terminal.
logging.getLogger("moto").addHandler(logging.NullHandler())

NO_ROUTE = ("404", "405")
A_PAGE = b"<!doctype html>"
"""How what Flask says of a path that moto does not know begins: no service answers so."""
XML_SERVICES = {"s3", "cloudfront", "route53"}
POLL_SECONDS = 0.02

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Server(ThreadedWSGIServer):
    """moto's server on a socket that listens already, in a thread of its own."""

    def __init__(self, listening: socket.socket) -> None:
        host, port = listening.getsockname()
        super().__init__(host, port, application(), _QuietHandler, fd=listening.fileno())
        listening.close()  # it has another one of the same port, which `stop` closes
        self.stopped = False
        self._connections: set[socket.socket] = set()
        self._thread = threading.Thread(
            target=self.serve_forever, args=(POLL_SECONDS,), name="embedded-aws", daemon=True
        )

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection, so that no client waits for an answer."""
        self.stopped = True
        if self._thread.ident is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("a connection was closed by its client")

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection, and remember it."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, and forget it."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Keep a broken connection off the user's terminal."""
        log.debug("a connection broke", exc_info=True)


class _QuietHandler(MotoRequestHandler):
    def make_environ(self) -> dict[str, Any]:
        """The request with the whole of its body: none waits for a slow client in its own turn."""
        environ: dict[str, Any] = super().make_environ()
        stream = environ["wsgi.input"]
        chunked = "wsgi.input_terminated" in environ
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = io.BytesIO(stream.read() if chunked else stream.read(length))
        return environ

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        log.debug("%s %s", type, message % args if args else message)


class Application(DomainDispatcherApplication):
    """moto's application, answering what it lacks as an AWS error instead of an HTML page."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._backends: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The moto module that serves `host`. Raises NotImplementedError if there is none.

        moto lists its folder and tries its patterns at each request: what it found is kept.
        """
        if host not in self._backends:
            self._backends[host] = self._backend(host)
        return self._backends[host]

    def _backend(self, host: str | None) -> Any:
        if host and "amazonaws.com" in host:
            url = f"http://{host}"
            if not any(pattern.match(url) for _, pattern in self.backend_url_patterns):
                raise NotImplementedError(f"The service at {host} has not been implemented")
        return super().get_backend_for_host(host)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request, when those before it are."""
        begun: list[Any] = []

        def begin(*begins: Any) -> None:
            begun[:] = begins

        try:
            with turn():
                answer: Iterable[bytes] = super().__call__(environ, begin)
                if begun[0].startswith(NO_ROUTE):
                    answer = _routed(environ, [*answer])
                start_response(*begun)
        except NotImplementedError as error:
            return _failure(environ, start_response, "501 Not Implemented", "NotImplemented", error)
        except Exception as error:
            log.debug("moto failed", exc_info=True)
            status = "500 Internal Server Error"
            return _failure(environ, start_response, status, "InternalFailure", error)
        return answer


@cache
def application() -> Application:
    """The one application of this process: it keeps how moto routes, and no resource."""
    return Application()


vars(moto_utils)["create_loader"] = cache(vars(moto_utils)["create_loader"])
"""moto reads each model by a loader of its own, which looks through all services first."""


def configure(account_id: str) -> Callable[[], None]:
    """Have moto run the state machines that it is given, and take who is unknown for the account's.

    Who has taken a role in another account is that account's. Returns what takes both back.
    """
    known, machines = vars(iam), default_user_config["stepfunctions"]
    account = known["DEFAULT_ACCOUNT_ID"]
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    known["DEFAULT_ACCOUNT_ID"] = account_id

    def restore() -> None:
        default_user_config["stepfunctions"] = machines
        known["DEFAULT_ACCOUNT_ID"] = account

    return restore


def reset() -> None:
    """Forget every resource of every account and region."""
    with turn():
        moto_api_backend.reset()


def _routed(environ: dict[str, Any], answer: list[bytes]) -> list[bytes]:
    """The answer. Raises NotImplementedError for one that no service has given."""
    if b"".join(answer).startswith(A_PAGE):
        path = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        raise NotImplementedError(f"{path} of {_service(environ)} has not been implemented")
    return answer


def _failure(
    environ: dict[str, Any],
    start_response: StartResponse,
    status: str,
    code: str,
    error: Exception,
) -> list[bytes]:
    message = str(error) if code == "NotImplemented" else f"{type(error).__name__}: {error}"
    content_type = environ.get("CONTENT_TYPE", "")
    if content_type.startswith("application/x-www-form-urlencoded"):
        content = (
            f"<ErrorResponse><Error><Code>{code}</Code><Message>{escape(message)}</Message>"
            "</Error></ErrorResponse>"
        )
    elif _service(environ) in XML_SERVICES:
        content = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    else:
        content = json.dumps({"__type": code, "message": message})
    body = content.encode()
    kind = "text/xml" if content.startswith("<") else "application/json"
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("x-amzn-ErrorType", code),
    ]
    start_response(status, headers)
    return [body]


def _service(environ: dict[str, Any]) -> str:
    """The signing name in `Credential=<key>/<date>/<region>/<service>/aws4_request`."""
    scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].partition(",")[0]
    parts = scope.split("/")
    return parts[-2] if len(parts) > 1 else ""
