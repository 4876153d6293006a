"""Requests of this process's own clients, answered without a socket.

The server is for other processes. A boto3 client of the one that it runs in hands its request to
the same application directly, which spares a connection, a thread and HTTP's framing for each.
"""

import io
from collections.abc import Callable, Iterable
from http.client import HTTPMessage
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError
from moto.core.botocore_stubber import MockRawResponse
from moto.moto_server.werkzeug_app import MotoRequestHandler

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Transport:
    """What botocore's event `before-send` calls: it answers in place of the network.

    https://docs.aws.amazon.com/boto3/latest/guide/events.html
    """

    def __init__(self, application: Application, server: Any) -> None:
        self._application = application
        self._server = server

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """The response to one request. Raises EndpointConnectionError from a stopped server."""
        if self._server.stopped:
            raise EndpointConnectionError(endpoint_url=request.url)
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            started.append((status, headers))

        answered = self._application(self._environ(request), start_response)
        try:
            body = b"".join(answered)
        finally:
            if close := getattr(answered, "close", None):
                close()
        status, headers = started[-1]
        return AWSResponse(
            request.url, int(status.partition(" ")[0]), dict(headers), MockRawResponse(body)
        )

    def _environ(self, request: AWSPreparedRequest) -> dict[str, Any]:
        """The request as the server's own handler hands it to the application."""
        body = _bytes(request.body)
        handler = MotoRequestHandler.__new__(MotoRequestHandler)
        handler.server = self._server
        handler.client_address = self._server.server_address
        handler.command, handler.request_version = request.method, "HTTP/1.1"
        host, _, path = request.url.partition("://")[2].partition("/")
        handler.path = f"/{path}"
        handler.headers = HTTPMessage()
        handler.headers["Host"] = host
        for name, value in request.headers.items():
            text = value.decode() if isinstance(value, bytes) else str(value)
            if name.lower() not in ("transfer-encoding", "content-length", "expect", "host"):
                handler.headers[name] = text
        handler.headers["Content-Length"] = str(len(body))
        handler.rfile = io.BytesIO(body)
        handler.connection = None
        environ: dict[str, Any] = handler.make_environ()
        return environ


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    content: bytes = body.read()
    return content
