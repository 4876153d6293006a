import pytest

from embedded.sagemaker.images import image_of, why_not_run

REGISTRY = "141502667606.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (f"{REGISTRY}/sagemaker-xgboost:1.7-1", ("sagemaker-xgboost", "1.7-1")),
        (f"{REGISTRY}/team/own:3@sha256:{'0' * 64}", ("own", "3")),
        (f"{REGISTRY}/own@sha256:{'0' * 64}", ("own", "")),
        ("localhost:5000/xgboost", ("xgboost", "")),
        ("", ("", "")),
    ],
)
def test_an_image_is_told_by_its_repository_and_tag(uri, expected):
    assert tuple(image_of(uri)) == expected


@pytest.mark.parametrize(
    ("repository", "why"),
    [
        ("sagemaker-xgboost", ""),
        ("xgboost", ""),
        ("sagemaker-scikit-learn", "runs a script, and no sagemaker_program names one"),
        ("pytorch-training", "runs a script, and no sagemaker_program names one"),
        ("linear-learner", "is an algorithm of SageMaker's that nothing here does"),
        ("own", "its image own is not run here, and it names no ContainerEntrypoint"),
    ],
)
def test_what_runs_without_an_entry_point_and_a_script_is_known(repository, why):
    said = why_not_run(f"{REGISTRY}/{repository}:1")
    assert (why in said) if why else (not said)
