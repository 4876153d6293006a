import pytest

from catalog.instances import PREVIOUS
from infra.hardware import USES, instances
from infra.settings.aws import allowed


def names(*arguments, **more):
    return [one.type for one in instances(*arguments, **more)]


@pytest.mark.parametrize("use", USES)
def test_the_cheapest_come_first_and_what_has_no_price_last(use) -> None:
    prices = [one.usd_an_hour for one in instances(use, "us-east-1")]
    known = [price for price in prices if price is not None]

    assert known == sorted(known)
    assert prices == known + [None] * (len(prices) - len(known))


def test_all_that_settings_take_are_there_but_for_previous_generations() -> None:
    wanted = {name for name in allowed()["endpoint"] if name.split(".")[1] not in PREVIOUS}

    assert set(names("endpoint", "us-east-1")) == wanted


def test_memory_is_of_one_accelerator() -> None:
    found = names("training", "us-east-1", each_gib=80)

    assert "ml.p5.48xlarge" in found
    assert "ml.p4de.24xlarge" in found
    assert "ml.p4d.24xlarge" not in found
    assert "ml.g5.48xlarge" not in found
    assert "ml.m5.24xlarge" not in found


def test_an_accelerator_is_of_one_maker_or_there_is_none() -> None:
    assert {name.split(".")[1] for name in names("endpoint", "us-east-1", accelerator="Inferentia")}
    assert set(names("training", "us-east-1", accelerator="Trainium")) == {
        "ml.trn1.2xlarge",
        "ml.trn1.32xlarge",
        "ml.trn1n.32xlarge",
        "ml.trn2.48xlarge",
    }
    plain = instances("training", "us-east-1", accelerator="none")
    assert plain
    assert not any(one.what.accelerators for one in plain)


def test_a_price_tells_its_day_and_its_region() -> None:
    (one,) = [one for one in instances("training", "eu-west-1") if one.type == "ml.p5.48xlarge"]

    assert one.offered is False
    assert (one.price.region, one.priced_on.isoformat()) == ("us-east-1", "2026-09-04")


def test_tuning_has_what_training_has() -> None:
    assert instances("tuning", "us-east-1") == instances("training", "us-east-1")
