import pytest

from infra.settings import SettingsError, from_config
from infra.settings.framework_image import check_framework_region, image_for

OWN = "give the model an image of your own"
HUB = "763104351884.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("instance", "framework"),
    [
        ("ml.m6i.xlarge", {"pytorch": "2.9"}),
        ("ml.g5.xlarge", {"pytorch": "2.9"}),
        ("ml.trn1.2xlarge", {"huggingface": "4.55"}),
        ("ml.m6i.xlarge", {"sklearn": "1.4-2"}),
    ],
)
def test_a_framework_with_an_image_needs_no_image_of_ones_own(found_in_model, instance, framework):
    assert found_in_model(training={"instance": instance, "framework": framework}) == []


@pytest.mark.parametrize(
    ("instance", "framework", "mistake"),
    [
        (
            "ml.trn1.2xlarge",
            {"pytorch": "2.9"},
            "framework.pytorch: AWS keeps no image of pytorch 2.9 for Trainium (ml.trn1.2xlarge).",
        ),
        (
            "ml.m6i.xlarge",
            {"pytorch": "9.9"},
            (
                "framework.pytorch: AWS keeps no image of pytorch 9.9 for processors alone "
                "(ml.m6i.xlarge)."
            ),
        ),
        (
            "ml.g5.xlarge",
            {"sklearn": "1.4-2"},
            "framework.sklearn: AWS keeps no image of sklearn 1.4-2 for GPU (ml.g5.xlarge).",
        ),
        (
            "ml.m7g.xlarge",
            {"pytorch": "2.9"},
            'instance: "ml.m7g.xlarge" is not a training instance type.',
        ),
    ],
)
def test_a_combination_that_aws_keeps_no_image_of_is_refused(
    found_in_model, instance, framework, mistake
):
    found = found_in_model(training={"instance": instance, "framework": framework})
    assert found == [f"training.{mistake}"]


def told(**training):
    return refusal({"training": training})


def refusal(model):
    """Message and hint of the one mistake in a model."""
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "models": [{"name": "readmission", "project": "templates/tabular"} | model],
    }
    with pytest.raises(SettingsError) as refused:
        from_config(values, "eu-west-1", "dev")
    (mistake,) = refused.value.mistakes
    return mistake.message, mistake.hint


def test_the_nearest_version_that_has_an_image_is_told():
    _, hint = told(instance="ml.trn1.2xlarge", framework={"pytorch": "2.9"})
    assert hint == "Nearest is pytorch 1.11; there are 1.11."


def test_where_a_framework_has_none_the_others_are_told():
    _, hint = told(instance="ml.g5.xlarge", framework={"sklearn": "1.4-2"})
    assert hint.startswith(
        "For these instances there are pytorch 2.10, tensorflow 2.21, huggingface 5.3;"
    )


def test_no_framework_trains_on_arm():
    message, _ = told(instance="ml.p6e-gb200.36xlarge", framework={"pytorch": "2.9"})
    assert message.startswith("AWS keeps no image that trains on the Arm processors of ml.p6e")


def test_groups_run_one_image():
    groups = {"a": {"instance": "ml.m6i.xlarge"}, "b": {"instance": "ml.g5.xlarge"}}
    message, _ = told(instance_groups=groups, framework={"pytorch": "2.9"})
    assert message == "no one image is for ml.m6i.xlarge and ml.g5.xlarge."


def test_what_names_no_framework_has_the_models_image():
    assert image_for(None, "training", ["ml.m6i.xlarge"]) is None


def test_a_region_without_the_image_is_told_with_what_it_has():
    asked = {"pytorch": "1.11"}, "training", ["ml.trn1.2xlarge"]
    (mistake,) = check_framework_region(*asked, "mx-central-1")
    assert mistake.message == "AWS keeps no image of pytorch 1.11 in mx-central-1."
    assert "huggingface 4.55" in mistake.hint
    assert "pytorch" not in mistake.hint
    assert list(check_framework_region(*asked, "eu-west-1")) == []
    assert list(check_framework_region(None, *asked[1:], "mx-central-1")) == []


