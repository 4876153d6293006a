"""Whether a region has all that an environment is made of.

Services come from the graph, images from the settings. What a source says of a region may be behind
AWS: `catalog.generate_regions`, `catalog.generate_images` and `catalog.generate_instance_regions`
name theirs.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import catalog
from catalog.images import registries
from catalog.instance_regions import offered, offerings
from catalog.regions import regions
from catalog.services import by_client
from components.mlops.monitoring.job_request import MonitorKind
from infra.graph import Graph
from infra.needs.model_context import TRAINING_IMAGE
from infra.settings import Mistake, StackFile
from infra.settings.aws import allowed
from infra.settings.experiments import APP
from infra.settings.framework_image import check_framework_region
from infra.settings.instance_hints import parsed, stand_in
from infra.settings.mistakes import Path
from infra.settings.mlops.model import ModelSettings
from infra.settings.stackfile import REGION_PATH, refused
from infra.training_costs import check_training_costs


class Choice(NamedTuple):
    """A setting by which an environment does without a service."""

    path: Path
    hint: str


CONNECTED = Choice(
    ("source",), "Without connections, the source is in CodeCommit or S3: source: {s3: …}."
)
WITHOUT = {
    "codeartifact": Choice(("registry", "packages"), "Set it to false: builds use public indexes."),
    "codeconnections": CONNECTED,
    "codestar-connections": CONNECTED,
    "codecommit": Choice(("source",), "Let the source be in S3."),
    "config": Choice(("audit", "config_rules"), "Set it to false."),
    "guardduty": Choice(("audit", "guardduty"), "Set it to false."),
    "inspector2": Choice(("registry", "scanning"), "Set it to basic."),
    "macie2": Choice(("audit", "macie"), "Leave it out."),
    "network-firewall": Choice(("network", "filter"), "Filter by dns, or leave it out."),
    "route53resolver": Choice(("network",), "Leave filter out, and set query_log to false."),
    "s3tables": Choice(
        ("lake", "table_bucket"),
        "Leave it out, and choose format: iceberg for tables of a zone.",
    ),
    "securityhub": Choice(("audit", "security_hub"), "Set it to false."),
}
"""By IAM's prefix of a service. Without any other, the platform is not what it is."""
WITHOUT_ICEBERG = ("ap-east-2", "ap-southeast-5", "ap-southeast-6", "mx-central-1")
"""Regions in which Firehose delivers to no tables of Iceberg, beside those of China and GovCloud.

https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-considerations.html
"""
EXPLAIN = MonitorKind.EXPLAIN.value
ELSEWHERE = "Choose a region that has it; a plan of each tells."


def check_region(graph: Graph, stack: StackFile) -> None:
    """Raise SettingsError for what an environment uses and its region lacks, or asks too much for.

    The latter are trainings that may cost more than their budget.
    """
    found = [
        *_services(graph, stack),
        *_images(stack),
        *_studio_images(stack),
        *_instances(stack),
        *_pools(stack),
        *_zones(stack),
        *_upkeep(stack),
        *_iceberg_streams(stack),
        *_experiments(stack),
        *_copies(stack),
        *check_training_costs(stack),
    ]
    # In a region that cannot do at all, the rest need not be said.
    if found := [each for each in found if each.path == REGION_PATH] or found:
        raise refused(stack, found)


def _services(graph: Graph, stack: StackFile) -> Iterator[Mistake]:
    without: dict[Path, list[str]] = {}
    hints: dict[Path, str] = {}
    for prefix, name in sorted(_used(graph).items()):
        listed = regions().get(prefix)  # of the others there is one endpoint, or nothing known
        if listed is not None and stack.region not in listed:
            path, hint = WITHOUT.get(prefix, Choice(REGION_PATH, ELSEWHERE))
            without.setdefault(path, []).append(name)
            hints[path] = hint
    for path, names in without.items():
        yield Mistake(path, f"{stack.region} has no {' and no '.join(names)}.", hints[path])


def _used(graph: Graph) -> dict[str, str]:
    """IAM's prefix of each service in use, with CloudFormation's name for it."""
    known = catalog.entries()
    used: dict[str, str] = {}
    for type_ in {each.type for each in graph.resources} & known.keys():
        service = by_client()[known[type_].service]
        name = service.cloudformation
        if not name and (made := known[type_].cloudformation):
            name = made.split("::")[1]
        if name or service.prefix not in used:
            used[service.prefix] = name or service.prefix
    return used


def _images(stack: StackFile) -> Iterator[Mistake]:
    origin = stack.platform.origin
    for index, model in enumerate(stack.platform.models):
        at: Path = ("models", index)
        if not origin:
            yield from _framework_images(model, at, stack.region)
        if model.image is None and not origin and _lacks(stack, TRAINING_IMAGE[0]):
            yield Mistake(
                (*at, "image"),
                f"SageMaker keeps no scikit-learn image in {stack.region}.",
                "Give the model an image of your own in ECR.",
            )
        for kind in model.monitor.kinds if _lacks(stack, TRAINING_IMAGE[0]) else ():
            if kind != EXPLAIN:  # which runs in the model's own
                yield Mistake(
                    (*at, "monitor", kind),
                    f"SageMaker keeps no scikit-learn image in {stack.region}, in which it runs.",
                    "Set it to off.",
                )


def _framework_images(model: ModelSettings, at: Path, region: str) -> Iterator[Mistake]:
    """Images by framework that the region lacks."""
    training, serving = model.training, model.serving
    found = {
        "training": check_framework_region(
            training.framework, "training", training.instances, region
        ),
        "serving": check_framework_region(serving.framework, "serving", [serving.instance], region),
    }
    for group, mistakes in found.items():
        for mistake in mistakes:
            yield replace(mistake, path=(*at, group, *mistake.path))


