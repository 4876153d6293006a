"""What the model of an archive answers to records: run as `answers.py <archive> <records> <out>`.

The archive's own inference.py is what answers. It is a process of its own because two versions
bring two modules of that name, and whatever these import.
"""

import csv
import importlib
import json
import sys
import tarfile
import tempfile
from pathlib import Path


def main(archive: str, records: str, out: str) -> None:
    """Write kind, target and the prediction's fields as JSON, or `malformed`: what is wrong."""
    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(archive) as packed:
            packed.extractall(unpacked)  # noqa: S202  SageMaker packed it
        sys.path.insert(0, str(Path(unpacked) / "code"))
        inference = importlib.import_module("inference")
        model = inference.model_fn(unpacked)
        with Path(records).open(newline="") as file:
            rows = list(csv.DictReader(file))
        prediction = inference.predict_fn(rows, model)
    if isinstance(prediction, inference.Malformed):
        told = {"malformed": prediction.reason}
    else:
        told = {"kind": model.kind, "target": model.target, **prediction._asdict()}
    Path(out).write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
