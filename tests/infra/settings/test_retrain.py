import pytest

from embedded.extensions.state_machines import evaluate
from infra.settings.mlops.model import ModelSettings
from infra.settings.mlops.retrain import Retrain, approved_when, training_prices


def approval(value):
    return ModelSettings(name="m", project="templates/tabular", approval=value).approval


def test_a_person_or_nobody_approves():
    assert approved_when(approval("manual")) == (None, "")
    assert approved_when(approval("automatic")) == ("true", "")


@pytest.mark.parametrize(
    ("metrics", "kept"),
    [
        ({"auc": 0.9, "f1": 0.7}, True),
        ({"auc": 0.9, "f1": 0.69}, False),
        ({"auc": 0.9}, False),
    ],
)
def test_conditions_are_all_to_be_kept(metrics, kept):
    when, because = approved_when(approval({"auto_when": {"auc": ">= 0.86", "f1": ">=0.7"}}))
    given = {"candidate": {"held_out": metrics}}
    assert evaluate(f"($compared := {given}; {when})") is kept
    if kept:
        assert evaluate(f"($compared := {given}; {because})") == "auc 0.9 >= 0.86, f1 0.7 >= 0.7"


def test_an_approval_is_written_as_it_was_read():
    model = ModelSettings(
        name="m", project="templates/tabular", approval={"auto_when": {"auc": ">= 0.86"}}
    )
    assert model.model_dump(mode="json")["approval"] == {"auto_when": {"auc": ">= 0.86"}}


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        ("off", None),
        ("weekly", "cron(0 3 ? * SUN *)"),
        ("monthly", "cron(0 3 1 * ? *)"),
        ("cron(30 2 1 1,7 ? *)", "cron(30 2 1 1,7 ? *)"),
    ],
)
def test_a_schedule_is_an_expression_of_eventbridge(schedule, expression):
    assert Retrain(schedule=schedule).expression == expression


def test_a_price_is_known_or_it_is_not():
    assert training_prices("ml.m5.xlarge", "us-east-1") == {"ml.m5.xlarge": 0.23}
    assert training_prices("ml.m6i.xlarge", "us-east-1") is None
