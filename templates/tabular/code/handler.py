"""The model's own handler, out of model.tar.gz; whole in itself, as training runs a copy of it.

The archive is unpacked into a folder of its own, and of it only files and folders that stay there:
no link, no device, no path that leads out.
"""

import importlib
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

ARCHIVE = "model.tar.gz"


class HandlerError(Exception):
    """Why a model cannot be asked, in a sentence."""


class Handler:
    """What model_fn has loaded, and the predict_fn of the archive's code/inference.py."""

    def __init__(self, archive: Path, into: Path) -> None:
        """Unpack and load. Raises HandlerError for an archive that is none, or has no handler."""
        unpack(archive, into)
        if not (into / "code/inference.py").is_file():
            raise HandlerError(f"{archive} has no code/inference.py")
        code = into / "code"
        own = {file.stem for file in code.glob("*.py")}
        before = {name: sys.modules.pop(name) for name in own & sys.modules.keys()}
        sys.path.insert(0, str(code))
        try:
            self.module: Any = importlib.import_module("inference")
            # What is pickled refers to its module by name, so it is there while it is loaded.
            self.model: Any = self.module.model_fn(str(into))
        finally:
            sys.path.remove(str(code))
            # Another version has modules of the same names.
            for name in own & sys.modules.keys():
                del sys.modules[name]
            sys.modules.update(before)

    def predict(self, rows: list[Any]) -> Any:
        """What predict_fn answers to rows."""
        return self.module.predict_fn(rows, self.model)

    def numbers(self, rows: list[list[Any]]) -> np.ndarray:
        """A line for each row: probabilities of several classes, else the score.

        Raises HandlerError where the handler does not score the rows.
        """
        told = self.predict(rows)
        probabilities, scores = getattr(told, "probabilities", None), getattr(told, "scores", told)
        found = np.asarray(scores if probabilities is None else probabilities)
        if found.dtype.kind not in "fiu" or len(found) != len(rows):
            raise HandlerError(f"the model's handler refused rows: {getattr(told, 'reason', told)}")
        if found.shape[1:] == (2,):
            found = found[:, 1]  # the probabilities of two classes say the same
        return found.reshape(len(rows), -1)


def unpack(archive: Path, into: Path) -> None:
    """Unpack an archive safely. Raises HandlerError for what is none, or leads elsewhere."""
    if not archive.is_file():
        raise HandlerError(f"there is no file {archive}")
    root = into.resolve()
    try:
        with tarfile.open(archive) as packed:
            for one in packed:
                inside = (root / one.name).resolve()
                if not (one.isfile() or one.isdir()) or not inside.is_relative_to(root):
                    raise HandlerError(
                        f"{archive} holds {one.name}, which is no file of its own folder"
                    )
                packed.extract(one, root)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise HandlerError(f"{archive} is no archive: {error}") from None
