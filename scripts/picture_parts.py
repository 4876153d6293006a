"""What the picture of the platform shows: the parts of each need, and what a graph says of them."""

from collections.abc import Callable
from dataclasses import dataclass

from infra.cost import PIPELINE, parameters, variants
from infra.graph import Graph, Resource

Facts = Callable[[Graph], str]
"""What a part has, in a few words."""

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
CODEPIPELINE = "aws:codepipeline/pipeline:Pipeline"
DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"
ROLE = "aws:iam/role:Role"
SUBNET = "aws:ec2/subnet:Subnet"
VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@dataclass(frozen=True)
class Part:
    """A box of the picture."""

    title: str
    kinds: frozenset[str]
    """Classes of the components that it stands for."""
    facts: Facts
    """Asked of a graph that has the components."""


def kind(component: Resource) -> str:
    """The class of a component."""
    return component.type.rpartition(":")[2]


def components(graph: Graph, need: str) -> list[Resource]:
    """The components right below a need."""
    return [
        child
        for each in graph.needs
        if each.name == need
        for child in graph.children.get(each.urn, ())
        if not child.custom
    ]


def shown(graph: Graph, need: str) -> list[Part | None]:
    """The parts of a need that a graph has, in their places; None for one that it has not.

    Raises LookupError for a component that no part stands for.
    """
    there = {kind(component) for component in components(graph, need)}
    known = {name for part in PARTS[need] if part for name in part.kinds}
    if missing := sorted(there - known):
        raise LookupError(f"scripts/picture_parts.py has no part for {', '.join(missing)}")
    return [part if part and part.kinds & there else None for part in PARTS[need]]


def _count(graph: Graph, type_: str, one: str, many: str = "") -> str:
    return _number(len(graph.of_type(type_)), one, many)


def _number(number: int, one: str, many: str = "") -> str:
    """A number with its noun, which no line breaks apart."""
    counted = f"{number} {one if number == 1 else many or f'{one}s'}"
    return counted.replace(" ", "\N{NO-BREAK SPACE}")


def _within(graph: Graph, need: str, class_: str, type_: str) -> list[Resource]:
    """The resources of a type below the components of a class."""
    return [
        resource
        for component in components(graph, need)
        if kind(component) == class_
        for resource in graph.below(component)
        if resource.type == type_
    ]


def _network(graph: Graph) -> str:
    zones = {each.inputs["availabilityZone"] for each in graph.of_type(SUBNET)}
    ranges = [str(vpc.inputs["cidrBlock"]) for vpc in graph.of_type("aws:ec2/vpc:Vpc")]
    private = sum(
        each.inputs.get("vpcEndpointType") == "Interface" for each in graph.of_type(VPC_ENDPOINT)
    )
    ways = _count(graph, "aws:ec2/natGateway:NatGateway", "way out", "ways out")
    return f"{', '.join(ranges)}, {len(zones)} zones, {_number(private, 'endpoint')}, {ways}"


def _keys(graph: Graph) -> str:
    keys = _count(graph, "aws:kms/key:Key", "key")
    return f"{keys} by class of data, {_count(graph, 'aws:s3/bucket:Bucket', 'private bucket')}"


def _people(graph: Graph) -> str:
    signing_in = len(_within(graph, "foundation", "Personas", ROLE))
    return f"{_number(signing_in, 'persona')}, a boundary on {_count(graph, ROLE, 'role')}"


def _audit(graph: Graph) -> str:
    services = {
        "aws:cfg/recorder:Recorder": "Config",
        "aws:guardduty/detector:Detector": "GuardDuty",
        "aws:securityhub/account:Account": "Security Hub",
    }
    watching = [name for type_, name in services.items() if graph.of_type(type_)]
    return ", ".join([_count(graph, "aws:cloudtrail/trail:Trail", "trail"), *watching])


def _alerts(graph: Graph) -> str:
    topics = _count(graph, "aws:sns/topic:Topic", "topic")
    return f"{topics} by severity, {_count(graph, ALARM, 'alarm')}"


def _spending(graph: Graph) -> str:
    unusual = graph.of_type("aws:costexplorer/anomalyMonitor:AnomalyMonitor")
    budgets = _count(graph, "aws:budgets/budget:Budget", "budget")
    return f"{budgets}, unusual spending" if unusual else budgets


def _stages(class_: str) -> Facts:
    """The stages of the first pipeline of a class of components."""

    def facts(graph: Graph) -> str:
        first = _within(graph, "devops", class_, CODEPIPELINE)[0]
        return ", ".join(str(stage["name"]).lower() for stage in first.inputs["stages"][1:])

    return facts


def _images(graph: Graph) -> str:
    mirrors = _count(graph, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "public mirror")
    repositories = _count(graph, "aws:ecr/repository:Repository", "repository", "repositories")
    return f"{repositories}, {mirrors}"


def _packages(graph: Graph) -> str:
    type_ = "aws:codeartifact/repository:Repository"
    return _count(graph, type_, "repository", "repositories")


def _lake(graph: Graph) -> str:
    prefix = f"{graph.project}_{graph.stack}_".replace("-", "_")
    names = [str(each.inputs["name"]).removeprefix(prefix) for each in graph.of_type(DATABASE)]
    return f"zones {', '.join(names)}"


def _tables(graph: Graph) -> str:
    tables = _count(graph, "aws:glue/catalogTable:CatalogTable", "table")
    return f"{tables} in {_count(graph, DATABASE, 'Glue database')}"


def _queries(graph: Graph) -> str:
    return _count(graph, "aws:athena/workgroup:Workgroup", "Athena workgroup")


