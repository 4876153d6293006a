"""A model of SageMaker's XGBoost as its image serves it, in a process of its own.

Started as `python -P -m embedded.sagemaker.algorithms.xgboost_serving <model directory> <folder>`:
serving.py tells what it is asked and how. With SAGEMAKER_PROGRAM the script of that name serves,
and what it does not define of itself takes and gives matrices of XGBoost's.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#InputOutput-XGBoost
https://github.com/aws/sagemaker-xgboost-container
"""

import json
import os
import pickle
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from embedded.sagemaker import serving
from embedded.sagemaker.algorithms.xgboost_data import LIBSVM, PARQUET, format_of, libsvm, table
from embedded.sagemaker.algorithms.xgboost_parameters import UserError
from embedded.sagemaker.serving import ANY, CSV, JSON, Answer, Defaults, Handler, failure

ACCEPTS = (CSV, JSON)
NOT_DONE = ("SAGEMAKER_INFERENCE_ENSEMBLE", "SAGEMAKER_INFERENCE_OUTPUT")
"""Variables by which the image averages several models, or tells more than predictions."""


class Algorithm:
    """The model of a training job of the algorithm, or of a script that saved one like it."""

    def __init__(self, directory: Path) -> None:
        """Load the first file of the directory. Raises FileNotFoundError where there is none."""
        self._model = _loaded(next(_files(directory)))

    def answer(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Answer one request: a prediction for each record, as CSV or JSON.

        What cannot be read is 415, what the model does not take 400, and another Accept 406.
        """
        if not body:
            return Answer(int(HTTPStatus.NO_CONTENT), "text/plain", b"")
        try:
            data = matrix(body, content_type)
        except UserError as error:
            return failure(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error))
        wanted = accept.partition(";")[0].strip().lower()
        if not wanted or wanted == ANY:
            wanted = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", CSV)
        if wanted not in ACCEPTS:
            known = ", ".join(ACCEPTS)
            said = f"Accept type {accept} is not supported. Please use {known}."
            return failure(HTTPStatus.NOT_ACCEPTABLE, said)
        try:
            predictions = self._model.predict(data, validate_features=False).tolist()
        except ValueError as error:  # what XGBoost raises is one
            said = f"Unable to evaluate payload provided: {error}"
            return failure(HTTPStatus.BAD_REQUEST, said)
        return Answer(int(HTTPStatus.OK), wanted, _encoded(predictions, wanted))


def matrix(body: bytes, content_type: str) -> Any:
    """A request's records as XGBoost takes them. Raises UserError for what cannot be read."""
    import xgboost

    kind = format_of(content_type)
    if kind == PARQUET:
        raise UserError(f"Content-type {content_type} is not supported.")
    if kind == LIBSVM:
        return xgboost.DMatrix(libsvm(body.decode(), has_labels=False).features)
    return xgboost.DMatrix(table(body))


def load(directory: Path) -> Algorithm | Handler:
    """Load the model, by its script where it has one.

    Raises NotImplementedError where a variable asks the algorithm for what is not done here.
    """
    if not os.environ.get("SAGEMAKER_PROGRAM"):
        for name in NOT_DONE:
            if os.environ.get(name):
                raise NotImplementedError(f"{name} is not emulated")
        return Algorithm(directory)
    defaults = Defaults(
        read=lambda content, kind: matrix(
            content if isinstance(content, bytes) else content.encode(), kind
        ),
        predict=lambda data, model: model.predict(data, validate_features=False),
    )
    return serving.load(directory, defaults)


def _files(directory: Path) -> Iterator[Path]:
    found = [path for path in sorted(directory.iterdir()) if path.is_file()]
    shown = [path for path in found if not path.name.startswith(".")]
    if not shown:
        raise FileNotFoundError("the model's tarball has no file for XGBoost to load")
    yield from shown


def _loaded(path: Path) -> Any:
    """A Booster that was pickled, as those of images before 1.3-1 are, or saved by XGBoost."""
    import xgboost

    content = path.read_bytes()
    try:
        return pickle.loads(content)  # noqa: S301  by the process that serves the model, alone
    except Exception:  # noqa: BLE001  bytes that are no pickle raise what they like
        return xgboost.Booster(model_file=bytearray(content))


def _encoded(predictions: list[Any], accept: str) -> bytes:
    if accept == JSON:
        scores = [{"score": one} for one in predictions]
        return json.dumps({"predictions": scores}).encode()
    if os.environ.get("SAGEMAKER_BATCH"):
        return "".join(f"{one}\n" for one in predictions).encode()
    rows = [one if isinstance(one, list) else [one] for one in predictions]
    return "".join(f"{','.join(map(str, row))}\n" for row in rows).encode()


if __name__ == "__main__":
    serving.main(load)