@pytest.mark.parametrize(
    ("instance", "framework"),
    [
        ("ml.c6i.large", {"pytorch": "2.6"}),
        ("ml.g5.xlarge", {"tensorflow": "2.19"}),
        ("ml.c7g.large", {"xgboost": "1.5-1"}),
        ("ml.inf2.xlarge", {"huggingface": "4.55"}),
        ("ml.trn1.2xlarge", {"huggingface": "4.55"}),
    ],
)
def test_an_endpoint_serves_in_the_image_that_is_for_its_hardware(
    found_in_model, instance, framework
):
    assert found_in_model(serving={"instance": instance, "framework": framework}) == []


@pytest.mark.parametrize(
    ("instance", "framework", "message", "hint"),
    [
        (
            "ml.inf2.xlarge",
            {"pytorch": "2.6"},
            "AWS keeps no image of pytorch 2.6 for Inferentia2 (ml.inf2.xlarge).",
            f"For these instances there are huggingface 4.55; or {OWN}.",
        ),
        (
            "ml.inf2.xlarge",
            {"huggingface": "5.5"},
            "AWS keeps no image of huggingface 5.5 for Inferentia2 (ml.inf2.xlarge).",
            "Nearest is huggingface 4.55; there are 4.28, 4.34, 4.36, 4.43, 4.51, 4.55.",
        ),
        (
            "ml.c7g.large",
            {"sklearn": "1.4-2"},
            "AWS keeps no image of sklearn 1.4-2 for Arm's processors alone (ml.c7g.large).",
            "Nearest is sklearn 1.0-1; there are 1.0-1.",
        ),
        (
            "ml.p6e-gb200.36xlarge",
            {"pytorch": "2.6"},
            "AWS keeps no image that serves on the Arm processors of ml.p6e-gb200.36xlarge.",
            f"Choose a type with an x86 processor, such as ml.m6i.xlarge, or {OWN}.",
        ),
    ],
)
def test_an_endpoint_without_an_image_is_refused_with_the_nearest(
    instance, framework, message, hint
):
    assert refusal({"serving": {"instance": instance, "framework": framework}}) == (message, hint)


def test_an_image_of_awss_for_other_hardware_is_refused_with_the_nearest():
    message, hint = refusal(
        {
            "image": f"{HUB}/pytorch-inference:2.6.0-cpu-py312",
            "serving": {"instance": "ml.inf2.xlarge"},
        }
    )
    assert message == (
        "the image pytorch-inference:2.6.0-cpu-py312 is built for processors alone, and not for "
        "Inferentia2 (ml.inf2.xlarge)."
    )
    assert hint == (
        "For these instances there are huggingface 4.55; or give the model an image of your own. "
        "Say so by serving.framework."
    )


def test_an_image_for_inferentia_runs_no_jobs(found_in_model):
    image = f"{HUB}/huggingface-pytorch-inference-neuronx:2.8.0-transformers4.55.4-neuronx-py310"
    found = found_in_model(image=image, serving={"instance": "ml.inf2.xlarge"})
    assert [each.partition(":")[0] for each in found] == [
        "training.instance",
        "processing.instance",
    ]
    assert all(
        "is built for Inferentia2 and Trainium, and not for processors" in one for one in found
    )


def test_an_image_for_gpus_runs_on_processors_and_one_of_ones_own_on_anything(found_in_model):
    for image in (
        f"{HUB}/pytorch-inference:2.6.0-gpu-py312",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312",
    ):
        assert found_in_model(image=image, serving={"instance": "ml.g5.xlarge"}) == []


def test_the_frameworks_of_an_accelerator_are_told_where_none_is_named():
    _, hint = refusal({"serving": {"instance": "ml.inf2.xlarge"}})
    assert hint.endswith("or name a framework that has one (huggingface 4.55).")
    _, hint = refusal({"processing": {"instance": "ml.g5.xlarge"}})
    assert hint.endswith("or give the model an image that is built for it.")
