"""`maslow up` on the embedded AWS: one whole turn of the loop, and what is deployed after it."""

import gc
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from rich.markup import escape

from catalog.kubernetes_kinds import RELEASE
from embedded import workplace
from embedded.cloud import Cloud
from infra.errors import InputError
from infra.hosts import experiments, feature_run, records, sample, serving, smoke_run
from infra.hosts.feature_run import Stored
from infra.hosts.progress import Operation
from infra.hosts.records import Records
from infra.hosts.session import Pass, Up, has_engine, session
from infra.interruption import bound, ignore
from infra.models.place import Place
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile
from infra.settings.data.zones import STANDING
from infra.settings.mlops.model import ModelSettings
from infra.settings.platform import ERRORS
from scripts.child import run
from scripts.console import Follower, filled, out, row, told
from scripts.embedded_run import (
    PROMISE,
    STOP_SECONDS,
    before_clean_up,
    reported,
    require_packages,
    running,
    stage,
)

NEXT = """\
Where to go next
  source .venv/bin/activate
  maslow demo
      see drift lead to a better version, and a faulty one rolled back
  maslow up -s {embedded} --serve
      keep it running, for boto3 and the AWS CLI
  maslow plan -s {planned}
      what an environment in AWS is made of, and costs
  maslow init
      describe your own"""

WITHOUT_ENGINE = (
    "This was done in one process, without Pulumi's engine: previews, updates and a state need the "
    "pulumi CLI. The official way to install it:"
)
INSTALL_ENGINE = "  curl -fsSL https://get.pulumi.com | sh"

NO_DATA = (
    "for {}: `--data FILE.csv`, or a folder with a file of each model, trains and asks; the sample "
    "belongs to local alone"
)


def up(
    project: Project,
    stack: StackFile,
    *,
    serve: bool,
    command: str | None,
    port: int,
    data: Path | None = None,
) -> int:
    """Deploy the stack, turn the loop once, and return the exit status.

    That is 0, or the status of `command`. One that is served already is brought up to date where
    it runs. Raises InputError for a port that cannot be had and for `data` that no model can be
    trained on, and WorkError for what fails.
    """
    require_packages()
    if there := serving.find(project.root, stack.environment):
        if serve or port or data:
            raise InputError(
                f"{stack.environment} is served already, at {there.url} by process "
                f"{there.pid}. `maslow up -s {stack.environment}` alone brings it up to date; "
                "Ctrl-C there ends it."
            )
        return _again(project, stack, there, command)
    learned, names = _records(stack, data), Names(project.name, stack.environment)
    out.print(
        f"[bold]{project.name} {stack.environment}[/] on an embedded AWS\n"
        f"[dim]{filled(PROMISE)}[/]\n"
    )
    if not has_engine():  # which finishes what it is at
        bound(STOP_SECONDS, workplace.abandon)
    status = 0
    with Follower() as follower, ExitStack() as undo:
        undo.callback(gc.unfreeze)
        with before_clean_up(follower):
            with stage("Start", follower) as say:
                cloud = undo.enter_context(running(stack, port))
                bring_up = undo.enter_context(session(project, stack, cloud, follower.on_step))
                say(f"an embedded AWS at {cloud.url}")
            with reported():
                place = None if data else Place(names, stack, cloud.client)
                deployed = _turn(stack, cloud, bring_up, follower, learned, place)
            if not has_engine():
                out.print(f"\n[dim]{filled(WITHOUT_ENGINE)}\n{INSTALL_ENGINE}[/]")
            if command is not None:
                out.print(f"\n[dim]$ {escape(command)}[/]")
                status = run(command, cloud.environment)
            elif serve:
                _serve(project, stack, cloud, bring_up, deployed)
            else:
                planned = next(iter(project.environments(cloud="aws")), stack.environment)
                out.print(f"\n{NEXT.format(embedded=stack.environment, planned=planned)}")
    ignore()
    if serve:
        out.print("Stopped; nothing is left.")
    return status


def _again(project: Project, stack: StackFile, there: serving.Running, command: str | None) -> int:
    """Bring a stack that is served up to date, and say which versions serve then."""
    out.print(f"[bold]{project.name} {stack.environment}[/] on the embedded AWS at {there.url}\n")
    with Follower() as follower:
        with stage("Deploy", follower) as say:
            answer = there.up()
            say(told({Operation(name): count for name, count in answer["changes"].items()}))
        for name, model in answer["outputs"].get("models", {}).items():
            if "endpoint" in model:
                with stage("Serve", follower) as say, reported():
                    number = smoke_run.version_behind(there, model["endpoint"])
                    say(f"{name}: version {number}")
    if command is None:
        return 0
    out.print(f"\n[dim]$ {escape(command)}[/]")
    return run(command, there.environment)


