"""How the endpoint answers: the four functions of SageMaker's scikit-learn container.

https://sagemaker.readthedocs.io/en/v2/frameworks/sklearn/using_sklearn.html

A request is one of

- image/png: a file, of any size,
- application/x-npy: an array of uint8 in numpy's format, of the shape (height, width), or (images,
  height, width) for several,
- application/json, as REQUEST declares it: {"instances": [{"image": "<PNG in Base64>"}, …]}.

Each answer has, beside what answering.py says, what was seen of the image under `seen`: brightness,
contrast and sharpness.
"""

import base64
import binascii
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import images
import joblib
import numpy as np
from answering import (
    Malformed,
    Prediction,
    classified,
    instances,
    media_type,
    output_fn,
    requests,
)

__all__ = ["Malformed", "Prediction", "input_fn", "model_fn", "output_fn", "predict_fn"]

PNG, NPY, JSON = "image/png", "application/x-npy", "application/json"
CONTENT_TYPES = (PNG, NPY, JSON)
IMAGE = "image"
MOST_TEXT = 8_000_000
REQUEST = requests(
    IMAGE,
    {
        "type": "string",
        "minLength": 1,
        "maxLength": MOST_TEXT,
        "contentEncoding": "base64",
        "contentMediaType": PNG,
    },
)
"""The JSON Schema of a request in JSON."""


class Model(NamedTuple):
    """A classifier of images, and what it predicts."""

    estimator: Any
    """With `classes_` and `predict_proba`, of features or of whole images."""
    kind: str
    """`binary` or `multiclass`."""
    target: str
    features: list[dict[str, str]]
    """None: an image is no column that could be profiled."""
    algorithm: str
    shape: list[int]
    """Height and width that it has learned from, in pixels."""


def model_fn(model_dir: str) -> Model:
    """Load what train.py wrote. Raises ValueError for a model of images of another size."""
    folder = Path(model_dir)
    schema = json.loads((folder / "schema.json").read_text())
    if schema["shape"] != list(images.SHAPE):
        raise ValueError(f"the model has learned from {schema['shape']}, not {images.SHAPE}")
    if schema["algorithm"] == "cnn":
        import network

        return Model(network.load(folder), **schema)
    return Model(joblib.load(folder / "model.joblib"), **schema)


def input_fn(request_body: Any, content_type: str) -> list[Any] | Malformed:
    """The images of a request, each as an array or as an object that has it in Base64."""
    kind = media_type(content_type)
    try:
        if kind == PNG:
            return [images.decode(request_body)]
        if kind == NPY:
            return _arrays(request_body)
        if kind == JSON:
            return instances(request_body) or Malformed("the request has no row")
    except ValueError as error:
        return Malformed(str(error))
    return Malformed(f"{content_type} is neither {' nor '.join(CONTENT_TYPES)}")


def predict_fn(rows: list[Any] | Malformed, model: Model) -> Prediction | Malformed:
    """Tell the class of each image."""
    if isinstance(rows, Malformed):
        return rows
    try:
        stack = np.array([images.normalised(_image(row)) for row in rows])
    except ValueError as error:
        return Malformed(str(error))
    probabilities = model.estimator.predict_proba(inputs(stack, model.algorithm))
    return classified(model.kind, model.estimator.classes_, probabilities, images.seen_of(stack))


def inputs(stack: np.ndarray, algorithm: str) -> np.ndarray:
    """What an algorithm takes of images: a network takes them whole."""
    return stack if algorithm == "cnn" else images.features(stack)


def _image(row: Any) -> np.ndarray:
    """The image of a row. Raises ValueError for a row that has none."""
    if isinstance(row, np.ndarray):
        return row
    if not isinstance(row, dict):
        raise ValueError(f"a row is no object: {str(row)[:60]}")
    text = row.get(IMAGE)
    if not isinstance(text, str) or not text:
        raise ValueError(f"a row has no {IMAGE}")
    if len(text) > MOST_TEXT:
        raise ValueError(f"an {IMAGE} has {len(text)} characters; at most {MOST_TEXT} are read")
    try:
        return images.decode(base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise ValueError(f"the {IMAGE} is no Base64") from error


def _arrays(body: bytes) -> list[np.ndarray]:
    try:
        array = np.load(io.BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"the body is no array of numpy: {error}") from error
    shape = getattr(array, "shape", ())
    if getattr(array, "dtype", None) != np.uint8 or len(shape) not in {2, 3} or 0 in shape:
        raise ValueError("the array is none of uint8 of the shape ([images,] height, width)")
    return list(array.reshape(-1, *shape[-2:]))
