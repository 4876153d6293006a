"""What is said of an instance type that SageMaker does not have, or not for that use."""

import pytest

from catalog.instances import FAMILIES, PREVIOUS, kind_of
from infra.settings.aws import USES, allowed
from infra.settings.instance_hints import other_use, parsed, stand_in, suggestions
from infra.settings.mistakes import SettingsError
from infra.settings.stackfile import from_config

GROUPS = {"training": "training", "processing": "processing", "serving": "endpoint"}


def told(group: str, instance: str) -> str:
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "models": [{"name": "stay", "project": "templates/tabular", group: {"instance": instance}}],
    }
    with pytest.raises(SettingsError) as caught:
        from_config(values, "eu-west-1", "dev")
    (mistake,) = caught.value.mistakes
    listed = f"(maslow schema --values {group}.instance lists them)"
    assert mistake.hint.endswith(listed)
    return f"{mistake.message} {mistake.hint.removesuffix(listed)}".rstrip()


@pytest.mark.parametrize(
    ("group", "instance", "message"),
    [
        (
            "training",
            "ml.inf2.xlarge",
            "ml.inf2.xlarge only serves; for training: ml.trn1.2xlarge.",
        ),
        ("training", "ml.inf2.2xlarge", "ml.inf2 only serves; for training: ml.trn1.2xlarge."),
        ("training", "ml.c6g.xlarge", "ml.c6g.xlarge only serves; for training: ml.c6i.xlarge."),
        ("training", "ml.t2.medium", "ml.t2.medium only serves; for training: ml.t3.medium."),
        (
            "processing",
            "ml.trn1.2xlarge",
            "ml.trn1.2xlarge only trains, serves and runs notebooks.",
        ),
        (
            "serving",
            "ml.c8i.xlarge",
            "ml.c8i.xlarge only trains and processes; for an endpoint: ml.c7i.xlarge.",
        ),
        (
            "serving",
            "ml.p3dn.24xlarge",
            "ml.p3dn.24xlarge only trains and runs notebooks; for an endpoint: ml.p4d.24xlarge.",
        ),
    ],
)
def test_a_type_for_another_use_is_told_with_one_of_its_kind_for_this_one(
    group: str, instance: str, message: str
) -> None:
    assert told(group, instance) == message


@pytest.mark.parametrize(
    ("group", "instance", "likely"),
    [
        ("training", "ml.m6i.3xlarge", "ml.m6i.2xlarge or ml.m6i.4xlarge"),
        ("training", "ml.p5.xlarge", "ml.p5.4xlarge"),
        ("training", "ml.m6i.96xlarge", "ml.m6i.32xlarge"),
        ("serving", "ml.inf2.xlarg", "ml.inf2.xlarge"),
        ("training", "ml.m4.large", "ml.m4.xlarge"),
        ("training", "m6i.xlarge", "ml.m6i.xlarge"),
        ("training", "ML.M6I.XLARGE", "ml.m6i.xlarge"),
        ("training", "ml.m6ixlarge", "ml.m6i.xlarge"),
        ("serving", "ml.c6.large", "ml.c6i.large"),
        ("training", "ml.g4.xlarge", "ml.g4dn.xlarge"),
        ("training", "ml.p4.24xlarge", "ml.p4d.24xlarge"),
        ("training", "ml.trn.2xlarge", "ml.trn1.2xlarge"),
        ("training", "ml.m5a.xlarge", "ml.m5.xlarge"),
    ],
)
def test_a_slip_in_a_type_is_told_with_the_nearest_ones(
    group: str, instance: str, likely: str
) -> None:
    article = "an" if group == "serving" else "a"
    message = f'"{instance}" is not {article} {GROUPS[group]} instance type. Did you mean {likely}?'
    assert told(group, instance) == message


@pytest.mark.parametrize("instance", ["gpu", "large", "ml.x1.xlarge", "ml.g5.metal", ""])
def test_where_nothing_is_near_nothing_is_suggested(instance: str) -> None:
    assert told("training", instance) == f'"{instance}" is not a training instance type.'


@pytest.mark.parametrize("use", USES)
def test_no_suggestion_is_of_a_previous_generation_or_another_kind(use: str) -> None:
    for instance in sorted({each for types in allowed().values() for each in types}):
        meant = parsed(instance)
        assert meant
        if instance in allowed()[use]:
            assert not other_use(instance, use, allowed())
        elif found := stand_in(meant, allowed()[use]):
            assert str(found) in allowed()[use]
            assert found.family not in PREVIOUS
            assert kind_of(found.family) == kind_of(meant.family)
            assert FAMILIES[found.family].arm <= FAMILIES[meant.family].arm
    for family in ("c", "g", "m", "p", "r", "t", "trn"):
        for size in ("large", "xlarge", "2xlarge", "24xlarge"):
            for found in suggestions(f"ml.{family}.{size}", allowed()[use]):
                assert found.split(".")[1] not in PREVIOUS