def _records(stack: StackFile, data: Path | None) -> dict[str, Records]:
    """What each model learns from, by its name; models that there is nothing for are left out."""
    if origin := stack.platform.origin:
        if data:
            raise InputError(f"--data: {stack.environment} trains nothing; {origin} does.")
        return {}
    if data:
        return records.given(data, stack)
    return {
        model.name: sample.load(model.target)
        for model in stack.platform.models
        if sample.fits(stack, model)
    }


def _turn(
    stack: StackFile,
    cloud: Cloud,
    bring_up: Up,
    follower: Follower,
    learned: Mapping[str, Records],
    place: Place | None = None,
) -> Pass:
    """Deploy, train what there are records for, deploy that, and ask it; the last pass.

    By way of a `place`, records of a model with labels go through its feature store.
    """
    origin = stack.platform.origin
    # Versions of models that are trained elsewhere never come here.
    models = () if origin else stack.platform.models
    with stage("Create", follower) as say:
        deployed = bring_up(stack)
        say(told(deployed.changes))
    versions, stored = {}, {}
    for model in models:
        if model.name in learned:
            if place and "training_set" in deployed.outputs["models"][model.name]:
                with stage("Features", follower) as say:
                    found = feature_run.by_store(
                        cloud, place, model, deployed.outputs, learned[model.name]
                    )
                    stored[model.name] = found
                    say(_stored(found, len(learned[model.name].rows)))
            with stage("Train", follower) as say:
                given = None if model.name in stored else learned[model.name]
                version = _train(model, cloud, deployed, follower, given)
                versions[model.name] = version
                say(f"{model.name}: {_measured(version, model)}")
    if without := [model.name for model in models if model.name not in learned]:
        out.print(row("[yellow]No data[/]", NO_DATA.format(", ".join(without)), width=9))
    if versions:
        with stage("Deploy", follower) as say:
            deployed = bring_up(stack)
            say(told(deployed.changes))
    for model in models:
        if model.name in versions and model.serving.on == "sagemaker":
            with stage("Ask", follower) as say:
                endpoint = deployed.outputs["models"][model.name]["endpoint"]
                looked_up = stored[model.name].asked if model.name in stored else None
                answers = smoke_run.ask(cloud, endpoint, learned[model.name], model.drop, looked_up)
                say(f"{model.name}: version {answers.version} {_answered(answers)}")
    nothing = f"{origin} trains the models" if origin else "the stack file has no models"
    _summary(cloud, deployed, versions, "no model has data" if models else nothing)
    return deployed


def _train(
    model: ModelSettings, cloud: Cloud, deployed: Pass, follower: Follower, learned: Records | None
) -> smoke_run.Version:
    """Train on records, or on what is there without them, and approve what comes of it."""
    names = deployed.outputs["models"][model.name]
    if learned:
        bucket = deployed.outputs["zones"]["curated"]
        smoke_run.put_data(cloud, bucket, model.data_prefix, learned)
    smoke_run.train(cloud, names["pipeline"], follower.now)
    return smoke_run.approved(cloud, names["group"])


def _stored(stored: Stored, records: int) -> str:
    """`tumours: 569 records, 512 learned from; both stores agree`."""
    groups = ", ".join(stored.groups)
    return f"{groups}: {records} records, {stored.learned} learned from; both stores agree"


def _measured(version: smoke_run.Version, model: ModelSettings) -> str:
    """`version 1, binary, auc 1.000 (at least 0.95)`."""
    bounds = model.accept.bounds_of(version.kind)
    measured = [
        f"{metric} {version.metrics[metric]:.3f} "
        f"(at {'most' if metric in ERRORS else 'least'} {bound:g})"
        for metric, bound in bounds.items()
        if metric in version.metrics
    ]
    return ", ".join([f"version {version.number}", version.kind, *measured])


def _answered(answers: smoke_run.Answers) -> str:
    if answers.right is not None:
        return f"is right on {answers.right} of {answers.asked} unseen records"
    return (
        f"is off by {answers.error:.3g} on average over {answers.asked} unseen records "
        f"(always saying the mean: {answers.error_of_mean:.3g})"
    )


