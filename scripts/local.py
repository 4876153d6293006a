"""`maslow up` on the embedded AWS: one whole turn of the loop, and what is deployed after it."""

import importlib.util
import shlex
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape

from embedded.cloud import Cloud, PortTaken
from infra.errors import InputError, WorkError
from infra.hosts import sample, smoke_run
from infra.hosts.session import Pass, Up, has_engine, session
from infra.interruption import check, hold_off
from infra.project import Project
from infra.settings import StackFile
from infra.settings.mlops import ModelSettings
from scripts.child import run
from scripts.console import Follower, out, told

PACKAGES = ("moto", "sklearn")
ZONES = ("raw", "curated", "features")

NEXT = """\
Where to go next
  source .venv/bin/activate
  maslow up -s {environment} --serve   keep it running, for boto3 and the AWS CLI
  maslow plan -s prod          what an environment in AWS is made of
  stacks/Pulumi.dev.yaml       describe your own; then: maslow preview -s dev"""

WITHOUT_ENGINE = """\
This was done in one process, without Pulumi's engine: previews, updates and a
state need the pulumi CLI. The official way to install it:
  curl -fsSL https://get.pulumi.com | sh"""

Say = Callable[[str], None]


def up(project: Project, stack: StackFile, *, serve: bool, command: str | None, port: int) -> int:
    """Deploy the stack, turn the loop once, and return the exit status.

    That is 0, or the status of `command`. Raises InputError for a port that cannot be had, and
    WorkError for what fails.
    """
    if any(importlib.util.find_spec(package) is None for package in PACKAGES):
        raise WorkError("The embedded AWS needs the packages of the extra `local`: make setup")
    out.print(
        f"[bold]{project.name} {stack.environment}[/] on an embedded AWS\n"
        "[dim]Nothing leaves this machine, and nothing is left on it at the end.[/]\n"
    )
    status = 0
    with Follower() as follower, ExitStack() as undo:
        try:
            with _stage("Start", follower) as say:
                cloud = undo.enter_context(_running(stack, port))
                bring_up = undo.enter_context(session(project, stack, cloud, follower.on_step))
                say(f"an embedded AWS at {cloud.url}")
            try:
                _turn(stack, cloud, bring_up, follower)
            except (ClientError, BotoCoreError) as error:
                raise WorkError(str(error)) from error
            if not has_engine():
                out.print(f"\n[dim]{WITHOUT_ENGINE}[/]")
            if command is not None:
                out.print(f"\n[dim]$ {escape(command)}[/]")
                status = run(command, cloud.environment)
            elif serve:
                _serve(cloud)
            else:
                out.print(f"\n{NEXT.format(environment=stack.environment)}")
        finally:
            hold_off()  # a second Ctrl-C must not cut the clean-up short
            follower.begin("Clean up")
    if serve:
        out.print("Stopped; nothing is left.")
    return status


@contextmanager
def _running(stack: StackFile, port: int) -> Iterator[Cloud]:
    cloud = Cloud(stack.region, account_id=stack.account, port=port)
    try:
        cloud.start()
    except PortTaken as taken:
        reason = getattr(taken.__cause__, "strerror", "it is taken")
        raise InputError(
            f"--port {port}: {reason}. Choose another port, or leave the option out for any "
            "free one."
        ) from taken
    try:
        yield cloud
    finally:
        cloud.stop()


def _turn(stack: StackFile, cloud: Cloud, bring_up: Up, follower: Follower) -> None:
    origin = stack.platform.origin
    # Versions of models that are trained elsewhere never come here.
    models = () if origin else stack.platform.models
    with _stage("Create", follower) as say:
        deployed = bring_up()
        say(told(deployed.changes))
    if not models:
        _summary(cloud, deployed, {}, origin)
        return
    versions = {}
    for model in models:
        with _stage("Train", follower) as say:
            versions[model.name] = version = _train(model, cloud, deployed, follower)
            say(f"{model.name}: {_measured(version, model)}")
    with _stage("Deploy", follower) as say:
        deployed = bring_up()
        say(told(deployed.changes))
    for model in models:
        with _stage("Ask", follower) as say:
            endpoint = deployed.outputs["models"][model.name]["endpoint"]
            answers = smoke_run.ask(cloud, endpoint, sample.load())
            say(
                f"{model.name}: version {answers.version} is right on {answers.right} of "
                f"{answers.asked} unseen records"
            )
    _summary(cloud, deployed, versions)


