"""What graphs cost: sums by hand, and that nothing in a graph is passed over in silence."""

from collections import Counter

import pulumi
import pulumi_aws as aws
import pytest

from catalog.prices import billed_by_use, free
from infra.cost import BY_INSTANCES, COUNTED, costs
from infra.graph import Graph, record

HOURS = 730


def graph_of(program) -> Graph:
    return record(program)


def network():
    for name, subnets in (("kms", 3), ("sts", 2)):
        aws.ec2.VpcEndpoint(
            name,
            vpc_id="vpc-1",
            service_name=name,
            vpc_endpoint_type="Interface",
            subnet_ids=[f"subnet-{number}" for number in range(subnets)],
        )
    aws.ec2.VpcEndpoint("s3", vpc_id="vpc-1", service_name="s3", vpc_endpoint_type="Gateway")
    aws.ec2.Eip("address", domain="vpc")
    aws.ec2.NatGateway("gateway", subnet_id="subnet-1", allocation_id="eipalloc-1")


def watched():
    aws.kms.Key("data")
    aws.kms.Key("logs")
    alarm = {"comparison_operator": "GreaterThanThreshold", "evaluation_periods": 1}
    aws.cloudwatch.MetricAlarm("one", metric_name="Errors", namespace="AWS/X", **alarm)
    metric = {"metric_name": "Errors", "namespace": "AWS/X", "stat": "Sum", "period": 60}
    queries = [{"id": "e", "expression": "m0 + m1"}]
    queries += [{"id": f"m{number}", "metric": metric} for number in range(2)]
    aws.cloudwatch.MetricAlarm("two", metric_queries=queries, **alarm)


def endpoint(instance: str | None, *, scaled_to: int | None = None):
    variant = {"variant_name": "All", "model_name": "m"}
    if instance:
        variant |= {"instance_type": instance, "initial_instance_count": 3}
    else:
        variant["serverless_config"] = {"max_concurrency": 1, "memory_size_in_mb": 1024}
    configuration = aws.sagemaker.EndpointConfiguration("c", production_variants=[variant])
    aws.sagemaker.Endpoint("served", name="served", endpoint_config_name=configuration.name)
    if scaled_to:
        aws.appautoscaling.Target(
            "t",
            resource_id="endpoint/served/variant/All",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            service_namespace="sagemaker",
            min_capacity=scaled_to,
            max_capacity=9,
        )


def monthly(found) -> dict[str, float]:
    return {line.item: pytest.approx(line.monthly) for line in found.lines}


def test_a_network_costs_its_endpoints_in_each_zone_its_gateway_and_address():
    found = costs(graph_of(network), "eu-west-1")
    assert monthly(found) == {
        "interface endpoint": 5 * HOURS * 0.011,
        "NAT gateway": HOURS * 0.048,
        "public IPv4 address": HOURS * 0.005,
    }
    assert found.monthly == pytest.approx(40.15 + 35.04 + 3.65)
    assert found.lines[0].item == "interface endpoint"


def test_an_alarm_costs_by_its_metrics_and_a_key_by_itself():
    found = costs(graph_of(watched), "us-east-1")
    assert monthly(found) == {"key": 2.0, "alarm metric": pytest.approx(0.3)}


def test_a_gateway_beside_a_firewall_is_paid_by_the_firewall():
    def program():
        network()
        aws.networkfirewall.Firewall(
            "wall", firewall_policy_arn="a", vpc_id="v", subnet_mappings=[{"subnet_id": "s"}]
        )

    found = costs(graph_of(program), "us-east-1")
    assert monthly(found)["firewall endpoint"] == HOURS * 0.395
    assert "NAT gateway" not in monthly(found)


@pytest.mark.parametrize(("scaled_to", "count"), [(None, 3), (2, 2), (4, 4)])
def test_an_endpoint_costs_its_fewest_instances(scaled_to, count):
    found = costs(graph_of(lambda: endpoint("ml.m5.large", scaled_to=scaled_to)), "us-east-1")
    assert monthly(found) == {"hosting ml.m5.large": count * HOURS * 0.115}


def test_an_endpoint_that_is_off_at_times_costs_as_long_as_it_is_on():
    class Switch(pulumi.ComponentResource):
        def __init__(self):
            super().__init__("maslow:index:Switch", "switch")

    def program():
        endpoint("ml.m5.large")
        Switch()

    found = costs(graph_of(program), "us-east-1", 0.25)
    assert monthly(found) == {"hosting ml.m5.large": 0.75 * HOURS * 0.115}
    found = costs(graph_of(lambda: endpoint("ml.m5.large")), "us-east-1", 0.25)
    assert monthly(found) == {"hosting ml.m5.large": 3 * HOURS * 0.115}


