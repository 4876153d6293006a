"""What `maslow model train --local` costs beside the bare scripts of the same project.

Each run is a process of its own, from its start to its end; `python -m scripts.bench_training` runs
them all. Both make the same files of the same data: the scripts are run one after the other, as
the project's README has them run by hand.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import click

from infra.models.new_project import BASE, new_project
from scripts.bench_data import Run

ROOT = Path(__file__).resolve().parents[1]
NAME = "tumours"
REPEATS = 3
EVALUATION = "evaluation/evaluation.json"


def lines(run: Run, tell: Callable[[str], None], repeats: int = REPEATS) -> Iterator[str]:
    """What was measured, in a sentence; `tell` hears what is running.

    Raises ValueError where the two sides come to different evaluations.
    """
    with tempfile.TemporaryDirectory(prefix="maslow-bench-") as name:
        folder = Path(name)
        (folder / "Pulumi.yaml").write_text("name: maslow\n", encoding="utf-8")
        (folder / "templates").symlink_to(ROOT / "templates")
        project = new_project(folder, NAME, BASE)
        run(folder, str(project / "sample.py"), "data")
        command = ("-c", "from scripts.maslow import main; main()", "model", "train", NAME)
        pairs = []
        for _ in range(repeats):
            tell("the bare scripts")
            bare = run(folder, "-m", "scripts.bench_training", "bare")
            tell("maslow model train --local")
            local = run(folder, *command, "--local", "--data", "data", "--output", "local")
            pairs.append((local, bare))
        if (folder / "local" / EVALUATION).read_bytes() != (
            folder / "bare" / EVALUATION
        ).read_bytes():
            raise ValueError("the two sides come to different evaluations")
    seconds = [median(each.seconds for each in side) for side in zip(*pairs, strict=True)]
    ratio = median(local.seconds / bare.seconds for local, bare in pairs)
    yield (
        f"maslow model train --local takes {seconds[0]:.1f} s, and the bare scripts "
        f"{seconds[1]:.1f} s: {ratio:.2f} times as long (medians of {repeats}), for the same "
        "evaluation byte by byte."
    )


def bare() -> None:
    """Run the project's scripts on the folder `data` of this one, into the folder `bare`."""
    code, output = Path("models", NAME, "code"), Path("bare")
    shutil.rmtree(output, ignore_errors=True)

    def script(name: str, *arguments: str, **variables: str) -> None:
        command = [sys.executable, str(code / name), *arguments]
        subprocess.run(
            command, env={**os.environ, **variables}, check=True, stdout=subprocess.DEVNULL
        )

    script("preprocess.py", "--target=target", "--input=data", f"--output={output}")
    script(
        "train.py",
        SM_INPUT_CONFIG_DIR=str(output),
        SM_MODEL_DIR=str(output / "model"),
        SM_CHANNEL_TRAIN=str(output / "train"),
        SM_CHANNEL_VALIDATION=str(output / "validation"),
    )
    with tarfile.open(output / "model.tar.gz", "w:gz") as archive:
        archive.add(output / "model", arcname=".")
    accept = "--accept=binary: auc >= 0.8"
    parts = (f"--train={output / 'train'}", f"--test={output / 'test'}", f"--output={output}")
    script("evaluate.py", accept, f"--model={output}", *parts)


@click.command()
@click.argument("program", type=click.Choice(["bare"]), required=False)
def main(program: str | None) -> None:
    """Measure training on this machine."""
    if program:
        bare()
        return
    from scripts.bench import process

    for line in lines(process, lambda what: click.echo(what, err=True)):
        click.echo(line)


if __name__ == "__main__":
    main()
