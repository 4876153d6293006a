"""The project's scripts and modules, as its tests need them."""

import importlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent
CODE = PROJECT / "code"


class Modules(dict):
    """The project's modules by name, each imported when it is asked for."""

    def __missing__(self, name):
        """Import a module, as the scripts import one another."""
        return self.setdefault(name, importlib.import_module(name))


@pytest.fixture(scope="module")
def code():
    """The project's modules by name; what else bears such a name is back after the tests."""
    names = [path.stem for path in CODE.glob("*.py")]
    before = {name: sys.modules.pop(name, None) for name in names}
    sys.path.insert(0, str(CODE))
    yield Modules()
    sys.path.remove(str(CODE))
    for name, module in before.items():
        sys.modules.pop(name, None)
        if module:
            sys.modules[name] = module


def _run(script, *arguments, check=True, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", PROJECT / script, *arguments],
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def _train(folder, data=None, hyperparameters=None, *, target="target", drop=""):
    told = ("--target", target, *([f"--drop={drop}"] if drop else []))
    _run("code/preprocess.py", *told, "--input", data or folder / "data", "--output", folder)
    (folder / "hyperparameters.json").write_text(json.dumps(hyperparameters or {}))
    done = _run(
        "code/train.py",
        SM_INPUT_CONFIG_DIR=folder,
        SM_MODEL_DIR=folder / "model",
        SM_CHANNEL_TRAIN=folder / "train",
        SM_CHANNEL_VALIDATION=folder / "validation",
    )
    (folder / "train.log").write_text(done.stdout)
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "model", arcname=".")
    return folder


@pytest.fixture(scope="session")
def run():
    """Runs a script, such as code/train.py, with arguments and variables; it has to succeed."""
    return _run


@pytest.fixture(scope="session")
def train():
    """Prepares the records in a folder's `data` and trains there; what it said is in train.log."""
    return _train


@pytest.fixture(scope="session")
def trained():
    """Does as `train`, and evaluates the model; returns the folder."""

    def trained(folder, data=None, hyperparameters=None, accept="", *, facets="", **told):
        _train(folder, data, hyperparameters, **told)
        given = [f"--accept={accept}", *([f"--facets={facets}"] if facets else [])]
        parts = ("--train", folder / "train", "--test", folder / "test")
        _run("code/evaluate.py", *given, "--model", folder, *parts, "--output", folder)
        return folder

    return trained