def _summary(
    cloud: Cloud,
    deployed: Pass,
    versions: Mapping[str, smoke_run.Version],
    nothing: str = "",
) -> None:
    """What there is by need; `nothing` says why no model is served."""
    outputs = deployed.outputs
    rows = {
        "foundation": [
            f"alert topic {outputs['alert_topics']['critical'].rpartition(':')[2]}",
            *_named("audit trails in", "trails_bucket", outputs),
            *(f"role of a {persona}" for persona in sorted(outputs.get("personas", ()))),
        ],
        "devops": [
            *_named("delivery pipeline", "delivery_pipeline", outputs),
            f"images {outputs['image_repository'].partition('/')[2]}",
        ],
        "data": [
            *(
                f"{zone} zone {outputs['zones'][zone]}"
                for zone in dict.fromkeys([*STANDING, *sorted(outputs["zones"])])
            ),
            *(f"feature group {name}" for name in sorted(outputs["feature_groups"].values())),
        ],
        "platform": experiments.lines(outputs),
        "mlops": [],
    }
    for name, version in versions.items():
        model = outputs["models"][name]
        rows["devops"] += _named("model delivery", "delivery", model)
        rows["platform"] += [
            f"training pipeline {model['pipeline']}",
            f"model registry {model['group']}, version {version.number} approved",
        ]
        if "endpoint" in model:
            rows["mlops"] += _served(cloud, model["endpoint"])
        else:
            rows["mlops"].append(f"{name}: KServe's object, which no pod serves here")
    out.print("\nDeployed, by need")
    for need, lines in rows.items():
        _row(need, lines or [f"nothing yet: {nothing}"])
    _not_emulated(deployed.not_emulated)
    if deployed.manifests:
        out.print(f"\nKubernetes' objects are written to {deployed.manifests}", soft_wrap=True)


def _named(label: str, output: str, outputs: Mapping[str, Any]) -> list[str]:
    """The line of an output, if the stack has it."""
    return [f"{label} {outputs[output]}"] if output in outputs else []


def _not_emulated(types: Mapping[str, int]) -> None:
    """What the summary must not pass off as deployed."""
    in_aws = {token: count for token, count in types.items() if token != RELEASE}
    if in_aws:
        out.print(f"\nValidated by AWS's models, not emulated: {sum(in_aws.values())} resources")
        names = ", ".join(sorted(token.rpartition(":")[2] for token in in_aws))
        out.print(filled(names, indent="  "))
    if releases := types.get(RELEASE):
        out.print(f"\nValidated, not rendered: {releases} Helm release{'s' * (releases > 1)}")


def _row(need: str, lines: Sequence[str]) -> None:
    for label, line in zip([need, *[""] * len(lines)], lines, strict=False):
        out.print(row(f"[cyan]{label}[/]", line, width=12))


def _served(cloud: Cloud, endpoint: str) -> list[str]:
    status = cloud.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointStatus"]
    alarms = cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=endpoint)["MetricAlarms"]
    states = Counter(alarm["StateValue"] for alarm in alarms)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return [
        f"endpoint {endpoint}: {status}",
        f"its alarms: {counted}",
    ]


def _serve(project: Project, stack: StackFile, cloud: Cloud, bring_up: Up, deployed: Pass) -> None:
    """Keep it running, and bring it up to date when asked to, until it is interrupted."""

    def again() -> serving.Answer:
        with reported():
            read = project.stack(stack.environment)
            if (read.region, read.account) != (stack.region, stack.account):
                raise InputError(
                    f"{stack.environment} is served in {stack.region}, account {cloud.account_id}; "
                    "for another, end it and start anew."
                )
            found = bring_up(read)
        requests.outputs, requests.manifests = dict(found.outputs), found.manifests
        return {"changes": found.changes, "outputs": found.outputs}

    exports = [f"{name}={shlex.quote(value)}" for name, value in cloud.environment.items()]
    with (
        suppress(KeyboardInterrupt),
        serving.announced(
            project.root, stack.environment, cloud.url, cloud.environment
        ) as requests,
    ):
        requests.outputs, requests.manifests = dict(deployed.outputs), deployed.manifests
        out.print(
            f"\nIt keeps running at {cloud.url} until Ctrl-C. Elsewhere,\n"
            f"`maslow up -s {stack.environment}` brings it to what its file then says, and to the\n"
            "versions that are then approved. For boto3 and the AWS CLI, in another terminal:\n"
        )
        for export in exports:
            out.print(f"  export {export}", markup=False, soft_wrap=True)
        out.print("\nThe same as one line:\n")
        out.print(f"export {' '.join(exports)}\n", markup=False, soft_wrap=True)
        requests.serve(again)
