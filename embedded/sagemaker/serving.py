"""One model's serving process: what SageMaker's scikit-learn container does around its handler.

Started as `python -P serving.py <model directory> <folder>`: by path, so that it imports nothing
but the standard library before the model's own code, and as the leader of its own process group.
It loads `code/inference.py` of the directory, or the file that SAGEMAKER_PROGRAM names, and then
answers requests from its standard input. When that ends, even because the program that started it
was killed, it removes the folder, with the one around it if that is empty then, and ends with all
that the model has started.

A frame, either way, is a line of JSON with the body's `length` in bytes, and the body.

The handler's contract, its defaults and its error statuses are those of
https://github.com/aws/sagemaker-scikit-learn-container
"""

import importlib.util
import io
import json
import os
import shutil
import signal
import sys
import traceback
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

CSV, JSON, NPY = "text/csv", "application/json", "application/x-npy"
TEXT_TYPES = (CSV, JSON)
ANY = "*/*"


class UnsupportedFormat(Exception):
    """A content type that the container does not know."""


class Answer(NamedTuple):
    """What the process says of one request: an HTTP status, a content type and a body."""

    status: int
    content_type: str
    body: bytes


def write_frame(stream: IO[bytes], header: dict[str, Any], body: bytes) -> None:
    """Write one frame."""
    stream.write(json.dumps(header | {"length": len(body)}).encode() + b"\n" + body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame; None at the stream's end, even in a frame's midst."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        return None
    header: dict[str, Any] = json.loads(line)
    body = stream.read(header["length"])
    return (header, body) if len(body) == header["length"] else None


class Defaults(NamedTuple):
    """What a container does where the handler does not say."""

    read: "Callable[[Any, str], Any]"
    """Makes data of a request's content and its type."""
    predict: "Callable[[Any, Any], Any]"
    """Has a model, which comes second, predict of data."""


class Model(Protocol):
    """Something that answers requests."""

    def answer(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Answer one request."""


class Handler:
    """The model and its functions, each the handler's own or the container's default."""

    def __init__(self, module: ModuleType, directory: str, defaults: Defaults) -> None:
        own = vars(module)
        self._input: Callable[..., Any] = own.get("input_fn", defaults.read)
        self._predict: Callable[..., Any] = own.get("predict_fn", defaults.predict)
        self._output: Callable[..., Any] = own.get("output_fn", default_output)
        self._transform: Callable[..., Any] | None = own.get("transform_fn")
        if "model_fn" not in own:
            raise NotImplementedError("Please provide a model_fn implementation")
        self._model = own["model_fn"](directory)

    def answer(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Answer one request.

        A type that the container's own functions do not know is 415 or 406. What a function of the
        handler's own raises is the container's failure, of whichever type.
        """
        content_type = content_type or JSON
        if not accept or accept == ANY:
            accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
        content: Any = body.decode() if _media_type(content_type) in TEXT_TYPES else body
        if self._transform:
            return _as_answer(self._transform(self._model, content, content_type, accept), accept)
        try:
            data = self._input(content, content_type)
        except UnsupportedFormat as error:
            return failure(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
        prediction = self._predict(data, self._model)
        try:
            return _as_answer(self._output(prediction, accept), accept)
        except UnsupportedFormat as error:
            return failure(HTTPStatus.NOT_ACCEPTABLE, str(error))


def failure(status: HTTPStatus, message: str) -> Answer:
    """An answer that says what went wrong."""
    return Answer(int(status), "text/plain", message.encode())


def default_input(content: Any, content_type: str) -> Any:
    """An array of what came. Raises UnsupportedFormat unless it is CSV, JSON or NPY."""
    import numpy as np

    kind = _media_type(content_type)
    if kind == NPY:
        return np.load(io.BytesIO(content), allow_pickle=False)
    if kind == JSON:
        return np.array(json.loads(content)).astype(np.float32)
    if kind == CSV:
        return np.genfromtxt(io.StringIO(content), delimiter=",").astype(np.float32)
    raise UnsupportedFormat(f"Content type {content_type} is not supported by this framework.")


def default_predict(data: Any, model: Any) -> Any:
    """What the model predicts of the data."""
    return model.predict(data)


def default_output(prediction: Any, accept: str) -> tuple[bytes, str]:
    """The prediction as asked for. Raises UnsupportedFormat unless that is CSV, JSON or NPY."""
    import numpy as np

    kind = _media_type(accept)
    array = np.asarray(prediction)
    if kind == JSON:
        return json.dumps(array.tolist()).encode(), accept
    stream = io.BytesIO()
    if kind == CSV:
        np.savetxt(stream, array, delimiter=",", fmt="%s")
    elif kind == NPY:
        np.save(stream, array)
    else:
        raise UnsupportedFormat(f"Content type {accept} is not supported by this framework.")
    return stream.getvalue(), accept


OF_SCIKIT_LEARN = Defaults(default_input, default_predict)


def load(directory: Path, defaults: Defaults = OF_SCIKIT_LEARN) -> Handler:
    """Import the handler and load the model."""
    code = directory / "code"
    program = code / os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
    if not program.is_file():
        raise FileNotFoundError(f"the model's tarball has no code/{program.name}")
    sys.path.insert(0, str(code))
    spec = importlib.util.spec_from_file_location(program.stem, program)
    if spec is None or spec.loader is None:
        raise ImportError(f"code/{program.name} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[program.stem] = module
    spec.loader.exec_module(module)
    return Handler(module, str(directory), defaults)


def serve(
    directory: Path,
    requests: IO[bytes],
    answers: IO[bytes],
    load_model: "Callable[[Path], Model]" = load,
) -> None:
    """Answer requests until they end; the first frame out says whether the model loaded."""
    try:
        handler = load_model(directory)
    except Exception:  # noqa: BLE001  the model's code may raise what it likes
        _send(answers, failure(HTTPStatus.INTERNAL_SERVER_ERROR, traceback.format_exc()))
        requests.read()
        return
    _send(answers, Answer(HTTPStatus.OK, "text/plain", b""))
    while request := read_frame(requests):
        header, body = request
        try:
            answer = handler.answer(body, header["content_type"], header["accept"])
        except Exception:  # noqa: BLE001
            traceback.print_exc()
            answer = failure(HTTPStatus.INTERNAL_SERVER_ERROR, traceback.format_exc())
        _send(answers, answer)


def main(load_model: "Callable[[Path], Model]" = load) -> None:
    """Serve the model directory named on the command line, and remove the folder named after it.

    The handler's prints must not reach the stream of answers, and so standard output becomes
    standard error first.
    """
    _, model, folder = sys.argv
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(Path(model), sys.stdin.buffer, answers, load_model)
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        Path(folder).parent.rmdir()
    os.killpg(0, signal.SIGKILL)


def _send(stream: IO[bytes], answer: Answer) -> None:
    header = {"status": answer.status, "content_type": answer.content_type}
    write_frame(stream, header, answer.body)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _as_answer(result: Any, accept: str) -> Answer:
    """What output_fn returns: the data, the data and its content type, or a Flask response."""
    if hasattr(result, "status_code"):
        return Answer(result.status_code, result.mimetype, result.get_data())
    data, content_type = result if isinstance(result, tuple) else (result, accept)
    body = data if isinstance(data, bytes) else str(data).encode()
    return Answer(int(HTTPStatus.OK), content_type, body)


if __name__ == "__main__":
    main()
