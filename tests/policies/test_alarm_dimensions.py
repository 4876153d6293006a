from collections.abc import Callable

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from policies.alarm_dimensions import alarm_dimensions
from tests.policies.conftest import of


def test_alarms_watch_what_something_emits(either_pass: Graph) -> None:
    assert alarm_dimensions(either_pass) == []


def test_an_alarm_on_what_a_monitor_emits_is_let_pass(silence_alarm: Callable[..., Graph]) -> None:
    assert alarm_dimensions(silence_alarm()) == []


@pytest.mark.parametrize(
    "dimensions",
    [
        {"Model": "other", "Monitor": "data"},
        {"Model": "readmission"},
        {"Model": "readmission", "Monitor": "bias"},
    ],
)
def test_an_alarm_on_what_nothing_emits_is_found(
    silence_alarm: Callable[..., Graph], dimensions: dict[str, str]
) -> None:
    (finding,) = alarm_dimensions(silence_alarm(**of(dimensions=dimensions)))
    assert finding.message.startswith("nothing here emits Ran with")


def test_an_alarm_on_a_variant_that_is_not_there_is_found() -> None:
    def program() -> None:
        configuration = aws.sagemaker.EndpointConfiguration(
            "configuration",
            production_variants=[{"variant_name": "AllTraffic", "model_name": "model"}],
        )
        aws.sagemaker.Endpoint("endpoint", name="serving", endpoint_config_name=configuration.name)
        for variant in ("AllTraffic", "Canary"):
            aws.cloudwatch.MetricAlarm(
                variant,
                namespace="AWS/SageMaker",
                metric_name="ModelLatency",
                dimensions={"EndpointName": "serving", "VariantName": variant},
                period=60,
                evaluation_periods=1,
                comparison_operator="GreaterThanThreshold",
            )

    assert [finding.resource for finding in alarm_dimensions(record(program))] == ["Canary"]
