"""What is told of each need: its purpose, and the facts that set the environment apart."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from catalog.kubernetes_versions import Support, version_of
from infra.cost import PIPELINE, parameters, variants
from infra.days import spoken
from infra.graph import Graph, Resource
from infra.settings import StackFile
from infra.settings.data.jobs import Job
from infra.settings.kubernetes.cluster import Kubernetes
from infra.summary.section import SHOWN, Row, Section, kinds, some

KEY = "aws:kms/key:Key"
VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
PURPOSES = {
    "foundation": "a safe place to work",
    "devops": "a change reaches production by itself",
    "data": "clean data is there by itself",
    "platform": "anyone can train a model",
    "mlops": "a model stays good by itself",
}
EGRESS = {"none": "no way out", "single": "one way out", "per-zone": "a way out of each"}


def needs(graph: Graph, stack: StackFile) -> Iterator[Section]:
    """One section for each component at the top, of a team's own too."""
    for need in graph.needs:
        name, owned = need.name, list(graph.below(need))
        purpose = f": {PURPOSES[name]}" if name in PURPOSES else ""
        rows = FACTS[name](graph, stack) if name in FACTS else [("has", kinds(owned))]
        number = f"{len(owned):,} resource{'' if len(owned) == 1 else 's'}"
        yield Section(f"{name}, {number}{purpose}", tuple(rows))


def _foundation(graph: Graph, stack: StackFile) -> Iterator[Row]:
    network, audit = stack.platform.network, stack.platform.audit
    if network.vpc:
        place = f"{network.vpc.id}, which is there already"
    else:
        place = f"{network.cidr}, {network.zone_count} zones, {EGRESS[network.egress]}"
    private = sum(
        each.inputs.get("vpcEndpointType") == "Interface" for each in graph.of_type(VPC_ENDPOINT)
    )
    yield "network", f"{place}; {private} private endpoints"
    keys = len(graph.of_type(KEY))
    rotated = f", rotated every {stack.platform.keys.rotation_days} days" if keys else ""
    yield "keys", f"{keys} of its own{rotated}"
    yield "people", ", ".join(sorted(stack.platform.access.personas)) or "no personas"
    services = {
        "data events": audit.data_events,
        "AWS Config": audit.config_rules,
        "GuardDuty": audit.guardduty,
        "Security Hub": audit.security_hub,
    }
    lock = f", locked ({audit.object_lock})" if audit.object_lock else ""
    on = "".join(f", {service}" for service, asked in services.items() if asked)
    yield "audit", f"kept {audit.retention_days:,} days{lock}{on}"
    alerts, budget = stack.platform.alerts, stack.platform.budget
    ways = {
        "e-mail": alerts.email,
        "Slack": alerts.slack,
        "Teams": alerts.teams,
        "PagerDuty": alerts.pagerduty != "off",
    }
    told = ", ".join(way for way, asked in ways.items() if asked) or "nobody is told"
    limit = f"budget ${budget.monthly_usd:,.0f} a month" if budget else "no budget"
    yield "alerts", f"{told}; {limit}"


def _devops(_: Graph, stack: StackFile) -> Iterator[Row]:
    delivery, source = stack.platform.delivery, stack.platform.source
    trigger = delivery.trigger
    starts = f"tags {trigger.tag}" if trigger.tag else f"pushes to {trigger.branch}"
    if trigger.excluding:
        starts += f" but not {trigger.excluding}"
    if source.s3:
        starts = "new versions"
    asked = (
        f"approved by {' or '.join(delivery.approvers)}"
        if delivery.approvers
        else "no approval asked"
    )
    by = "deployed by CI" if delivery.by == "ci" else asked
    yield "delivery", f"{starts} of {source.repository} ({source.home}), {by}"
    promotion = stack.platform.promotion
    if promotion and promotion.to:
        yield "promotion", f"what is approved goes on to {', '.join(promotion.to)}"
    elif promotion:
        yield "promotion", f"deploys what {promotion.origin} approves"


def _data(_: Graph, stack: StackFile) -> Iterator[Row]:
    lake = stack.platform.lake
    zones = ", ".join(lake.zones.by_name)
    yield "lake", f"zones {zones}; a query reads at most {lake.scan_limit_gb:g} GB"
    if teams := stack.platform.queries.teams:
        yield "queries", f"workgroups of {some([*teams])}"
    tables = [
        table.name if table.format == "parquet" else f"{table.name} ({table.format})"
        for table in lake.tables
    ]
    if lake.table_bucket:
        tables += [f"{table.name} (kept by S3 Tables)" for table in lake.table_bucket.tables]
    if tables:
        yield "tables", some(tables)
    groups = [
        f"{group.name} v{group.version}{'' if group.online else ' (offline only)'}"
        for group in stack.platform.features
    ]
    yield "features", some(groups) or "no groups"
    for stream in stack.platform.streams[:SHOWN]:
        parted = f", by {', '.join(stream.partition_by)}" if stream.partition_by else ""
        also = ", and to Splunk" if stream.splunk else ""
        yield "stream", f"{stream.name}: {stream.format} in {stream.place}{parted}{also}"
    yield from _rest(len(stack.platform.streams))
    if shared := stack.platform.files.shared:
        backup = "backed up daily" if shared.backup else "without backups"
        yield "files", f"folders of {some([*shared.teams])}, {backup}"
    if fast := stack.platform.files.fast:
        linked = f", linked to {some([*fast.links.values()])}" if fast.links else ""
        yield "fast files", f"{fast.size_gb:,} GB at {fast.throughput} MB/s a TiB{linked}"
    for job in stack.platform.jobs[:SHOWN]:
        moves = f"{', '.join(job.reads)} to {', '.join([*job.writes, *job.fills])}"
        yield "job", f"{job.name}: {moves}, {_starts(job)}"
    yield from _rest(len(stack.platform.jobs))


