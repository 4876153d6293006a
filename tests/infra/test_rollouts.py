import pulumi_aws as aws
import pytest

from components.mlops.rollout import deployment_config
from infra.graph import record
from infra.rollouts import rollouts


def told(*names, instances=2, percent=10, minutes=30, instance="ml.c6i.large", guarded=True):
    def program():
        configuration = aws.sagemaker.EndpointConfiguration(
            "configuration",
            production_variants=[
                {
                    "variant_name": "AllTraffic",
                    "model_name": "model",
                    "instance_type": instance,
                    "initial_instance_count": instances,
                }
            ],
        )
        rollout = {"canary_percent": percent, "bake_minutes": minutes}
        for name in names or ("one",):
            aws.sagemaker.Endpoint(
                name,
                name=name,
                endpoint_config_name=configuration.name,
                deployment_config=deployment_config(
                    rollout, min_instances=instances, rollback_alarms=["errors"]
                )
                if guarded
                else None,
            )

    return rollouts(record(program))


@pytest.mark.parametrize(
    ("instances", "percent", "canary"),
    [
        (10, 10, "1 of 10 instances"),
        (40, 25, "10 of 40 instances"),
        (2, 50, "1 of 2 instances"),
        (2, 10, "1 of 2 instances (50%, not 10%)"),
        (3, 10, "1 of 3 instances (33%, not 10%)"),
        (15, 10, "1 or 2 of 15 instances"),
    ],
)
def test_a_canary_is_told_in_instances(instances, percent, canary):
    (sentence,) = told(instances=instances, percent=percent)
    assert sentence == (
        f"A new version takes the traffic of {canary} first; for 30 minutes alarms take it back "
        "(one)."
    )


def test_one_instance_has_no_canary_whatever_was_asked_for():
    (sentence,) = told(instances=1)
    assert sentence == (
        "A new version takes all traffic at once (one instance has no canary); for 30 minutes "
        "alarms take it back (one)."
    )


def test_a_rollout_without_a_canary_is_told_as_such():
    (sentence,) = told(percent=0, minutes=5)
    assert sentence == (
        "A new version takes all traffic at once; for 5 minutes alarms take it back (one)."
    )


def test_a_type_without_guardrails_is_not_taken_back():
    (sentence,) = told(instance="ml.inf1.xlarge", guarded=False)
    assert sentence == (
        "A new version takes all traffic at once, and no alarm takes it back: ml.inf1.xlarge has "
        "no deployment guardrails (one)."
    )


def test_endpoints_that_move_alike_share_a_sentence():
    (sentence,) = told("a", "b", "c", "d", "e")
    assert sentence.endswith("(a, b, c and 2 more).")


def test_an_endpoint_of_a_teams_own_making_is_passed_over():
    def program():
        configuration = aws.sagemaker.EndpointConfiguration(
            "configuration",
            production_variants=[
                {
                    "variant_name": "AllTraffic",
                    "model_name": "model",
                    "serverless_config": {"max_concurrency": 1, "memory_size_in_mb": 1024},
                }
            ],
        )
        aws.sagemaker.Endpoint("own", endpoint_config_name=configuration.name)

    assert rollouts(record(program)) == []
