"""`maslow up` on the embedded AWS: one whole turn of the loop, and what stands after it."""

import os
import shlex
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.table import Table

from infra.embedded import first_round, sample
from infra.embedded.cloud import Cloud
from infra.embedded.standing import Pass, Up, has_engine, standing
from infra.project import Project
from infra.settings import StackFile
from infra.settings.mlops import ModelSettings
from scripts.console import Follower, out, told

NEXT = """\
Where to go next
  source .venv/bin/activate
  maslow up -s local --serve   keep it running, and talk to it with boto3 or the AWS CLI
  maslow plan -s prod          what an environment in AWS is made of
  stacks/Pulumi.dev.yaml       describe your own; then: pulumi up -s dev"""

WITHOUT_ENGINE = """\
This was done in one process, without Pulumi's engine: previews, updates and a state need the
pulumi CLI. The official way to install it: curl -fsSL https://get.pulumi.com | sh"""


def up(project: Project, stack: StackFile, *, serve: bool, command: str | None, port: int) -> int:
    """Stand the stack up, turn the loop once, and return the exit status.

    That is 0, or the status of `command`. Raises PortTaken, and WorkError for what fails.
    """
    out.print(
        f"[bold]{project.name} {stack.environment}[/] on an embedded AWS: nothing leaves this "
        "machine, nothing is left when it ends.\n"
    )
    with (
        Follower() as follower,
        Cloud(stack.region, port=port) as cloud,
        standing(project, stack, cloud, follower.on_step) as bring_up,
    ):
        _turn(stack, cloud, bring_up, follower)
        if not has_engine():
            out.print(f"\n[dim]{WITHOUT_ENGINE}[/]")
        if command is not None:
            return _execute(command, cloud)
        if serve:
            _serve(cloud)
        else:
            out.print(f"\n{NEXT}")
    return 0


def _turn(stack: StackFile, cloud: Cloud, bring_up: Up, follower: Follower) -> None:
    models = stack.platform.models
    with _stage("Stand up", follower) as say:
        first = bring_up()
        say(told(first.changes))
    if not models:
        _summary(cloud, first, {})
        return
    data = sample.load()
    versions = {}
    for model in models:
        with _stage("Train", follower) as say:
            versions[model.name] = _train(model, cloud, first, data, follower)
            measured = ", ".join(
                f"{name} {value:.3f}" for name, value in versions[model.name].metrics.items()
            )
            say(f"{model.name}: {measured}")
    with _stage("Deploy", follower) as say:
        second = bring_up()
        say(told(second.changes))
    for model in models:
        with _stage("Ask", follower) as say:
            answers = first_round.ask(cloud, second.outputs["models"][model.name]["endpoint"], data)
            say(
                f"{model.name}: {answers.right} of {answers.asked} held-out records answered "
                f"rightly, by version {answers.version}"
            )
    _summary(cloud, second, versions)


def _train(
    model: ModelSettings, cloud: Cloud, stood: Pass, data: sample.Sample, follower: Follower
) -> first_round.Version:
    names = stood.outputs["models"][model.name]
    bucket = stood.outputs["zones"]["curated"]
    first_round.put_data(cloud, bucket, model.data_prefix, model.target, data)
    first_round.train(cloud, names["pipeline"], follower.now)
    return first_round.approved(cloud, names["group"])


@contextmanager
def _stage(name: str, follower: Follower) -> Iterator[Any]:
    """One line of the story: what was done, and how long it took."""
    said: list[str] = []
    began = time.monotonic()
    follower.begin(name)
    yield said.append
    follower.end()
    out.print(f"  [cyan]{name:<9}[/] {' '.join(said)}  [dim]{time.monotonic() - began:.0f} s[/]")


def _summary(cloud: Cloud, stood: Pass, versions: dict[str, first_round.Version]) -> None:
    outputs = stood.outputs
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "foundation": [f"alert topic {_last(outputs['alert_topic'])}"],
        "devops": [
            f"delivery pipeline {outputs['delivery_pipeline']}",
            f"images {outputs['image_repository'].partition('/')[2]}",
        ],
        "data": [
            *(f"{zone} zone {bucket}" for zone, bucket in outputs["zones"].items()),
            *(f"feature group {name}" for name in outputs["feature_groups"].values()),
        ],
        "platform": [
            line
            for name, model in outputs["models"].items()
            for line in (
                f"training pipeline {model['pipeline']}",
                f"registry {model['group']}"
                + (f", version {versions[name].number} approved" if name in versions else ""),
            )
        ],
        "mlops": [
            line
            for model in outputs["models"].values()
            if "endpoint" in model
            for line in _served(cloud, model["endpoint"])
        ],
    }
    for need, lines in rows.items():
        table.add_row(need, "\n".join(lines))
    out.print("\nWhat stands, by need")
    out.print(table)


def _served(cloud: Cloud, endpoint: str) -> list[str]:
    status = cloud.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointStatus"]
    alarms = cloud.client("cloudwatch").describe_alarms(AlarmNamePrefix=endpoint)["MetricAlarms"]
    states = Counter(alarm["StateValue"] for alarm in alarms)
    counted = ", ".join(f"{count} {state}" for state, count in states.items())
    return [
        f"endpoint {endpoint}: {status}",
        f"its alarms on latency, errors and drift: {counted}",
    ]


def _last(arn: str) -> str:
    return arn.rpartition(":")[2]


def _execute(command: str, cloud: Cloud) -> int:
    out.print(f"\n[dim]$ {command}[/]")
    environment = {**os.environ, **cloud.environment}
    # The user's own command line, which may well be a pipe.
    return subprocess.run(command, shell=True, env=environment, check=False).returncode  # noqa: S602


def _serve(cloud: Cloud) -> None:
    out.print("\nIt keeps running until Ctrl-C. In another terminal:\n")
    for name, value in cloud.environment.items():
        out.print(f"  export {name}={shlex.quote(value)}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        out.print("\nStopped; nothing is left.")
