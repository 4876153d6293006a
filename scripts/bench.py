"""`make bench`: how long plans take and how much memory, beside Pulumi's stock mocks.

Each run is a process of its own. The two sides of a comparison alternate, so that whatever else
the machine does meets both alike. The stack is the tests' own, so that figures compare whatever
is in stacks/.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from scripts import (
    bench_data,
    bench_kubernetes,
    bench_monitor,
    bench_platform,
    bench_training,
)
from scripts.bench_figures import (
    Aim,
    CommandComparison,
    Comparison,
    Pair,
    Process,
    aims,
    compared,
    compared_command,
)
from scripts.bench_programs import ENVIRONMENT, MAXRSS_BYTES

ROOT = Path(__file__).resolve().parents[1]
COMMAND = ("-c", "from scripts.maslow import main; main()", "plan", "-s", ENVIRONMENT)
REPEATS: dict[int | None, int] = {None: 3, 10: 3, 100: 3, 1000: 1}
"""How many pairs are run, by the number of models; None for those of the stack file."""
QUICK_REPEATS: dict[int | None, int] = {10: 3, 100: 1}
COMMAND_REPEATS = 5
PARTS = (bench_monitor, bench_data, bench_platform, bench_kubernetes, bench_training)
"""What is measured beside plans of the stack, unless it is to be quick."""

Tell = Callable[[str], None]


@click.command()
@click.option("--quick", is_flag=True, help="Only the plans of 10 and of 100 models.")
@click.option("--json", "as_json", is_flag=True, help="Print the measurements as JSON.")
def main(quick: bool, as_json: bool) -> None:
    """Measure plans beside Pulumi's stock mocks, the data monitor, work on data, and pipelines."""
    out = Console()
    repeats = QUICK_REPEATS if quick else REPEATS
    with (
        Console(stderr=True).status("Warming up") as status,
        tempfile.TemporaryDirectory(prefix="maslow-bench-") as folder,
    ):
        write_project(Path(folder))
        plans, command = measured(Path(folder), repeats, status.update, quick=quick)
    found = list(aims(plans, command))
    if as_json:
        shown = {
            "plans": [asdict(each) for each in plans],
            "command": asdict(command) if command else None,
            "aims": [asdict(each) | {"met": each.met} for each in found],
        }
        click.echo(json.dumps(shown, indent=2))
        return
    out.print(table(plans))
    for line in explained(plans, command, found):
        out.print(line, highlight=False)
    if not quick:
        for part in PARTS:
            with Console(stderr=True).status("Begins") as status:
                for line in part.lines(process, status.update):
                    out.print(line, highlight=False)


def write_project(root: Path) -> None:
    """Make a project in a folder, with the stack that is measured and those that it names."""
    (root / "Pulumi.yaml").write_text("name: maslow\n", encoding="utf-8")
    (root / "stacks").mkdir()
    for path in (ROOT / "tests" / "stacks").glob("Pulumi.*.yaml"):
        shutil.copy(path, root / "stacks")
    (root / "templates").symlink_to(ROOT / "templates")


def measured(
    root: Path, repeats: dict[int | None, int], tell: Tell, *, quick: bool
) -> tuple[list[Comparison], CommandComparison | None]:
    """Run everything on the project in `root`; `tell` hears what is running."""

    def run(program: str, argument: object) -> Process:
        tell(f"{program} {argument if isinstance(argument, int) else ENVIRONMENT}")
        return process(root, "-m", "scripts.bench_programs", program, json.dumps(argument))

    def commanded() -> Process:
        tell(f"maslow plan -s {ENVIRONMENT}")
        return process(root, *COMMAND)

    types = run("plan", None).registered.types  # uncounted: it compiles what it imports
    command = None
    if not quick:
        alternating: list[Pair] = [
            (commanded(), run("bare", types)) for _ in range(COMMAND_REPEATS + 1)
        ]
        command = compared_command(sum(types.values()), alternating[1:])
    plans = [
        compared(models, [(run("plan", models), run("mocks", models)) for _ in range(number)])
        for models, number in repeats.items()
    ]
    return plans, command


def process(folder: Path, *arguments: str, python: str = sys.executable) -> Process:
    """Run Python in a folder and measure it. Raises CalledProcessError where it fails."""
    command = [python, *arguments]
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            output = "".join(running.stdout or ())
        except BaseException:
            running.kill()
            raise
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, output)
    return Process(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * MAXRSS_BYTES,
        output=output,
    )


def table(plans: Sequence[Comparison]) -> Table:
    """The plans and the mocks side by side."""
    shown = Table(
        title="maslow plan | the same on Pulumi's stock mocks",
        title_justify="left",
        box=None,
        padding=(0, 1),
    )
    for heading in ("models", "resources", "wall s", "peak MB", "ms each", "kB each"):
        shown.add_column(heading, justify="right")
    shown.add_column("ratio", justify="right", style="bold")

    def both(plan: float, mocks: float, digits: int) -> str:
        return f"{plan:,.{digits}f} | {mocks:,.{digits}f}"

    for each in plans:
        plan, mocks = each.plan, each.mocks
        shown.add_row(
            ENVIRONMENT if each.models is None else f"{each.models:,}",
            f"{each.resources:,}",
            both(plan.seconds, mocks.seconds, 1),
            both(plan.peak_mb, mocks.peak_mb, 0),
            both(plan.ms_a_resource, mocks.ms_a_resource, 2),
            both(plan.kb_a_resource, mocks.kb_a_resource, 0),
            f"{each.ratio:.2f}",
        )
    return shown


def explained(
    plans: Sequence[Comparison], command: CommandComparison | None, found: Sequence[Aim]
) -> Iterator[str]:
    """What was compared, and how the aims were met."""
    repeats = ", ".join(str(each.repeats) for each in plans)
    yield (
        f"The stack is {ENVIRONMENT}, as it is or with its first model so many times. Left is what "
        "maslow plan does; right is the same program with the same answers in a unit test on "
        "pulumi.runtime.set_mocks, as Pulumi documents it. Components count as resources. Wall "
        "and peak are of the whole process; ms and kB are for each resource, without the imports, "
        "and the ms are of the processor, so that other work on the machine counts little. The "
        f"figures are medians of alternating runs (row by row {repeats}); ratio is left to right, "
        "of the ms."
    )
    if command:
        yield (
            f"maslow plan -s {ENVIRONMENT} takes {command.seconds:.1f} s. A bare program that "
            "imports the same services of pulumi_aws and registers as many resources "
            f"({command.resources:,}) on the stock mocks takes {command.bare_seconds:.1f} s. "
            f"Both are medians of {command.repeats} alternating runs."
        )
    yield from map(str, found)


if __name__ == "__main__":
    main()