def _studio_images(stack: StackFile) -> Iterator[Mistake]:
    """Images of Studio that are in another region, of which SageMaker makes no version.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi.html
    """
    studio = stack.platform.studio
    for name, image in studio.images.items() if studio else ():
        region = image.image.split(".")[3]
        if region != stack.region:
            yield Mistake(
                ("studio", "images", name, "image"),
                f"{image.image} is in {region}, and Studio starts images of {stack.region} alone.",
                "Copy it into a repository there, or have ECR replicate it.",
            )


def instances(stack: StackFile) -> Iterator[tuple[Path, str, str]]:
    """Each instance type that is named: where, what for (as in settings), and the type."""
    uses = {"processing": "processing", "serving": "endpoint"}
    if not stack.platform.origin:
        uses = {"training": "training", **uses}
    for index, model in enumerate(stack.platform.models):
        for group, use in uses.items():
            if group == "serving" and model.serving.on == "kubernetes":
                continue
            grouped = model.training.instance_groups if group == "training" else {}
            for name, each in grouped.items():
                at: Path = ("models", index, group, "instance_groups", name, "instance")
                yield at, use, each.instance
            if not grouped:
                yield ("models", index, group, "instance"), use, getattr(model, group).instance
    if studio := stack.platform.studio:
        teams: dict[Path, tuple[str, ...]] = {
            ("studio", "teams", name, "instances"): team.instances or ()
            for name, team in studio.teams.items()
        }
        for at, listed in {("studio", "instances"): studio.instances, **teams}.items():
            for place, instance in enumerate(listed):
                yield (*at, place), "studio", instance


def _instances(stack: StackFile) -> Iterator[Mistake]:
    for path, use, name in instances(stack):
        if offered(name, stack.region) is not False:
            continue
        there = [each for each in allowed()[use] if offered(each, stack.region)]
        meant = parsed(name)
        instead = stand_in(meant, there) if meant else None
        hint = f"Of its kind it has {instead}." if instead else "It has none of its kind."
        yield Mistake(
            path,
            f"{stack.region} has no {name}.",
            f"{hint} Regions with {name}: {', '.join(offerings().types[name])} "
            f"(by EC2's offerings, as {offerings().source} records them).",
        )


def _pools(stack: StackFile) -> Iterator[Mistake]:
    """Types of nodes, and zones of pools, that the region has not."""
    pools = stack.platform.kubernetes.pools if stack.platform.kubernetes else {}
    for name, pool in pools.items():
        at: Path = ("kubernetes", "pools", name)
        for place, instance in enumerate(pool.instances):
            if offered(f"ml.{instance}", stack.region) is False:
                elsewhere = ", ".join(offerings().types[f"ml.{instance}"])
                yield Mistake(
                    (*at, "instances", place),
                    f"{stack.region} has no {instance}.",
                    f"Regions with it: {elsewhere} (by EC2's offerings, as {offerings().source} "
                    "records them).",
                )
        for place, zone in enumerate(pool.zones or ()):
            if not zone.startswith(stack.region):
                yield Mistake(
                    (*at, "zones", place),
                    f"{zone} is no zone of {stack.region}.",
                    f"They begin with it: {stack.region}a.",
                )


def _upkeep(stack: StackFile) -> Iterator[Mistake]:
    """Iceberg tables where Glue has no optimizers for them."""
    if stack.region in regions()["AWS::Glue::TableOptimizer"]:
        return
    for index, table in enumerate(stack.platform.lake.tables):
        if table.is_kept_up:
            yield Mistake(
                ("lake", "tables", index, "upkeep"),
                f"Glue looks after no Iceberg tables in {stack.region}.",
                "Set it to false, and let a job of Spark compact the table.",
            )


def _iceberg_streams(stack: StackFile) -> Iterator[Mistake]:
    """Streams to tables of Iceberg where Firehose delivers to none.

    https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-considerations.html
    """
    if not stack.region.startswith(("cn-", "us-gov-")) and stack.region not in WITHOUT_ICEBERG:
        return
    for index, stream in enumerate(stack.platform.streams):
        if stream.is_iceberg:
            yield Mistake(
                ("streams", index, "format"),
                f"Firehose delivers to no Iceberg tables in {stack.region}.",
                "Let it be parquet.",
            )


def _experiments(stack: StackFile) -> Iterator[Mistake]:
    """An app of MLflow where SageMaker has none."""
    experiments = stack.platform.experiments
    if experiments and experiments.kind == "app" and stack.region not in regions()[APP]:
        yield Mistake(
            ("experiments", "kind"),
            f"SageMaker has no apps of MLflow in {stack.region}.",
            "Let it be tracking-server, or leave it out.",
        )


def _copies(stack: StackFile) -> Iterator[Mistake]:
    """Zones whose copies would be where they are."""
    for name, zone in stack.platform.lake.zones.by_name.items():
        to = zone.replicate_to
        elsewhere = to and to.account and to.account != stack.account
        if to and to.key.split(":")[3] == stack.region and not elsewhere:
            yield Mistake(
                ("lake", "zones", name, "replicate_to", "key"),
                f"the key is in {stack.region}, and so is the zone: nothing is lost less by it.",
                "Name a bucket and a key of another region, or the other account that they are in.",
            )


def _zones(stack: StackFile) -> Iterator[Mistake]:
    zones = stack.platform.network.zones
    for place, zone in enumerate(() if isinstance(zones, int) else zones):
        if not zone.startswith(stack.region):
            yield Mistake(
                ("network", "zones", place),
                f"{zone} is no zone of {stack.region}.",
                f"They begin with it: {stack.region}a.",
            )


def _lacks(stack: StackFile, repository: str) -> bool:
    return stack.region not in registries()[repository]
