import pytest

from infra.settings import from_config
from infra.settings.platform import Training
from infra.training_costs import check_training_costs, most_usd


def told(**training):
    """The mistakes of a model's training, and their setting."""
    model = {"name": "readmission", "project": "templates/tabular", "training": training}
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "models": [model],
    }
    stack = from_config(values, "us-east-1", "dev")
    return [(mistake.path[2:], mistake.message) for mistake in check_training_costs(stack)]


def test_a_training_costs_its_hours_on_all_instances():
    assert most_usd(Training(instance="ml.m5.xlarge", count=2, max_hours=10), "us-east-1") == (
        pytest.approx(0.23 * 2 * 10)
    )


def test_instances_that_are_kept_are_paid_for():
    training = Training(instance="ml.m5.xlarge", max_hours=1, keep_warm_minutes=30)
    assert most_usd(training, "us-east-1") == pytest.approx(0.23 * 1.5)


def test_groups_are_added_up():
    training = Training.model_validate_json(
        """{"max_hours": 1, "instance_groups":
        {"a": {"instance": "ml.m5.xlarge", "count": 2}, "b": {"instance": "ml.m5.large"}}}"""
    )
    assert most_usd(training, "us-east-1") == pytest.approx(2 * 0.23 + 0.115)


def test_a_training_within_its_budget_is_taken():
    assert told(instance="ml.m5.xlarge", max_hours=10, budget_usd=2.3) == []
    assert told(instance="ml.m5.xlarge", max_hours=140) == []


def test_a_training_that_may_cost_more_is_refused_with_what_it_may():
    assert told(instance="ml.m5.xlarge", max_hours=11, budget_usd=2.3) == [
        (
            ("training", "budget_usd"),
            "11 hours of 1 ml.m5.xlarge cost up to $2.53, and $2.30 is what it may cost.",
        )
    ]


def test_a_price_that_nobody_tells_is_said_to_be_unknown():
    ((path, message),) = told(instance="ml.m4.16xlarge", budget_usd=100)
    assert path == ("training", "budget_usd")
    assert message == (
        "the price of training on 1 ml.m4.16xlarge is not known, and so not what it may cost."
    )
