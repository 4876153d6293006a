import pytest

from components.foundation.budget import Budget
from infra.graph import record

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"


def budget(alert_at, monthly_usd=1500):
    def program():
        Budget("cost", {"monthly_usd": monthly_usd, "alert_at": alert_at, "topic_arn": TOPIC})

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


def test_a_budget_tells_the_alert_topic():
    assert all(
        notification["subscriberSnsTopicArns"] == [TOPIC]
        for notification in budget([50])["notifications"]
    )


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
