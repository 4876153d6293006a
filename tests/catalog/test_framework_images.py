import json

import pytest

from catalog.framework_images import FILE, image_of, nearest, versions
from catalog.generate_framework_images import generated, rendered


def test_the_committed_images_are_those_of_the_sagemaker_sdk():
    assert rendered(generated()) == FILE.read_text()
    assert json.loads(FILE.read_text()) == generated()


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (("pytorch", "2.9", ""), "pytorch-training:2.9.0-cpu-py312"),
        (("pytorch", "2.9", "GPU"), "pytorch-training:2.9.0-gpu-py312"),
        (
            ("pytorch", "1.11", "Trainium"),
            "pytorch-training-neuron:1.11.0-neuron-py38-sdk2.4.0-ubuntu20.04",
        ),
        (("tensorflow", "2.19", "GPU"), "tensorflow-training:2.19.0-gpu-py312"),
        (("sklearn", "1.4-2", ""), "sagemaker-scikit-learn:1.4-2-cpu-py3"),
        (("xgboost", "3.2-0", ""), "sagemaker-xgboost:3.2-0"),
        (
            ("huggingface", "5.3", "GPU"),
            "huggingface-pytorch-training:2.9.0-transformers5.3.0-gpu-py312-cu130-ubuntu22.04",
        ),
        (
            ("huggingface", "4.51", "Trainium"),
            "huggingface-pytorch-training-neuronx:2.7.0-transformers4.51.0-neuronx-py310-sdk2.24.1-ubuntu22.04",
        ),
    ],
)
def test_an_image_is_found_by_framework_version_and_accelerator(asked, name):
    assert image_of(*asked).name == name


@pytest.mark.parametrize(
    "asked",
    [
        ("pytorch", "2.9", "Trainium"),
        ("sklearn", "1.4-2", "GPU"),
        ("pytorch", "9.9", ""),
        ("caffe", "1.0", ""),
    ],
)
def test_of_some_there_is_none(asked):
    assert image_of(*asked) is None


def test_an_image_is_in_another_account_by_region():
    image = image_of("sklearn", "1.4-2", "")
    assert image.uri("eu-west-1").startswith("141502667606.dkr.ecr.eu-west-1.amazonaws.com/sage")
    assert image.uri("cn-north-1").startswith("450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/")
    with pytest.raises(KeyError):
        image.uri("nowhere-1")


def test_versions_are_in_the_order_of_their_numbers():
    listed = versions("pytorch", "GPU")
    assert listed.index("2.9") + 1 == listed.index("2.10") == len(listed) - 1
    assert versions("sklearn", "GPU") == []


def test_the_nearest_version_is_told():
    assert nearest("2.11", ["1.9", "2.9", "2.10"]) == "2.10"
    assert nearest("1.0", ["1.9", "2.9", "2.10"]) == "1.9"
    assert nearest("1.0", []) is None
