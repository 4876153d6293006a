import pulumi
import pytest

from components.common.durability import Durability, setting_of_stateful, stateful
from infra.graph import record


class Store(pulumi.ComponentResource):
    def __init__(self, durability):
        super().__init__("test:index:Store", "store")
        data = Data("data", stateful(self, durability))
        Data("setting", setting_of_stateful(self, durability, depends_on=[data]))


class Data(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("test:index:Data", name, None, opts)


def options_of(name, durability):
    def program():
        Store(durability)

    return record(program).one("test:index:Data", name).options


@pytest.mark.parametrize(
    ("durability", "expected"),
    [
        (Durability.DISPOSABLE, {}),
        (Durability.KEEP, {"retainOnDelete": True}),
        (Durability.PROTECTED, {"retainOnDelete": True, "protect": True}),
    ],
)
def test_durability_decides_what_a_destroy_takes(durability, expected):
    assert options_of("data", durability) == expected


@pytest.mark.parametrize(
    ("durability", "expected"),
    [
        (Durability.DISPOSABLE, {}),
        (Durability.KEEP, {"retainOnDelete": True}),
        (Durability.PROTECTED, {"retainOnDelete": True}),
    ],
)
def test_a_setting_stays_with_what_it_secures_but_may_change(durability, expected):
    assert options_of("setting", durability) == expected
