"""The hours of an environment, as a stack file has them."""

import pytest
from pydantic import TypeAdapter, ValidationError

from infra.settings.hours import Hours, check_hours


def told(**values):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Hours).validate_python(values)
    return str(refused.value.errors())


def test_they_are_weekdays_from_seven_to_seven_unless_said_otherwise():
    assert Hours().args == {
        "days": ["mon", "tue", "wed", "thu", "fri"],
        "start": 420,
        "end": 1140,
        "zone": "UTC",
    }


def test_days_are_named_one_by_one_and_from_day_to_day_in_any_order():
    hours = Hours(days="sat,mon-wed,tue", between="00:00-24:00")
    assert hours.args["days"] == ["mon", "tue", "wed", "sat"]
    assert (hours.args["start"], hours.args["end"]) == (0, 1440)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"days": "mon-fry"}, "mon-fry"),
        ({"days": "fri-mon"}, "fri-mon"),
        ({"days": ""}, "names no days"),
        ({"between": "7-19"}, "is not from when to when"),
        ({"between": "07:00-24:30"}, "is not from when to when"),
        ({"between": "07:60-19:00"}, "is not from when to when"),
        ({"between": "19:00-07:00"}, "ends before it begins"),
        ({"between": "07:00-07:00"}, "ends before it begins"),
        ({"zone": "Europe/Wien"}, "is no time zone"),
        ({"zone": "Europe/Viena"}, "Europe/Vienna"),
    ],
)
def test_what_is_no_time_is_refused_with_what_is_one(wrong, what):
    assert what in told(**wrong)


def test_an_endpoint_that_is_always_on_needs_hours_to_be_out_of():
    models = [{"name": "readmission", "serving": {"always_on": True}}]
    (mistake,) = check_hours({"models": models})
    assert mistake.path == ("models", 0, "serving", "always_on")
    assert not [*check_hours({"models": models, "hours": {}})]
    assert not [*check_hours({"models": [{"serving": {"always_on": False}}]})]
