"""Makes the catalog's calls on the embedded AWS through boto3, and words what it refuses."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.validate import ParamValidator

from catalog.record import Call, Type, Values
from catalog.templates import NAMED, filled, found_at
from embedded.inputs import parameters_of
from embedded.translate import input_shape

MISSING_CODES = re.compile(r"NotFound|NoSuch|NotExist|NonExist|^404$")
MISSING_MESSAGES = re.compile(
    r"(could not|cannot|unable to) (find|describe)|does(n't| not) exist|not found|no .* found"
    r"|is not subscribed|is not owned by the current account|no permissions revoked",
    re.IGNORECASE,
)
WORDED_CODES = {
    "ValidationException",
    "ValidationError",
    "InvalidRequestException",
    "InvalidAccessException",
    "BadRequestException",
    "InvalidInputException",
}
"""Codes by which some services say in words alone that a resource is not there."""


class Clients(Protocol):
    """What the embedded AWS must offer: clients for one account and region."""

    region: str

    def client(self, service: str) -> Any:
        """A boto3 client."""


class CallFailed(Exception):
    """A call that AWS, or botocore on its behalf, refused: one readable sentence.

    `code` is AWS's error code, or the name of botocore's exception (`ParamValidationError`).
    """

    def __init__(self, type_: str, name: str, operation: str, code: str, message: str) -> None:
        said = " ".join(message.split())
        super().__init__(f"{type_} {name}: {operation} was refused with {code}: {said}")
        self.code = code
        self.message = message

    @property
    def missing(self) -> bool:
        """Whether AWS says that the resource is not there."""
        in_words = self.code in WORDED_CODES and MISSING_MESSAGES.search(self.message)
        return bool(MISSING_CODES.search(self.code) or in_words)


class Caller:
    """Calls operations; it keeps a client for each service."""

    def __init__(self, cloud: Clients) -> None:
        self._cloud = cloud
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The boto3 client of a service."""
        if service not in self._clients:
            self._clients[service] = self._cloud.client(service)
        return self._clients[service]

    def __call__(
        self, entry: Type, call: Call, inputs: Values, context: Mapping[str, Any]
    ) -> Values:
        """The response to `call` with `inputs` and what the templates make of `context`.

        It is empty where the embedded AWS does not have the service.

        Raises UnsupportedInput, and CallFailed for what AWS refuses.
        """
        parameters = parameters_of(entry, call, inputs, context)
        name = str(context.get(entry.name or "name") or context.get("id", ""))
        try:
            if not entry.emulated:
                _validate(entry.service, call.operation, parameters)
                return {}
            method = getattr(self.client(entry.service), xform_name(call.operation))
            response: Values = method(**parameters)
        except ClientError as error:
            answer = error.response["Error"]
            code, message = answer.get("Code", "Unknown"), answer.get("Message", "")
            raise CallFailed(entry.token, name, call.operation, code, message) from error
        except BotoCoreError as error:
            code = type(error).__name__
            raise CallFailed(entry.token, name, call.operation, code, str(error)) from error
        return response


def _validate(service: str, operation: str, parameters: Values) -> None:
    report = ParamValidator().validate(parameters, input_shape(service, operation))
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


def found(call: Call, response: Values, context: Mapping[str, Any]) -> Any:
    """The resource in a response, None where it is not there."""
    return found_at(filled(call.at, context), response) if call.at else response


def outputs_of(call: Call, resource: Any, context: Mapping[str, Any]) -> Values:
    """The outputs that a call declares, without those that have no value."""
    outputs: Values = {}
    for name, path in call.outputs.items():
        known = {**context, **outputs}
        templated = NAMED.search(path)
        outputs[name] = filled(path, known) if templated else found_at(path, resource)
    return {name: _plain(value) for name, value in outputs.items() if value is not None}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            return {key: _plain(item) for key, item in value.items() if item is not None}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