def _starts(job: Job) -> str:
    """What starts a job of data."""
    starts = [
        *([f"when objects arrive in {job.on.arrival}"] if job.on.arrival else []),
        *([job.on.schedule] if job.on.schedule else []),
        *([f"after {job.on.after}"] if job.on.after else []),
    ]
    return " and ".join(starts) or "by hand"


def _platform(graph: Graph, stack: StackFile) -> Iterator[Row]:
    pipelines = graph.of_type(PIPELINE)
    trainings = {model.name: model.training for model in stack.platform.models}
    for pipeline in pipelines[:SHOWN]:
        declared, training = parameters(pipeline), trainings.get(_model(pipeline))
        type_ = declared.get("TrainingInstanceType", "what its definition says")
        count, seconds = (
            declared.get(f"Training{what}") for what in ("InstanceCount", "MaxSeconds")
        )
        limit = f", at most {int(seconds) / 3600:g} h" if seconds else ""
        if training and training.pods:
            pods = f"pods of {training.pods.team} × {training.pods.nodes}"
            yield "training", f"{_model(pipeline)}: {pods}{limit}"
            continue
        tune = training and training.tune
        trials = tune and (f"{tune.most_trials} trials" if tune.most_trials else "a grid of trials")
        search = f", {trials}, {tune.parallel} at a time" if tune else ""
        yield "training", f"{_model(pipeline)}: {type_} × {count or 1}{limit}{search}"
    yield from _rest(len(pipelines))
    if not pipelines:
        origin = stack.platform.origin
        yield "training", f"none here: {origin} trains" if origin else "no models"
    if studio := stack.platform.studio:
        people = sum(len(team.members) for team in studio.teams.values())
        types = {each for team in studio.teams.values() for each in studio.instances_of(team)}
        where = f" in {studio.domain}, which is there already" if studio.domain else ""
        who = f"{people} {'person' if people == 1 else 'people'} of {some([*studio.teams])}"
        stops = f"stopped after {studio.idle_minutes:,} idle minutes"
        yield "studio", f"{who}{where}; {some(sorted(types))}, {stops}"
    if stack.platform.kubernetes:
        yield "cluster", cluster(stack.platform.kubernetes, datetime.now(UTC).date())


def cluster(settings: Kubernetes, day: date) -> str:
    """A cluster of Kubernetes: its version and until when EKS supports it, and what is in it."""
    told = [f"pools {some([*settings.pools])}"]
    if settings.teams:
        told.append(f"teams {some([*settings.teams])}")
    if settings.add_ons:
        told.append(f"add-ons {some(settings.add_ons)}")
    return "; ".join([_version(settings, day), *told])


def _version(settings: Kubernetes, day: date) -> str:
    if settings.existing:
        return f"{settings.existing}, which is there already"
    known = version_of(settings.version)
    kind = known.support(day)
    if kind is Support.ENDED:
        return f"{known.version}, whose support ended on {spoken(known.extended_ends)}"
    ends = known.standard_ends if kind is Support.STANDARD else known.extended_ends
    return f"{known.version}, in {kind.value} support until {spoken(ends)}"


def _mlops(graph: Graph, stack: StackFile) -> Iterator[Row]:
    models = {model.name: model for model in stack.platform.models}
    endpoints = list(variants(graph))
    for endpoint, found in endpoints[:SHOWN]:
        told = []
        for each in found:
            most = f" to {each.most}" if each.most != each.fewest else ""
            told.append(f"{each.instance or 'serverless'} × {each.fewest}{most}")
        if model := models.get(_model(endpoint)):
            kinds, on = model.monitor.kinds, model.retrain.on
            told.append(f"captures {model.monitor.capture}%")
            told += [f"{kind} watched {each.every}" for kind, each in kinds.items()]
            if not kinds:
                told.append("not watched")
            causes: list[str] = [one for one in on if one != "drift" or "data" in kinds]
            if model.retrain.expression:
                causes.append("schedule")
            if causes:
                told.append(f"retrains on {', '.join(causes)}")
        yield "endpoint", f"{_model(endpoint)}: {', '.join(told)}"
    yield from _rest(len(endpoints))
    if not endpoints:
        yield "endpoints", "none yet" if models else "no models"


def _model(resource: Resource) -> str:
    """The model that a resource is for, or else the resource's own name."""
    return str(resource.inputs.get("tags", {}).get("maslow:model", resource.name))


def _rest(count: int) -> Iterator[Row]:
    if count > SHOWN:
        yield "…", f"and {count - SHOWN:,} more"


FACTS: dict[str, Callable[[Graph, StackFile], Iterator[Row]]] = {
    "foundation": _foundation,
    "devops": _devops,
    "data": _data,
    "platform": _platform,
    "mlops": _mlops,
}
