"""The project's scripts and modules, as tests of several files need them."""

import importlib
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
CODE = PROJECT / "code"
MODULES = (
    *("answering", "fairness", "handler", "images", "inference", "job", "metrics", "parts"),
    *("preprocess", "problem", "profiles", "shapley", "train", "compare", "evaluate"),
)


@pytest.fixture(scope="session")
def code():
    """The modules by name, imported as the scripts import one another."""
    before = {name: sys.modules.pop(name, None) for name in MODULES}
    sys.path.insert(0, str(CODE))
    yield {name: importlib.import_module(name) for name in MODULES}
    sys.path.remove(str(CODE))
    for name, module in before.items():
        del sys.modules[name]
        if module:
            sys.modules[name] = module


def run(script, *arguments, **environment):
    """Run a script, which must succeed; returns what it said."""
    done = subprocess.run(
        [sys.executable, "-W", "error", PROJECT / script, *arguments],
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The folder of the sample: handwritten digits."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    run("sample.py", folder)
    return folder


@pytest.fixture(scope="session")
def trained():
    """Runs the scripts on a folder of images; what training said is in train.log."""

    def train(folder, data, hyperparameters=None, accept=""):
        run("code/preprocess.py", "--target", "target", "--input", data, "--output", folder)
        (folder / "hyperparameters.json").write_text(json.dumps(hyperparameters or {}))
        said = run(
            "code/train.py",
            SM_INPUT_CONFIG_DIR=folder,
            SM_MODEL_DIR=folder / "model",
            SM_CHANNEL_TRAIN=folder / "train",
            SM_CHANNEL_VALIDATION=folder / "validation",
        )
        (folder / "train.log").write_text(said)
        with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
            archive.add(folder / "model", arcname=".")
        parts = ("--train", folder / "train", "--test", folder / "test", "--output", folder)
        run("code/evaluate.py", f"--accept={accept}", "--model", folder, *parts)
        return folder

    return train


@pytest.fixture(scope="session")
def work(tmp_path_factory, trained, sample):
    """A folder in which the scripts have run on the sample."""
    return trained(tmp_path_factory.mktemp("work"), sample, accept="auc >= 0.99, f1 >= 0.9")
