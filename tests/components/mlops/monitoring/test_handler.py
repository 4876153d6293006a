"""Handlers out of models' archives, of which several are asked in one process."""

import tarfile

from components.mlops.monitoring.runtime.handler import Handler

INFERENCE = """
from answering import ANSWER
def model_fn(folder):
    return ANSWER
def predict_fn(rows, model):
    return [ANSWER] * len(rows)
"""


def handler(folder, answer):
    code = folder / "made" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(INFERENCE)
    (code / "answering.py").write_text(f"ANSWER = {answer}\n")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "made", arcname=".")
    return Handler(folder / "model.tar.gz", folder / "unpacked")


def test_each_version_has_the_modules_of_its_own_archive(tmp_path):
    made = []
    for number in (1.0, 2.0):
        folder = tmp_path / str(number)
        folder.mkdir()
        made.append(handler(folder, number))
    assert [one.numbers([["a"], ["b"]]).tolist() for one in made] == [[[1.0]] * 2, [[2.0]] * 2]
