from dataclasses import replace

import pytest

from infra.hosts import sample


@pytest.fixture(scope="module")
def data():
    return sample.load("malignant")


def test_the_records_are_those_that_scikit_learn_ships(data):
    assert len(data.rows) == 569
    assert data.header == [*sample.columns(), "malignant"]
    assert len(sample.columns()) == 30
    assert sample.columns()[0] == "mean_radius"
    assert all(name.replace("_", "").isalpha() for name in sample.columns())
    assert data.truth(data.rows).count("1") == 212


def test_no_held_out_record_is_among_those_to_learn_from(data):
    learnt = set(map(tuple, data.training))
    assert len(data.held_out) == 57
    assert not learnt & set(map(tuple, data.held_out))


def test_both_labels_are_held_out(data):
    assert set(data.truth(data.held_out)) == {"0", "1"}


def test_it_belongs_to_the_model_of_local_that_has_its_measurements(project):
    local = project.stack("local")
    (model,) = local.platform.models
    assert sample.fits(local, model)
    assert not sample.fits(local, model.model_copy(update={"features": ()}))
    assert not sample.fits(replace(local, environment="acme"), model)
    dev = project.stack("dev")
    assert not any(sample.fits(dev, one) for one in dev.platform.models)
