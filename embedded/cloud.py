"""Starts and stops the embedded AWS: moto's server, with our extensions, on a loopback port.

https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

import http.client
import os
import socket
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from embedded import clock, deploying, file_folders, outbox, own_clients, workplace

HOST = "127.0.0.1"
ACCOUNT_ID = "123456789012"
START_SECONDS = 60
UNKNOWN = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
"""Credentials that are nobody's, by which moto takes the caller for the cloud's account."""

_changing = threading.RLock()
_running: list["Cloud"] = []


class PortTaken(Exception):
    """The port that the embedded AWS was told to listen on belongs to another process."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Port {port} on {HOST} is taken. Stop what listens there, or choose another port."
        )
        self.port = port


def client_environment(url: str, region: str) -> dict[str, str]:
    """Environment variables that turn any AWS client to `url`, and to no other endpoint.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_SESSION_TOKEN": "embedded",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class Cloud:
    """The embedded AWS, empty at its start, running for as long as the `with` block.

    moto keeps its state per process, and so one process runs one Cloud at a time.

    It is one account, `account_id` or 123456789012, beside which there may be others: a client of
    one has taken a role there.

    Raises PortTaken when `port` is not free (0 takes any free one), RuntimeError when another
    Cloud runs in this process or the server does not answer within 60 seconds.
    """

    def __init__(
        self, region: str = "eu-west-1", *, account_id: str | None = None, port: int = 0
    ) -> None:
        self.region = region
        self.account_id = account_id or ACCOUNT_ID
        self._wanted_port = port
        self._port = 0
        self._undo = ExitStack()
        self._stopping = threading.RLock()
        self._making_clients = threading.RLock()
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._session: Any = None
        self._transport: Any = None
        self._clock: clock.Clock | None = None
        self._on_deploying: deploying.OnDeploying | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The endpoint of every service. Raises RuntimeError while the cloud does not run."""
        if not self._port:
            raise RuntimeError("the embedded AWS is not running")
        return f"http://{HOST}:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that turn any AWS client to this cloud, and to no other."""
        return client_environment(self.url, self.region)

    def client(self, service: str, account_id: str | None = None) -> Any:
        """The boto3 client of `service` on this cloud, blind to the user's own AWS settings.

        It is one of the cloud's account, or of another one by the credentials of a role there. One
        client per service serves every thread, as boto3's clients may. It does not retry: on
        a loopback address a second answer is the first.
        """
        with self._making_clients:
            key = service, account_id
            if key not in self._clients:
                self._clients[key] = self._client(service, account_id)
            return self._clients[key]

    def advance(self, seconds: float) -> int:
        """Put the clock forward, so that all that is due until then is done.

        Returns how many actions that were. Raises RuntimeError while the cloud does not run, and
        what clock.Clock.advance raises.
        """
        if self._clock is None or not self._port:
            raise RuntimeError("the embedded AWS is not running")
        return self._clock.advance(seconds)

    @property
    def on_deploying(self) -> deploying.OnDeploying | None:
        """Called with an endpoint's name before each minute of its rollout is let pass.

        So it is while who deploys waits for the endpoint, and what it raises ends the deployment.
        """
        return self._on_deploying

    @on_deploying.setter
    def on_deploying(self, who: deploying.OnDeploying | None) -> None:
        self._on_deploying = who
        if self in _running:
            deploying.tell(who)

    def outbox(self) -> dict[str, list[dict[str, Any]]]:
        """What topics have sent, and targets have not taken, as outbox.read() tells it."""
        return outbox.read()

    def files(self, file_system_id: str) -> Path:
        """The folder of this machine that holds the files of a file system of EFS or FSx.

        What is put there is what jobs find. Raises KeyError for a file system that is not there.
        """
        return Path(file_folders.read()[file_system_id])

    def start(self) -> None:
        """Start the server and wait until it answers; what fails on the way is taken back."""
        with _changing:
            if _running:
                raise RuntimeError("an embedded AWS already runs in this process")
            try:
                _running.append(self)
                self._start()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Stop the server, end every process, remove their folder, and forget every resource.

        What waits for one of them ends with it. Safe to repeat, and from another thread.
        """
        with self._stopping:
            try:
                self._undo.close()
            finally:
                self._port = 0
                self._clients.clear()
                with _changing:
                    if self in _running:
                        _running.remove(self)

    def _client(self, service: str, account_id: str | None) -> Any:
        import boto3
        import botocore.session
        from botocore.config import Config

        from embedded.translate import loader

        if self._session is None:
            settings = {
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
            }
            session = botocore.session.Session(settings)
            session.register_component("data_loader", loader())
            self._session = boto3.Session(botocore_session=session)
        client = self._session.client(
            service,
            region_name=self.region,
            endpoint_url=self.url,
            **(self._taken_role(account_id) if account_id else UNKNOWN),
            config=Config(
                retries={"total_max_attempts": 1},
                max_pool_connections=32,
                inject_host_prefix=False,  # 127.0.0.1 has no subdomains
            ),
        )
        client.meta.events.register("before-send", self._transport)
        return client

    def _taken_role(self, account_id: str) -> dict[str, str]:
        """The credentials of a role in another account, as boto3's clients take them."""
        taken = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account_id}:role/embedded", RoleSessionName="embedded"
        )["Credentials"]
        return {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }

    def _start(self) -> None:
        self._undo.callback(workplace.remove)
        workplace.remove()
        listening = self._undo.enter_context(_listen(self._wanted_port))
        port = int(listening.getsockname()[1])
        # moto's state machines call back on MOTO_PORT; boto3 inside moto fails on a profile that
        # the user's environment names and no file defines.
        self._set_environment("MOTO_PORT", str(port))
        # Where it is set, moto answers every request as that account's, whatever its credentials.
        self._set_environment("MOTO_ACCOUNT_ID", None)
        self._set_environment("AWS_PROFILE", None)
        self._set_environment("AWS_DEFAULT_PROFILE", None)

        from embedded import extensions
        from embedded.server import Server, configure, reset
        from embedded.transport import Transport

        self._undo.callback(reset)
        reset()
        self._undo.callback(extensions.close)
        outbox.forget()
        self._clock = clock.begin()
        extensions.install()
        self._undo.callback(configure(self.account_id))
        server = Server(listening)
        self._transport = Transport(server.app, server)
        self._undo.callback(server.stop)
        server.start()
        deploying.tell(self._on_deploying)
        self._undo.callback(deploying.tell, None)
        own_clients.use(self.client)
        self._undo.callback(own_clients.use, None)
        self._undo.callback(self._clock.stop)
        self._undo.callback(workplace.close)
        self._port = port
        _await_answer(port)
        self._clock.start()

    def _set_environment(self, name: str, value: str | None) -> None:
        self._undo.callback(_assign, name, os.environ.get(name))
        _assign(name, value)


def _assign(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise PortTaken(port) from error
    return listening


def _await_answer(port: int) -> None:
    connection = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/moto-api/config")
        status = connection.getresponse().status
    except OSError as error:
        raise RuntimeError(f"the embedded AWS does not answer on port {port}") from error
    finally:
        connection.close()
    if status >= http.client.BAD_REQUEST:
        raise RuntimeError(f"the embedded AWS answers {status} on port {port}")
