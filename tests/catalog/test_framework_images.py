import json
import re
import subprocess
import sys

import pytest

from catalog.framework_images import (
    BUILT_FOR,
    FILE,
    FRAMEWORKS,
    USES,
    accelerator_of,
    image_of,
    known_of,
    nearest,
    versions,
)
from catalog.generate_framework_images import generated, rendered
from catalog.instances import FAMILIES

SCOPES = {"training": "training", "serving": "inference"}
INSTANCES = {
    "none": "ml.m5.xlarge",
    "Arm": "ml.c6g.xlarge",
    "GPU": "ml.g5.xlarge",
    "Inferentia": "ml.inf1.xlarge",
    "Inferentia2": "ml.inf2.xlarge",
    "Trainium": "ml.trn1.2xlarge",
}
"""A type of each accelerator."""
HUB = "763104351884.dkr.ecr.eu-west-1.amazonaws.com"


def test_the_committed_images_are_those_of_the_sagemaker_sdk():
    assert rendered(generated()) == FILE.read_text()
    assert json.loads(FILE.read_text()) == generated()


def every_image():
    """Each image once, with what it is asked for by."""
    return [
        (use, framework, version, accelerator)
        for use in USES
        for framework in FRAMEWORKS
        for accelerator in INSTANCES
        for version in versions(use, framework, accelerator)
    ]


RETRIEVE = """
import functools, json, sys
from sagemaker.core import image_uris
utils = image_uris.utils
utils._botocore_resolver = functools.cache(utils._botocore_resolver)  # 0.3 s a call
print(json.dumps([image_uris.retrieve(**asked) for asked in json.load(sys.stdin)]))
"""
"""Of its own process: the SDK warns of itself when it is imported."""


@pytest.mark.sagemaker
def test_the_sdk_itself_answers_the_same_wherever_it_answers():
    # The SDK refuses Hugging Face on Trainium, for which it lists images, and lists one of
    # scikit-learn for training alone.
    images = [
        (asked, image_of(*asked))
        for asked in every_image()
        if (asked[1], asked[3]) != ("huggingface", "Trainium")
        and asked[:3] != ("serving", "sklearn", "1.4-2")
    ]
    assert len(images) > 240
    region = {image.name: next(each for each in image.registries) for _, image in images}
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RETRIEVE],
        input=json.dumps([_asked_of_sdk(*asked, region[image.name]) for asked, image in images]),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    uris = json.loads(told.splitlines()[-1])
    assert uris == [image.uri(region[image.name]) for _, image in images]


def _asked_of_sdk(use, framework, version, accelerator, region):
    tag = image_of(use, framework, version, accelerator).name.partition(":")[2]
    asked = {
        "framework": framework,
        "version": version,
        "region": region,
        "instance_type": INSTANCES[accelerator],
        "image_scope": SCOPES[use],
    }
    if framework == "huggingface":
        base, asked["version"] = re.match(r"([\d.]+)-transformers([\d.]+)", tag).groups()
        asked["base_framework_version"] = f"pytorch{base}"
    elif framework in {"pytorch", "tensorflow"}:
        asked["version"] = tag.partition("-")[0]
    if accelerator.startswith("Inferentia"):
        asked["inference_tool"] = "neuronx" if accelerator == "Inferentia2" else "neuron"
    if python := re.findall(r"py3\d*", tag):
        asked["py_version"] = python[-1]
    return asked


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (("training", "pytorch", "2.9", "none"), "pytorch-training:2.9.0-cpu-py312"),
        (("training", "pytorch", "2.9", "GPU"), "pytorch-training:2.9.0-gpu-py312"),
        (
            ("training", "pytorch", "1.11", "Trainium"),
            "pytorch-training-neuron:1.11.0-neuron-py38-sdk2.4.0-ubuntu20.04",
        ),
        (("training", "tensorflow", "2.19", "GPU"), "tensorflow-training:2.19.0-gpu-py312"),
        (("training", "sklearn", "1.4-2", "none"), "sagemaker-scikit-learn:1.4-2-cpu-py3"),
        (("training", "xgboost", "3.2-0", "none"), "sagemaker-xgboost:3.2-0"),
        (
            ("training", "huggingface", "5.3", "GPU"),
            "huggingface-pytorch-training:2.9.0-transformers5.3.0-gpu-py312-cu130-ubuntu22.04",
        ),
        (
            ("training", "huggingface", "4.51", "Trainium"),
            "huggingface-pytorch-training-neuronx:2.7.0-transformers4.51.0-neuronx-py310-sdk2.24.1-ubuntu22.04",
        ),
        (("serving", "pytorch", "2.6", "none"), "pytorch-inference:2.6.0-cpu-py312"),
        (("serving", "pytorch", "2.6", "GPU"), "pytorch-inference:2.6.0-gpu-py312"),
        (
            ("serving", "pytorch", "2.6", "Arm"),
            "pytorch-inference-arm64:2.6.0-cpu-py312-ubuntu22.04-sagemaker",
        ),
        (("serving", "tensorflow", "2.19", "none"), "tensorflow-inference:2.19.0-cpu"),
        (("serving", "sklearn", "1.0-1", "Arm"), "sagemaker-scikit-learn:1.0-1-arm64-cpu-py3"),
        (("serving", "sklearn", "1.4-2", "none"), "sagemaker-scikit-learn:1.4-2-cpu-py3"),
        (
            ("serving", "huggingface", "4.12", "Inferentia"),
            "huggingface-pytorch-inference-neuron:1.9.1-transformers4.12.3-neuron-py37-sdk1.17.1-ubuntu18.04",
        ),
        (
            ("serving", "huggingface", "4.55", "Inferentia2"),
            "huggingface-pytorch-inference-neuronx:2.8.0-transformers4.55.4-neuronx-py310-sdk2.26.0-ubuntu22.04",
        ),
    ],
)
def test_an_image_is_found_by_use_framework_version_and_accelerator(asked, name):
    assert image_of(*asked).name == name


