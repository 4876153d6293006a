"""One function's process: it loads a handler, and calls it with each event that it is given.

Started as `python -P worker.py <folder of the code> <module.function>`: by path, so that it imports
nothing but the standard library before the function's own code. It says in a line of JSON whether
the handler is there, and then answers each line of its standard input, `{"id": …, "event": …}`, by
`{"payload": …}` or `{"error": {"errorMessage", "errorType", "stackTrace"}}`. What the code prints
goes to its standard error. It ends with its standard input.

https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Context:
    """What a handler is told of its invocation; the rest of AWS's context is not there.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    aws_request_id: str
    function_name: str = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
    function_version: str = "$LATEST"


def main(folder: str, name: str) -> None:
    """Load the handler, and answer until there is nothing more to read."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        handler = load(folder, name)
    except Exception as error:  # noqa: BLE001  the code is anybody's
        say({"error": told(error)})
        return
    say({})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            payload = json.dumps(handler(asked["event"], Context(asked["id"])))
        except Exception as error:  # noqa: BLE001
            say({"error": told(error)})
        else:
            say({"payload": payload})


def load(folder: str, name: str) -> Callable[[Any, Context], Any]:
    """The handler of the code in a folder. Raises whatever its import raises."""
    sys.path.insert(0, folder)
    module, _, function = name.rpartition(".")
    found: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), function)
    return found


def told(error: Exception) -> dict[str, Any]:
    """An error as Lambda answers it."""
    traceback.print_exception(error)
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
