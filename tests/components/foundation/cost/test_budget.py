import pytest

from components.foundation.cost.budget import Budget
from infra.graph import record

TOPICS = {severity: f"arn:aws:sns:::{severity}" for severity in ("critical", "warning", "info")}


def budget(alert_at, monthly_usd=1500, **more):
    def program():
        args = {"monthly_usd": monthly_usd, "alert_at": alert_at, "alert_topics": TOPICS}
        Budget("cost", {**args, **more})

    return record(program).one("aws:budgets/budget:Budget").inputs


def test_a_budget_is_of_dollars_a_month():
    made = budget([80])
    assert (made["limitAmount"], made["limitUnit"]) == ("1500", "USD")
    assert (made["budgetType"], made["timeUnit"]) == ("COST", "MONTHLY")


def test_a_budget_tells_what_is_spent_and_what_is_to_be_feared():
    told = [
        (notification["notificationType"], notification["threshold"])
        for notification in budget([60, 80, 100])["notifications"]
    ]
    assert told == [("ACTUAL", 60), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]


def test_a_budget_that_is_spent_or_will_be_is_a_warning_and_a_share_of_it_is_worth_knowing():
    told = {
        (each["notificationType"], each["threshold"]): each["subscriberSnsTopicArns"]
        for each in budget([80, 100, 120])["notifications"]
    }
    assert told == {
        ("ACTUAL", 80): [TOPICS["info"]],
        ("ACTUAL", 100): [TOPICS["warning"]],
        ("ACTUAL", 120): [TOPICS["warning"]],
        ("FORECASTED", 100): [TOPICS["warning"]],
    }


def test_a_budget_counts_the_whole_account_unless_it_has_a_tag():
    assert "costFilters" not in budget([80])
    made = budget([80], tag={"key": "maslow:model", "value": "readmission"})
    assert made["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:maslow:model$readmission"]}
    ]


@pytest.mark.parametrize(
    ("alert_at", "message"),
    [
        ([10, 20, 30, 40, 50], "cost: a budget alerts at 4 percentages"),
        ([80, 80], "different percentages above zero"),
        ([0], "different percentages above zero"),
    ],
)
def test_alerts_that_aws_would_not_take_are_refused(alert_at, message):
    with pytest.raises(ValueError, match=message):
        budget(alert_at)