@pytest.mark.parametrize(
    "asked",
    [
        ("training", "pytorch", "2.9", "Trainium"),
        ("training", "sklearn", "1.4-2", "GPU"),
        ("training", "pytorch", "9.9", "none"),
        ("training", "pytorch", "2.6", "Arm"),
        ("training", "caffe", "1.0", "none"),
        ("serving", "pytorch", "2.6", "Inferentia2"),
        ("serving", "huggingface", "4.55", "Inferentia"),
    ],
)
def test_of_some_there_is_none(asked):
    assert image_of(*asked) is None


@pytest.mark.parametrize(
    ("instance", "training", "serving"),
    [
        ("ml.m5.large", "none", "none"),
        ("ml.c7g.large", None, "Arm"),
        ("ml.g5.xlarge", "GPU", "GPU"),
        ("ml.p6e-gb200.36xlarge", None, None),
        ("ml.inf1.xlarge", "Inferentia", "Inferentia"),
        ("ml.inf2.xlarge", "Inferentia2", "Inferentia2"),
        ("ml.trn1.2xlarge", "Trainium", "Trainium"),
    ],
)
def test_hardware_says_what_an_image_is_built_for(instance, training, serving):
    assert accelerator_of(instance, "training") == training
    assert accelerator_of(instance, "serving") == serving


def test_accelerators_are_called_as_those_of_instances_are():
    of_instances = {family.accelerator for family in FAMILIES.values()}
    assert INSTANCES.keys() <= {*of_instances, *BUILT_FOR.values(), "none", "Arm"}
    assert BUILT_FOR.keys() <= FAMILIES.keys()
    assert {accelerator for *_, accelerator in every_image()} == INSTANCES.keys()


def test_every_image_is_known_again_by_its_name():
    for use, framework, version, accelerator in every_image():
        image = image_of(use, framework, version, accelerator)
        known = known_of(image.uri(next(iter(image.registries))))
        assert known.framework == framework
        assert accelerator in known.built_for
        assert f"{known.version}.".startswith(version.removesuffix("-py312"))


@pytest.mark.parametrize(
    ("name", "known"),
    [
        (
            "pytorch-inference:2.6.0-cpu-py312-ubuntu22.04-sagemaker-v1.13",
            ("pytorch", "2.6.0", {"none"}),
        ),
        ("pytorch-inference:2.6.0-gpu-py312-cu124-ubuntu22.04", ("pytorch", "2.6.0", {"GPU"})),
        (
            "huggingface-pytorch-inference-neuronx:2.1.2-transformers4.43.2-neuronx-py310",
            ("huggingface", "4.43.2", {"Inferentia2", "Trainium"}),
        ),
    ],
)
def test_a_tag_that_says_more_is_known_as_well(name, known):
    assert tuple(known_of(f"{HUB}/{name}")) == known


@pytest.mark.parametrize(
    "uri",
    [
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312",
        f"{HUB}/autogluon-inference:1.4.0-cpu-py311",
        f"{HUB}/pytorch-inference@sha256:0123456789",
    ],
)
def test_of_other_images_nothing_is_known(uri):
    assert known_of(uri) is None


def test_an_image_is_in_another_account_by_region():
    image = image_of("training", "sklearn", "1.4-2", "none")
    assert image.uri("eu-west-1").startswith("141502667606.dkr.ecr.eu-west-1.amazonaws.com/sage")
    assert image.uri("cn-north-1").startswith("450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/")
    with pytest.raises(KeyError):
        image.uri("nowhere-1")


def test_versions_are_in_the_order_of_their_numbers():
    listed = versions("training", "pytorch", "GPU")
    assert listed.index("2.9") + 1 == listed.index("2.10") == len(listed) - 1
    assert versions("training", "sklearn", "GPU") == []


def test_the_nearest_version_is_told():
    assert nearest("2.11", ["1.9", "2.9", "2.10"]) == "2.10"
    assert nearest("1.0", ["1.9", "2.9", "2.10"]) == "1.9"
    assert nearest("5.5", ["4.28", "4.55"]) == "4.55"
    assert nearest("1.0", []) is None