def test_the_price_of_another_region_is_told_as_such():
    found = costs(graph_of(lambda: endpoint("ml.m5.large")), "sa-east-1")
    assert [line.price.region for line in found.lines] == ["us-east-1"]


def test_instances_without_a_known_price_are_told_by_name_and_not_counted():
    found = costs(graph_of(lambda: endpoint("ml.m8i.48xlarge")), "us-east-1")
    assert found.unknown == {"hosting ml.m8i.48xlarge": 3}
    assert found.lines == ()


def test_an_endpoint_that_is_configured_elsewhere_is_told_by_name():
    def program():
        aws.sagemaker.Endpoint("served", endpoint_config_name="made-elsewhere")

    assert costs(graph_of(program), "us-east-1").unknown == {"instances of served": 1}


def test_a_serverless_endpoint_is_paid_by_use():
    found = costs(graph_of(lambda: endpoint(None)), "us-east-1")
    assert found.by_use == ("SageMaker Serverless Inference",)
    assert not found.unknown


def test_jobs_are_told_with_their_hourly_price_and_not_counted():
    types = [{"Get": f"Parameters.{kind}InstanceType"} for kind in ("Training", "Processing")]

    def program():
        aws.sagemaker.Pipeline(
            "training",
            pipeline_name="p",
            pipeline_display_name="p",
            role_arn="r",
            pipeline_definition=pulumi.Output.json_dumps(
                {
                    "Parameters": [
                        {"Name": "TrainingInstanceType", "DefaultValue": "ml.m5.large"},
                        {"Name": "ProcessingInstanceType", "DefaultValue": "ml.m8i.large"},
                        {"Name": "TransformInstanceType", "DefaultValue": "ml.m5.large"},
                        {"Name": "Rounds", "DefaultValue": 3},
                    ],
                    "Steps": [{"Arguments": {"InstanceType": each}} for each in types],
                }
            ),
        )

    found = costs(graph_of(program), "us-east-1")
    assert found.jobs["training ml.m5.large"].usd == 0.115
    assert found.jobs["processing ml.m8i.large"] is None
    assert len(found.jobs) == 2, "what no step refers to starts nothing"
    assert found.monthly == 0


def test_a_type_of_which_nothing_is_known_is_told_by_name():
    def program():
        for number in range(2):
            pulumi.CustomResource("aws:transfer/server:Server", f"server-{number}", {})

    assert costs(graph_of(program), "us-east-1").not_priced == {"aws:transfer/server:Server": 2}


@pytest.mark.parametrize(("throughput", "monthly"), [(125, 2400 * 0.145), (250, None)])
def test_a_file_system_of_lustre_is_paid_by_its_size_whatever_it_holds(throughput, monthly):
    def program():
        aws.fsx.LustreFileSystem(
            "fast",
            storage_capacity=2400,
            per_unit_storage_throughput=throughput,
            subnet_ids="subnet-1",
        )

    found = costs(graph_of(program), "us-east-1")
    item = f"GB of Lustre at {throughput} MB/s"
    assert [(line.item, line.count) for line in found.lines] == ([(item, 2400)] if monthly else [])
    assert found.monthly == pytest.approx(monthly or 0)
    assert found.unknown == ({} if monthly else {item: 2400})


def test_each_type_of_every_graph_is_in_exactly_one_part_of_the_answer(graph: Graph):
    found = costs(graph, "eu-west-1")
    types = Counter(
        resource.inputs.get("typeName") or resource.type
        for resource in graph.resources
        if resource.in_aws
    )
    parts = (COUNTED.keys(), BY_INSTANCES, billed_by_use().keys(), free(), found.not_priced.keys())
    for type_, count in types.items():
        assert sum(type_ in part for part in parts) == 1, type_
        assert found.not_priced.get(type_, count) == count
    named = {billed_by_use()[type_] for type_ in types if type_ in billed_by_use()}
    assert named <= set(found.by_use)


def test_nothing_that_the_platform_itself_declares_lacks_a_word_on_its_price(recording, committed):
    unpriced = costs(recording(committed, "second"), "eu-west-1").not_priced
    assert not unpriced, f"{', '.join(unpriced)}: say in catalog/prices.json how AWS bills it"
