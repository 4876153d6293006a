"""The sample, and a run on it, as tests of several files need them."""

import pytest


@pytest.fixture(scope="session")
def sample(tmp_path_factory, run):
    """The folder of the sample: handwritten digits."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    run("sample.py", folder)
    return folder


@pytest.fixture(scope="session")
def work(tmp_path_factory, trained, sample):
    """A folder in which the scripts have run on the sample."""
    return trained(tmp_path_factory.mktemp("work"), sample, accept="auc >= 0.99, f1 >= 0.9")
