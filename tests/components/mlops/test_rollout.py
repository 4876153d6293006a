import pytest

from components.mlops.rollout import deployment_config


def config(percent=10, minutes=30, instances=2):
    return deployment_config(
        {"canary_percent": percent, "bake_minutes": minutes},
        min_instances=instances,
        rollback_alarms=["latency", "errors"],
    )


def routing(result):
    return result["blue_green_update_policy"]["traffic_routing_configuration"]


def test_a_canary_takes_its_share_of_traffic_for_the_bake():
    assert routing(config()) == {
        "type": "CANARY",
        "canary_size": {"type": "CAPACITY_PERCENT", "value": 10},
        "wait_interval_in_seconds": 1800,
    }


@pytest.mark.parametrize("case", [{"percent": 0}, {"instances": 1}])
def test_without_a_canary_all_traffic_shifts_at_once_and_the_old_fleet_is_kept(case):
    result = config(**case)

    assert routing(result) == {"type": "ALL_AT_ONCE", "wait_interval_in_seconds": 0}
    assert result["blue_green_update_policy"]["termination_wait_in_seconds"] == 1800


def test_alarms_roll_the_deployment_back():
    assert config()["auto_rollback_configuration"] == {
        "alarms": [{"alarm_name": "latency"}, {"alarm_name": "errors"}]
    }


@pytest.mark.parametrize("minutes", [0, 30, 45])
@pytest.mark.parametrize("percent", [0, 10])
def test_the_waiting_leaves_time_to_provision_within_every_limit(percent, minutes):
    policy = config(percent, minutes)["blue_green_update_policy"]

    waiting = (
        policy["traffic_routing_configuration"]["wait_interval_in_seconds"]
        + policy["termination_wait_in_seconds"]
    )
    assert waiting < policy["maximum_execution_timeout_in_seconds"]
    assert 600 <= policy["maximum_execution_timeout_in_seconds"] <= 14400
    assert waiting < 3600 - 600


@pytest.mark.parametrize(("percent", "minutes"), [(51, 10), (-1, 10), (10, 46), (10, -1)])
def test_a_rollout_outside_the_limits_is_refused(percent, minutes):
    with pytest.raises(ValueError, match="is not between"):
        config(percent, minutes)
