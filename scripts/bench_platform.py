"""What a step of a pipeline costs beside its bare script, and a plan of many teams and models.

Each program is a process of its own; `python -m scripts.bench_platform` runs them all. A pipeline's
steps wait for one another, and each runs a script of Python on the embedded AWS; beside it the same
scripts run one after the other. The plan is beside the same program on Pulumi's stock mocks.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from scripts.bench_data import Run, Worked
from scripts.bench_figures import MOST_GROWTH, Aim, Pair, compared
from scripts.bench_programs import Registered, environment, on_mocks, planned

if TYPE_CHECKING:
    from infra.settings import StackFile

STEPS = {2: 3, 8: 3}
"""How often a pipeline of each number of steps is run, fewest first."""
TEAMS = 50
MODELS_A_TEAM = 4
PLANS = 2
"""How often that plan is run."""
SCRIPT = "import json, pathlib; json.dumps([n * n for n in range(1000)])"
ROLE = "arn:aws:iam::123456789012:role/jobs"


def lines(
    run: Run,
    tell: Callable[[str], None],
    steps: dict[int, int] | None = None,
    teams: int = TEAMS,
) -> Iterator[str]:
    """What was measured, in sentences; `tell` hears what is running."""
    yield from _steps(run, tell, STEPS if steps is None else steps)
    yield from _plans(run, tell, teams)


def _steps(run: Run, tell: Callable[[str], None], steps: dict[int, int]) -> Iterator[str]:
    def seconds(program: str, number: int) -> float:
        tell(f"{program} {number}")
        with tempfile.TemporaryDirectory(prefix="maslow-bench-") as name:
            told = run(Path(name), "-m", "scripts.bench_platform", program, str(number)).output
            worked = Worked(**json.loads(told.splitlines()[-1]))
        if worked.count != number:
            raise ValueError(f"{program} did {worked.count} of {number} steps")
        return worked.seconds

    overheads = []
    for number, repeats in steps.items():
        pairs = [(seconds("pipeline", number), seconds("scripts", number)) for _ in range(repeats)]
        pipeline, scripts = (median(side) / number for side in zip(*pairs, strict=True))
        overheads.append(pipeline - scripts)
        yield (
            f"A pipeline of {number} steps takes {pipeline:.2f} s a step on the embedded AWS, and "
            f"its bare scripts {scripts:.2f} s: {pipeline - scripts:.2f} s more."
        )
    growth = overheads[-1] / overheads[0]
    yield str(Aim("what a step costs more, most steps to fewest,", growth, MOST_GROWTH))


def _plans(run: Run, tell: Callable[[str], None], teams: int) -> Iterator[str]:
    from scripts.bench import write_project

    models = teams * MODELS_A_TEAM
    with tempfile.TemporaryDirectory(prefix="maslow-bench-") as name:
        folder = Path(name)
        write_project(folder)
        pairs = []
        for _ in range(PLANS):
            tell(f"plan of {teams} teams")
            pairs.append(alternating(run, folder, "scripts.bench_platform", teams))
    found = compared(models, pairs)
    yield (
        f"A plan of {teams} teams and {models} models, {found.resources:,} resources, takes "
        f"{found.plan.seconds:.1f} s, and the same on Pulumi's stock mocks "
        f"{found.mocks.seconds:.1f} s."
    )


def alternating(run: Run, folder: Path, module: str, number: int) -> Pair:
    """A plan and then the same on mocks, by the programs of a module."""
    plan, mocks = (run(folder, "-m", module, each, str(number)) for each in ("plan", "mocks"))
    return plan, mocks


def pipeline(number: int) -> Worked:
    """A pipeline of so many steps, each after the one before."""
    from embedded.cloud import Cloud

    steps = [
        _step(f"Step{place}", [f"Step{place - 1}"] if place else []) for place in range(number)
    ]
    definition = json.dumps({"Version": "2020-12-01", "Steps": steps})
    with Cloud("eu-west-1") as cloud:
        sagemaker = cloud.client("sagemaker")
        sagemaker.create_pipeline(PipelineName="bench", PipelineDefinition=definition, RoleArn=ROLE)
        start = time.perf_counter()
        arn = sagemaker.start_pipeline_execution(PipelineName="bench")["PipelineExecutionArn"]
        while (
            sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)[
                "PipelineExecutionStatus"
            ]
            == "Executing"
        ):
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        told = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    done = [one for one in told["PipelineExecutionSteps"] if one["StepStatus"] == "Succeeded"]
    return Worked(len(done), seconds)


def scripts(number: int) -> Worked:
    """The same scripts, one after the other."""
    start = time.perf_counter()
    for _ in range(number):
        subprocess.run([sys.executable, "-c", SCRIPT], check=True)
    return Worked(number, time.perf_counter() - start)


def plan(teams: int) -> Registered:
    """What `maslow plan` does for so many teams, each with models of its own."""
    project, stack = environment(teams * MODELS_A_TEAM)
    return planned(project, with_teams(stack, teams))


def mocks(teams: int) -> Registered:
    """The same program on Pulumi's own mocks."""
    project, stack = environment(teams * MODELS_A_TEAM)
    return on_mocks(project, with_teams(stack, teams))


def with_teams(stack: "StackFile", count: int) -> "StackFile":
    """The environment with `count` teams in Studio, each like its first one, with its own people.

    Raises ValueError for an environment without Studio.
    """
    studio = stack.platform.studio
    if studio is None:
        raise ValueError(f"{stack.environment} has no studio")
    first = next(iter(studio.teams.values()))
    teams = {
        f"team-{number:02}": first.model_copy(
            update={
                "members": {
                    f"person-{number:02}-{place}@example.com": persona
                    for place, persona in enumerate(first.members.values())
                },
            }
        )
        for number in range(count)
    }
    changed = {"studio": studio.model_copy(update={"teams": teams})}
    return replace(stack, platform=stack.platform.model_copy(update=changed))


def _step(name: str, after: list[str]) -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m6i.large", "VolumeSizeInGB": 10}
    return {
        "Name": name,
        "Type": "Processing",
        "DependsOn": after,
        "Arguments": {
            "RoleArn": ROLE,
            "AppSpecification": {
                "ImageUri": "image",
                "ContainerEntrypoint": ["python3", "-c", SCRIPT],
            },
            "ProcessingResources": {"ClusterConfig": cluster},
        },
    }


PROGRAMS: dict[str, Callable[[int], Worked | Registered]] = {
    "pipeline": pipeline,
    "scripts": scripts,
    "plan": plan,
    "mocks": mocks,
}


@click.command()
@click.argument("program", type=click.Choice([*PROGRAMS]), required=False)
@click.argument("number", type=int, required=False)
def main(program: str | None, number: int | None) -> None:
    """Measure what a step of a pipeline costs, and a plan of many teams and models."""
    if program:
        click.echo(json.dumps(asdict(PROGRAMS[program](number or min(STEPS)))))
        return
    from scripts.bench import process

    for line in lines(process, lambda what: click.echo(what, err=True)):
        click.echo(line)


if __name__ == "__main__":
    main()