def _groups(graph: Graph) -> str:
    found = graph.of_type("aws:sagemaker/featureGroup:FeatureGroup")
    features = sum(len(each.inputs["featureDefinitions"]) for each in found)
    return f"{_number(len(found), 'group')}, {_number(features, 'feature')}"


def _jobs(graph: Graph) -> str:
    jobs = [one for one in components(graph, "data") if kind(one) == "Job"]
    applications = graph.of_type("aws:emrserverless/application:Application")
    shared = "".join(f", {one.inputs['maximumCapacity']['cpu']}" for one in applications)
    return f"{_number(len(jobs), 'job')} of Spark{shared}"


def _streams(graph: Graph) -> str:
    streams = [one for one in components(graph, "data") if kind(one) == "Stream"]
    (first, *_) = graph.of_type("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream")
    place = first.inputs["extendedS3Configuration"]["prefix"].partition("/")[0]
    return f"{_number(len(streams), 'stream')} into raw, such as {place}"


def _training(graph: Graph) -> str:
    declared = [parameters(pipeline) for pipeline in graph.of_type(PIPELINE)]
    instances = sorted({str(each.get("TrainingInstanceType")) for each in declared})
    return f"prepare, train, evaluate on {', '.join(instances)}"


def gate(graph: Graph) -> str:
    """What a version must reach to be registered, `auc ≥ 0.95`; that of the first pipeline."""
    accept = str(parameters(graph.of_type(PIPELINE)[0]).get("Accept", ""))
    return accept.replace(">=", "≥").replace("<=", "≤")


def _registry(graph: Graph) -> str:
    models = _count(graph, "aws:sagemaker/modelPackageGroup:ModelPackageGroup", "model")
    return f"versions of {models}, with what they were measured by"


def _endpoint(graph: Graph) -> str:
    found = [each for _, several in variants(graph) for each in several]
    sizes = sorted({f"{each.instance} × {each.fewest} to {each.most}" for each in found})
    return f"{', '.join(sizes)}, taken back by alarms"


def _monitor(graph: Graph) -> str:
    alarms = len(_within(graph, "mlops", "Monitor", ALARM))
    return f"compares with what was trained on, {_number(alarms, 'alarm')}"


def _dashboards(graph: Graph) -> str:
    return _count(graph, "aws:cloudwatch/dashboard:Dashboard", "dashboard")


def _studio(graph: Graph) -> str:
    people = _count(graph, "aws:sagemaker/userProfile:UserProfile", "person", "people")
    return f"notebooks of {people}"


def _fixed(text: str) -> Facts:
    return lambda _: text


PARTS: dict[str, list[Part | None]] = {
    "mlops": [
        Part(
            "Loop",
            frozenset({"Loop"}),
            _fixed("retrains, compares and decides"),
        ),
        Part("Monitors", frozenset({"Monitor", "MonitorCode", "SilenceWatch"}), _monitor),
        Part("Endpoint", frozenset({"Endpoint"}), _endpoint),
        Part("Dashboards", frozenset({"Dashboard"}), _dashboards),
    ],
    "platform": [
        Part(
            "Training pipeline",
            frozenset({"TrainingPipeline", "TrainingSet", "TrainingAlert", "JobLogs"}),
            _training,
        ),
        None,
        Part("Model registry", frozenset({"ModelGroup", "VersionCards"}), _registry),
        Part(
            "Studio",
            frozenset({"StudioDomain", "StudioEntry", "StudioImage", "StudioTeam"}),
            _studio,
        ),
        Part("Experiments", frozenset({"Experiments"}), _fixed("runs of trainings, by MLflow")),
    ],
    "data": [
        Part("Lake", frozenset({"Lake", "SharedFiles", "ZoneReplica"}), _lake),
        Part("Tables", frozenset({"Table", "TableUpkeep", "UpkeepLogs", "View"}), _tables),
        Part("Queries", frozenset({"Lake", "Queries", "Share"}), _queries),
        Part("Feature groups", frozenset({"FeatureGroup"}), _groups),
        Part("Streams", frozenset({"SchemaRegistry", "Stream"}), _streams),
        Part("Jobs", frozenset({"SparkApplication", "Job"}), _jobs),
    ],
    "devops": [
        Part(
            "Delivery",
            frozenset({"DeliveryPipeline", "PlatformPolicies", "SourceConnection"}),
            _stages("DeliveryPipeline"),
        ),
        Part("Pull requests", frozenset({"PullRequestPreview"}), _stages("PullRequestPreview")),
        Part("Delivery of a model", frozenset({"ModelDelivery"}), _stages("ModelDelivery")),
        Part("Redeployment", frozenset({"Redeployment"}), _fixed("of what is approved")),
        Part("Images", frozenset({"ImageRegistry", "ImageScanning", "PullThrough"}), _images),
        Part("Python packages", frozenset({"PackageRegistry"}), _packages),
    ],
    "foundation": [
        Part("Network", frozenset({"Network", "ExistingNetwork"}), _network),
        Part("Keys and buckets", frozenset({"Key", "PrivateBucket", "AccessLogBucket"}), _keys),
        Part("People and roles", frozenset({"Personas", "Boundary"}), _people),
        Part(
            "Audit",
            frozenset(
                {
                    "AccountWatch",
                    "Conformance",
                    "SecurityHub",
                    "ThreatDetection",
                    "Trail",
                    "TrailBucket",
                }
            ),
            _audit,
        ),
        Part("Alerts", frozenset({"Alerts", "DeadLetterQueue"}), _alerts),
        Part("Spending", frozenset({"Budget", "CostAnomalies", "CostTags"}), _spending),
    ],
}
"""The parts of each need, top need first, in rows of three."""
