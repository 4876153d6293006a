"""What moto's state machines lack: JSONata, definitions read apart, and one's validation by itself.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

import json
from typing import Any

from jsonata import Jsonata
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import InvalidDefinition
from moto.stepfunctions.parser.asl.jsonata import jsonata as interpreter
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from embedded import clock
from embedded.extensions.operations import add


def install() -> None:
    """Have moto's interpreter evaluate JSONata, and read each definition by itself."""
    interpreter._eval_jsonata = evaluate  # noqa: SLF001  moto keeps its evaluator there
    Preprocessor.__init__ = _without_scopes  # type: ignore[method-assign,assignment]
    add(StepFunctionResponse, validate_state_machine_definition, list_state_machine_versions)


def _without_scopes(self: Preprocessor) -> None:
    """Begin outside of any state: moto keeps the languages of scopes for all definitions in one.

    One that is refused would leave its own there, and one that is read meanwhile add to it.
    """
    self._query_language_per_scope = []


def validate_state_machine_definition(self: StepFunctionResponse) -> ActionResult:
    """ValidateStateMachineDefinition, by what CreateStateMachine refuses."""
    definition = self._get_param("definition")
    diagnostics = []
    try:
        json.loads(definition)
        StepFunctionsParserBackend._validate_definition(definition)  # noqa: SLF001
    except ValueError as error:
        diagnostics = [_diagnostic("INVALID_JSON_DESCRIPTION", str(error))]
    except InvalidDefinition as error:
        diagnostics = [_diagnostic("SCHEMA_VALIDATION_FAILED", str(error.message))]
    result = "FAIL" if diagnostics else "OK"
    return ActionResult({"result": result, "diagnostics": diagnostics, "truncated": False})


def list_state_machine_versions(self: StepFunctionResponse) -> ActionResult:
    """ListStateMachineVersions: moto publishes none."""
    self.stepfunction_backend.describe_state_machine(self._get_param("stateMachineArn"))
    return ActionResult({"stateMachineVersions": []})


def _diagnostic(code: str, message: str) -> dict[str, str]:
    return {"severity": "ERROR", "code": code, "message": message}


class _Jsonata(Jsonata):  # type: ignore[misc]  # it has no types
    """JSONata whose $now() and $millis() tell the Cloud's time, for a whole evaluation the same."""

    @property
    def timestamp(self) -> int:
        return self._at

    @timestamp.setter
    def timestamp(self, _of_the_machine: int) -> None:
        self._at = int(clock.now().timestamp() * 1000)


def evaluate(expression: str) -> Any:
    """The value of an expression that holds its own input, as JSON knows it; None for nothing.

    Its time is the Cloud's. $parse is one of the functions that Step Functions adds to JSONata:
    https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions

    Raises moto's JSONataException for an expression that can't be evaluated.
    """
    try:
        compiled = _Jsonata(expression)
        compiled.register_lambda("parse", json.loads)
        return json.loads(json.dumps(compiled.evaluate(None)))
    except Exception as error:
        raise interpreter.JSONataException("States.QueryEvaluationError", str(error)) from error
