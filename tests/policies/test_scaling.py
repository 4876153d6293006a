import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from policies.scaling import scaling


def test_what_scales_grows_sooner_than_it_shrinks(either_pass: Graph) -> None:
    assert scaling(either_pass) == []


def scaled(count: int = 2, grows: int | None = 60, shrinks: int | None = 300) -> Graph:
    def program() -> None:
        configuration = aws.sagemaker.EndpointConfiguration(
            "configuration",
            production_variants=[
                {"variant_name": "Live", "model_name": "model", "initial_instance_count": count}
            ],
        )
        aws.sagemaker.Endpoint("endpoint", name="serving", endpoint_config_name=configuration.name)
        variant = {
            "service_namespace": "sagemaker",
            "resource_id": "endpoint/serving/variant/Live",
            "scalable_dimension": "sagemaker:variant:DesiredInstanceCount",
        }
        aws.appautoscaling.Target("target", min_capacity=2, max_capacity=4, **variant)
        aws.appautoscaling.Policy(
            "policy",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration={
                "target_value": 600,
                "scale_out_cooldown": grows,
                "scale_in_cooldown": shrinks,
            },
            **variant,
        )

    return record(program)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_variant_within_its_limits_is_let_pass(count: int) -> None:
    assert scaling(scaled(count)) == []


@pytest.mark.parametrize("count", [1, 5])
def test_a_variant_that_starts_outside_its_limits_is_found(count: int) -> None:
    (finding,) = scaling(scaled(count))
    assert finding.resource == "configuration"
    assert finding.message == f"starts with {count} instances, and scales between 2 and 4"


@pytest.mark.parametrize(("grows", "shrinks"), [(300, 60), (60, 60), (None, None)])
def test_what_shrinks_as_soon_as_it_grows_is_found(grows: int | None, shrinks: int | None) -> None:
    (finding,) = scaling(scaled(grows=grows, shrinks=shrinks))
    assert finding.resource == "policy"
