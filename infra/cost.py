"""What an environment costs a month at the least, as far as its graph and public prices tell.

Only what is paid while nothing happens is added up: endpoints, gateways, keys, instances. What is
paid by use or by a job's hours, and what has no known price, is told by name.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalog import CLOUDCONTROL
from catalog.kubernetes_versions import Support, default_version, versions
from catalog.prices import Price, billed_by_use, free, price_of
from infra.graph import Graph, Resource

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
FIREWALL = "aws:networkfirewall/firewall:Firewall"
JOB_DEFINITION = "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
SWITCH = "maslow:index:Switch"
PIPELINE = "aws:sagemaker/pipeline:Pipeline"
TARGET = "aws:appautoscaling/target:Target"

Used = tuple[str, int]
"""An item of `catalog.prices`, and how many of it."""


@dataclass(frozen=True)
class Line:
    """So many of one thing, all month."""

    item: str
    count: float
    """Less than one for what is there in some hours alone."""
    price: Price

    @property
    def monthly(self) -> float:
        """US dollars for a month."""
        return self.count * self.price.monthly


@dataclass(frozen=True)
class Costs:
    """What the resources of a graph cost, and what of that is not known."""

    lines: tuple[Line, ...]
    """What is paid all month, the dearest first."""
    jobs: Mapping[str, Price | None]
    """Instances of jobs, paid while one runs; None where their price is not known."""
    by_use: tuple[str, ...]
    """Services that bill by use, sorted."""
    unknown: Mapping[str, float]
    """What is paid all month at a price that is not known: item to count."""
    not_priced: Mapping[str, int]
    """Resource types of which it is not known how they are paid: type to count."""

    @property
    def monthly(self) -> float:
        """US dollars a month that are paid at the least."""
        return sum(line.monthly for line in self.lines)


def costs(graph: Graph, region: str, share: float = 1) -> Costs:
    """What a graph's resources cost in a region. Each type is in exactly one part of the answer.

    `share` is the part of the time in which endpoints are on that are switched by their hours.
    """
    used: defaultdict[str, float] = defaultdict(float)
    jobs: set[str] = set()
    by_use: set[str] = set()
    not_priced: Counter[str] = Counter()
    use, nothing = billed_by_use(), free()
    for resource in graph.resources:
        type_ = _type(resource)
        if type_ in COUNTED:
            for item, count in COUNTED[type_](resource):
                used[item] += count
        elif type_ in use:
            by_use.add(use[type_])
        elif resource.in_aws and type_ not in {*nothing, *BY_INSTANCES}:
            not_priced[type_] += 1
    for item, often in _hosting(graph, share):
        if often:
            used[item] += often
        else:
            by_use.add(item)
    # https://aws.amazon.com/network-firewall/pricing/: each endpoint pays for a gateway beside it.
    used["NAT gateway"] -= min(used["NAT gateway"], used["firewall endpoint"])
    for resource in graph.resources:
        jobs.update(_job_instances(resource))
    prices = {item: price_of(item, region) for item, count in used.items() if count}
    lines = [Line(item, used[item], price) for item, price in prices.items() if price]
    return Costs(
        lines=tuple(sorted(lines, key=lambda line: (-line.monthly, line.item))),
        jobs={item: price_of(item, region) for item in sorted(jobs)},
        by_use=tuple(sorted(by_use)),
        unknown={item: used[item] for item, price in sorted(prices.items()) if price is None},
        not_priced=dict(sorted(not_priced.items())),
    )


def _hosting(graph: Graph, share: float) -> Iterator[tuple[str, float]]:
    """What endpoints are paid as, and how many of it; 0 of what is paid by use."""
    switched = {resource.parent for resource in graph.of_type(SWITCH)}
    for endpoint, found in variants(graph):
        if not found:
            yield f"instances of {endpoint.name}", 1
        part = share if endpoint.parent in switched else 1
        for variant in found:
            if variant.instance:
                yield f"hosting {variant.instance}", variant.fewest * part
            else:
                yield "SageMaker Serverless Inference", 0


def _type(resource: Resource) -> str:
    name = resource.inputs.get("typeName")
    return name if resource.type == CLOUDCONTROL and isinstance(name, str) else resource.type


def _one(item: str) -> Callable[[Resource], Iterator[Used]]:
    def count(_: Resource) -> Iterator[Used]:
        yield item, 1

    return count


def _interface_endpoint(resource: Resource) -> Iterator[Used]:
    """One in each zone, so for each subnet; gateway endpoints cost nothing."""
    if resource.inputs.get("vpcEndpointType") == "Interface":
        yield "interface endpoint", len(resource.inputs.get("subnetIds", ())) or 1


def _firewall(resource: Resource) -> Iterator[Used]:
    yield "firewall endpoint", len(resource.inputs.get("subnetMappings", ())) or 1


def _alarm(resource: Resource) -> Iterator[Used]:
    """AWS bills an alarm by the metrics that it looks at."""
    queries = resource.inputs.get("metricQueries", ())
    yield "alarm metric", max(1, sum("metric" in query for query in queries))


def _cluster(resource: Resource) -> Iterator[Used]:
    """Its control plane, by how EKS supports its version today; nodes are paid as they come."""
    version = str(resource.inputs.get("version") or default_version())
    known = versions().get(version)
    today = datetime.now(UTC).date()
    extended = known is not None and known.support(today) is Support.EXTENDED
    yield f"EKS cluster{' in extended support' if extended else ''}", 1


def _lustre(resource: Resource) -> Iterator[Used]:
    """By its size, whatever it holds; a GB is dearer the faster it is."""
    throughput = resource.inputs.get("perUnitStorageThroughput")
    yield f"GB of Lustre at {throughput} MB/s", resource.inputs["storageCapacity"]


COUNTED: Mapping[str, Callable[[Resource], Iterator[Used]]] = {
    "aws:cloudwatch/dashboard:Dashboard": _one("dashboard"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:ec2/eip:Eip": _one("public IPv4 address"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _interface_endpoint,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:fsx/lustreFileSystem:LustreFileSystem": _lustre,
    "aws:kms/key:Key": _one("key"),
    "aws:kms/replicaKey:ReplicaKey": _one("key"),
    FIREWALL: _firewall,
    NAT_GATEWAY: _one("NAT gateway"),
}
"""Resource types that are paid as long as they exist, and what each of them is paid as."""
BY_INSTANCES = frozenset({ENDPOINT, JOB_DEFINITION, PIPELINE})
"""Resource types that are paid by instances, which several resources tell together."""


@dataclass(frozen=True)
class Variant:
    """One variant of an endpoint, and its instances."""

    instance: str
    """Instance type; empty where it is serverless."""
    fewest: int
    """What it scales in to, or else what it starts with."""
    most: int


def variants(graph: Graph) -> Iterator[tuple[Resource, list[Variant]]]:
    """Each endpoint with its production and shadow variants, as far as the graph configures it."""
    scaled = {target.inputs.get("resourceId"): target.inputs for target in graph.of_type(TARGET)}
    for endpoint in graph.of_type(ENDPOINT):
        name = endpoint.inputs.get("name", endpoint.name)
        found = []
        for each in _configured(graph, endpoint):
            first = int(each.get("initialInstanceCount", 1))
            scale = scaled.get(f"endpoint/{name}/variant/{each.get('variantName')}", {})
            fewest, most = scale.get("minCapacity", first), scale.get("maxCapacity", first)
            found.append(Variant(each.get("instanceType", ""), int(fewest), int(most)))
        yield endpoint, found


def _configured(graph: Graph, endpoint: Resource) -> Iterator[dict[str, Any]]:
    for urn in endpoint.dependencies:
        configuration = graph.by_urn.get(urn)
        if configuration is not None and configuration.type == CONFIGURATION:
            for kind in ("productionVariants", "shadowProductionVariants"):
                yield from configuration.inputs.get(kind, ())


def _job_instances(resource: Resource) -> Iterator[str]:
    """The instances of the jobs that a resource starts, as items of `catalog.prices`."""
    if resource.type == JOB_DEFINITION:
        cluster = resource.inputs.get("jobResources", {}).get("clusterConfig", {})
        if type_ := cluster.get("instanceType"):
            yield f"processing {type_}"
    elif resource.type == PIPELINE:
        text = resource.inputs.get("pipelineDefinition", "")
        for parameter, value in parameters(resource).items():
            used = f'"Parameters.{parameter}"' in text
            if parameter.endswith("InstanceType") and value and used:
                yield f"{parameter.removesuffix('InstanceType').lower()} {value}"


def parameters(pipeline: Resource) -> dict[str, Any]:
    """The default values of a SageMaker pipeline's parameters; none where S3 has its definition."""
    try:
        definition = json.loads(pipeline.inputs.get("pipelineDefinition", "{}"))
    except ValueError:  # it holds a secret, and is masked
        return {}
    return {each["Name"]: each.get("DefaultValue") for each in definition.get("Parameters", ())}
