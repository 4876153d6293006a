import pytest

from infra.settings import SettingsError, from_config
from infra.settings.platform import Training
from infra.settings.training_image import check_framework_region, image_for


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
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "models": [{"name": "readmission", "project": "templates/tabular", "training": training}],
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


def test_a_training_that_names_no_framework_has_the_models_image():
    assert image_for(Training()) is None


def test_a_region_without_the_image_is_told_with_what_it_has():
    training = Training(instance="ml.trn1.2xlarge", framework={"pytorch": "1.11"})
    (mistake,) = check_framework_region(training, "mx-central-1")
    assert mistake.message == "AWS keeps no image of pytorch 1.11 in mx-central-1."
    assert "huggingface 4.55" in mistake.hint
    assert "pytorch" not in mistake.hint
    assert list(check_framework_region(training, "eu-west-1")) == []
    assert list(check_framework_region(Training(), "mx-central-1")) == []
