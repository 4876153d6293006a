import json
import pickle

import numpy as np
import pytest
import xgboost

from embedded.sagemaker.algorithms.xgboost_serving import Algorithm, load

ROWS = np.random.default_rng(3).normal(size=(60, 2))
BODY = b"0.5,1\n-0.5,\n"


@pytest.fixture(scope="module")
def model():
    """Tells three classes apart, by their probabilities."""
    labels = np.digitize(ROWS[:, 0], [-0.5, 0.5])
    parameters = {"objective": "multi:softprob", "num_class": 3}
    return xgboost.train(parameters, xgboost.DMatrix(ROWS, label=labels), num_boost_round=3)


@pytest.fixture
def served(model, tmp_path):
    (tmp_path / ".hidden").write_text("not the model")
    (tmp_path / "xgboost-model").write_bytes(bytes(model.save_raw("ubj")))
    return Algorithm(tmp_path)


@pytest.fixture
def expected(model):
    return model.predict(xgboost.DMatrix(np.array([[0.5, 1], [-0.5, np.nan]])))


def test_each_record_has_a_line_with_a_probability_for_each_class(served, expected):
    answer = served.answer(BODY, "text/csv", "*/*")
    assert (answer.status, answer.content_type) == (200, "text/csv")
    lines = [[float(one) for one in line.split(",")] for line in answer.body.decode().splitlines()]
    np.testing.assert_allclose(lines, expected, atol=1e-6)


def test_batch_transform_has_a_list_in_each_line(served, expected, monkeypatch):
    monkeypatch.setenv("SAGEMAKER_BATCH", "true")
    lines = served.answer(BODY, "text/csv", "").body.decode().splitlines()
    np.testing.assert_allclose([json.loads(line) for line in lines], expected, atol=1e-6)


def test_the_default_of_the_environment_is_accepted(served, monkeypatch):
    monkeypatch.setenv("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json")
    scores = json.loads(served.answer(BODY, "text/csv", "").body)["predictions"]
    assert [len(one["score"]) for one in scores] == [3, 3]


def test_an_empty_request_has_no_answer(served):
    assert served.answer(b"", "text/csv", "").status == 204


def test_parquet_is_no_request(served):
    assert served.answer(b"PAR1", "application/x-parquet", "").status == 415


def test_a_model_that_was_pickled_is_served(model, tmp_path, expected):
    (tmp_path / "xgboost-model").write_bytes(pickle.dumps(model))
    lines = Algorithm(tmp_path).answer(BODY, "text/csv", "").body.decode().splitlines()
    np.testing.assert_allclose(float(lines[0].split(",")[0]), expected[0][0], atol=1e-6)


def test_a_tarball_without_a_model_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="no file for XGBoost to load"):
        load(tmp_path)
