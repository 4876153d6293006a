import pytest

from embedded.sagemaker.rollout import Invalid, steps


def blue_green(kind, *, wait=60, termination=120, **more):
    policy = {"TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **more}}
    return {"BlueGreenUpdatePolicy": {**policy, "TerminationWaitInSeconds": termination}}


def percent(value):
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def count(value):
    return {"Type": "INSTANCE_COUNT", "Value": value}


def rolling(size, wait=60, **more):
    policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": wait, **more}
    return {"RollingUpdatePolicy": policy}


def taken(deployment, **fleets):
    return [(dict(step.taking), step.seconds) for step in steps(deployment, fleets)]


@pytest.mark.parametrize(
    ("deployment", "instances", "expected"),
    [
        (None, 4, [(4, 0)]),
        (blue_green("ALL_AT_ONCE"), 4, [(4, 120)]),
        (blue_green("CANARY", CanarySize=percent(25)), 4, [(1, 60), (4, 120)]),
        (blue_green("CANARY", CanarySize=percent(50)), 3, [(1, 60), (3, 120)]),
        (blue_green("CANARY", CanarySize=percent(10)), 2, [(1, 60), (2, 120)]),
        (blue_green("CANARY", CanarySize=percent(10)), 1, [(1, 60), (1, 120)]),
        (blue_green("CANARY", CanarySize=count(2)), 4, [(2, 60), (4, 120)]),
        (blue_green("LINEAR", LinearStepSize=percent(50)), 4, [(2, 60), (4, 120)]),
        (
            blue_green("LINEAR", LinearStepSize=percent(33)),
            4,
            [(1, 60), (2, 60), (3, 60), (4, 120)],
        ),
        (blue_green("LINEAR", LinearStepSize=count(2)), 5, [(2, 60), (4, 60), (5, 120)]),
        (rolling(percent(50)), 4, [(2, 60), (4, 60)]),
        (rolling(count(1)), 2, [(1, 60), (2, 60)]),
    ],
)
def test_a_deployment_goes_by_its_steps(deployment, instances, expected):
    assert taken(deployment, only=instances) == [
        ({"only": taking}, seconds) for taking, seconds in expected
    ]


def test_each_variant_goes_by_its_own_fleet():
    deployment = blue_green("LINEAR", LinearStepSize=percent(50))
    assert taken(deployment, large=4, small=1) == [
        ({"large": 2, "small": 1}, 60),
        ({"large": 4, "small": 1}, 120),
    ]


@pytest.mark.parametrize(
    ("deployment", "message"),
    [
        (blue_green("CANARY", CanarySize=percent(51)), "CanarySize of 51%: not 1 to 50%"),
        (blue_green("CANARY", CanarySize=count(3)), "3 instances: at most 50% of the 4 of"),
        (blue_green("CANARY"), "CanarySize must be given"),
        (blue_green("LINEAR", LinearStepSize=percent(9)), "9%: not 10 to 50%"),
        (blue_green("LINEAR"), "LinearStepSize must be given"),
        (rolling(percent(4)), "MaximumBatchSize of 4%: not 5 to 50%"),
        (rolling(count(1)) | blue_green("ALL_AT_ONCE"), "cannot both be given"),
        (rolling(percent(50), MaximumExecutionTimeoutInSeconds=100), "take 120 seconds"),
    ],
)
def test_what_aws_refuses_is_refused(deployment, message):
    with pytest.raises(Invalid, match=message):
        steps(deployment, {"only": 4})


def test_a_deployment_may_take_a_second_longer_than_its_waits():
    deployment = blue_green("ALL_AT_ONCE", termination=600)
    deployment["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 601
    assert taken(deployment, only=1) == [({"only": 1}, 600)]
    deployment["BlueGreenUpdatePolicy"]["MaximumExecutionTimeoutInSeconds"] = 600
    with pytest.raises(Invalid, match="must be longer than all waits"):
        steps(deployment, {"only": 1})