def _train(
    model: ModelSettings, cloud: Cloud, deployed: Pass, follower: Follower
) -> smoke_run.Version:
    names = deployed.outputs["models"][model.name]
    bucket = deployed.outputs["zones"]["curated"]
    smoke_run.put_data(cloud, bucket, model.data_prefix, model.target, sample.load())
    smoke_run.train(cloud, names["pipeline"], follower.now)
    return smoke_run.approved(cloud, names["group"])


def _measured(version: smoke_run.Version, model: ModelSettings) -> str:
    auc = version.metrics.get("auc")
    if auc is None:
        return f"version {version.number}"
    return f"version {version.number}, AUC {auc:.3f} (at least {model.accept.auc})"


@contextmanager
def _stage(name: str, follower: Follower) -> Iterator[Say]:
    """One line of the story: what was done, and how long it took."""
    said: list[str] = []
    began = time.monotonic()
    follower.begin(name)
    yield said.append
    check()
    follower.end()
    out.print(f"  [cyan]{name:<9}[/] {' '.join(said)}  [dim]{time.monotonic() - began:.0f} s[/]")


def _summary(
    cloud: Cloud,
    deployed: Pass,
    versions: Mapping[str, smoke_run.Version],
    origin: str | None = None,
) -> None:
    outputs = deployed.outputs
    nothing = f"{origin} trains the models" if origin else "the stack file has no models"
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
            *(f"{zone} zone {outputs['zones'][zone]}" for zone in ZONES),
            *(f"feature group {name}" for name in sorted(outputs["feature_groups"].values())),
        ],
        "platform": [],
        "mlops": [],
    }
    for name, version in versions.items():
        model = outputs["models"][name]
        rows["devops"] += _named("model delivery", "delivery", model)
        rows["platform"] += [
            f"training pipeline {model['pipeline']}",
            f"model registry {model['group']}, version {version.number} approved",
        ]
        rows["mlops"] += _served(cloud, model["endpoint"])
    out.print("\nDeployed, by need")
    for need, lines in rows.items():
        _row(need, lines or [f"nothing yet: {nothing}"])
    _not_emulated(deployed.not_emulated)


def _named(label: str, output: str, outputs: Mapping[str, Any]) -> list[str]:
    """The line of an output, if the stack has it."""
    return [f"{label} {outputs[output]}"] if output in outputs else []


def _not_emulated(types: Mapping[str, int]) -> None:
    """What the summary must not pass off as deployed."""
    if types:
        out.print(f"\nValidated by AWS's models, not emulated: {sum(types.values())} resources")
        names = ", ".join(sorted(token.rpartition(":")[2] for token in types))
        out.print(textwrap.indent(textwrap.fill(names, 78), "  "))


def _row(need: str, lines: Sequence[str]) -> None:
    for label, line in zip([need, *[""] * len(lines)], lines, strict=False):
        out.print(f"  [cyan]{label:<12}[/] {line}")


def _served(cloud: Cloud, endpoint: str) -> list[str]:
    status = cloud.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointStatus"]
    alarms = cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=endpoint)["MetricAlarms"]
    states = Counter(alarm["StateValue"] for alarm in alarms)
    counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return [
        f"endpoint {endpoint}: {status}",
        f"its alarms: {counted}",
    ]


def _serve(cloud: Cloud) -> None:
    exports = [f"{name}={shlex.quote(value)}" for name, value in cloud.environment.items()]
    with suppress(KeyboardInterrupt):
        out.print(f"\nIt keeps running at {cloud.url} until Ctrl-C. In another terminal:\n")
        for export in exports:
            out.print(f"  export {export}", markup=False, soft_wrap=True)
        out.print("\nThe same as one line:\n")
        out.print(f"export {' '.join(exports)}\n", markup=False, soft_wrap=True)
        threading.Event().wait()
