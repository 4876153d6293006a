"""JSONata for moto's state machines: it parses the language and lacks what evaluates it.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import json
from typing import Any

from jsonata import Jsonata
from moto.stepfunctions.parser.asl.jsonata import jsonata as interpreter


def install() -> None:
    """Have moto's interpreter evaluate JSONata."""
    interpreter._eval_jsonata = evaluate  # noqa: SLF001  moto keeps its evaluator there


def evaluate(expression: str) -> Any:
    """The value of an expression that holds its own input, as JSON knows it; None for nothing.

    Raises moto's JSONataException for an expression that can't be evaluated.
    """
    try:
        return json.loads(json.dumps(Jsonata(expression).evaluate(None)))
    except Exception as error:
        raise interpreter.JSONataException("States.QueryEvaluationError", str(error)) from error
