"""Functions of Lambda are run: those in Python, by the Python of this machine.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import json
import uuid
import zipfile
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.core.exceptions import ServiceException
from moto.settings import moto_server_port

from embedded.clock import now
from embedded.cloud import HOST, client_environment
from embedded.extensions.operations import add
from embedded.extensions.run_logs import keep_lines
from embedded.lambdas.process import Code, Ended, Process
from embedded.turns import others_first

LOGGING = "logging_config"
_processes: dict[str, Process] = {}

_created_by_moto = LambdaBackend.create_function  # replaced below
_configured_by_moto = LambdaFunction.update_configuration
_told_by_moto = LambdaFunction.get_configuration


class InvalidRuntime(ServiceException):
    """A function in another language."""

    code = "InvalidRuntimeException"


def install() -> None:
    """Have moto's functions run here, and not in containers."""
    add(LambdaBackend, create_function)
    add(LambdaFunction, update_configuration, get_configuration, _invoke_lambda)


def close() -> None:
    """End every function's process."""
    for process in list(_processes.values()):
        process.stop()
    _processes.clear()


def create_function(self: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
    """CreateFunction, with where it logs, which moto leaves out."""
    function = _created_by_moto(self, spec)
    vars(function)[LOGGING] = spec.get("LoggingConfig") or {}
    return function


def update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
    """UpdateFunctionConfiguration, the same of it."""
    if "LoggingConfig" in config_updates:
        vars(self)[LOGGING] = config_updates["LoggingConfig"]
    return _configured_by_moto(self, config_updates)


def get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
    """GetFunction, with where it logs."""
    logging = {"LogFormat": "Text", "LogGroup": log_group_of(self), **vars(self).get(LOGGING, {})}
    return {**_told_by_moto(self, on_create), "LoggingConfig": logging}


def log_group_of(function: LambdaFunction) -> str:
    """The log group of a function."""
    told: dict[str, str] = vars(function).get(LOGGING) or {}
    return told.get("LogGroup") or f"/aws/lambda/{function.function_name}"


def run(function: LambdaFunction, event: Any) -> Ended:
    """Run a function on an event, and keep what it prints in its log.

    Others have their turns meanwhile: the function is a client of this cloud itself.
    Raises InvalidRuntime for one that is not in Python, or whose code is no ZIP archive.
    """
    runtime = function.run_time or "an image"
    if not runtime.startswith("python"):
        raise InvalidRuntime(f"The embedded AWS runs functions in Python, and not in {runtime}.")
    request = str(uuid.uuid4())
    process = _process(function)
    with others_first():
        try:
            ended = process.invoke(event, request)
        except zipfile.BadZipFile:
            raise InvalidRuntime(
                f"The code of {function.function_name} is no ZIP archive."
            ) from None
    stream = f"{now():%Y/%m/%d}/[$LATEST]{request.replace('-', '')}"
    keep_lines(function.logs_backend, log_group_of(function), stream, ended.printed)
    return ended


def _process(function: LambdaFunction) -> Process:
    """The process of a function; one of its former code is ended."""
    code = Code(
        function.code_bytes,
        str(function.handler),
        tuple(
            sorted(
                {
                    **(function.environment_vars or {}),
                    **client_environment(f"http://{HOST}:{moto_server_port()}", function.region),
                    "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
                    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                    "AWS_LAMBDA_LOG_GROUP_NAME": log_group_of(function),
                }.items()
            )
        ),
        int(function.timeout),
    )
    known = _processes.get(function.function_arn)
    if known is None or known.code != code:
        if known is not None:
            known.stop()
        known = _processes[function.function_arn] = Process(code)
    return known


def _invoke_lambda(self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    """What moto asks of a function: its payload, whether it failed, and its log."""
    ended = run(self, json.loads(event) if isinstance(event, str) else event or {})
    return ended.payload, ended.failed, ended.printed
