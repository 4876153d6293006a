"""A model project's training on this machine: the jobs of its pipeline, with its own scripts.

The processing, training and tuning jobs of pipeline.json run as local_jobs.py says. Nothing is
registered: a Condition step and what is in its branches are the pipeline's.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from components.platform.model_project import CODE, ModelProject, ProjectError, read_project
from components.platform.training_definition import DefinitionError, Placement, declared, placed
from components.platform.tuned_definition import TuningArgs, tuned
from infra.errors import InputError, WorkError
from infra.models.local_jobs import JOBS, OUTPUT, RUN, Jobs
from infra.models.local_search import check_search
from infra.models.shapes import TrainedShape

SAMPLE = "sample.py"
RECORD = "run.json"
"""What tells that a folder is of an earlier run, and may be replaced."""
OF_THE_PIPELINE = frozenset({"Condition", "Fail", "RegisterModel"})
PLACE = {
    "DataUri": "s3://data/",
    "OutputUri": f"s3://{OUTPUT}",
    "CodeUri": "s3://code/",
    "ImageUri": "none",
    "RoleArn": "none",
    "KmsKeyId": "none",
    "ModelPackageGroupName": "none",
}
"""Parameters that the platform sets in AWS; those without a meaning here are `none`."""


def train_locally(
    project: Path,
    output: Path,
    *,
    data: Path | None,
    asked: Mapping[str, str],
    hyperparameters: Mapping[str, Any],
    tuning: TuningArgs | None = None,
    on_job: Callable[[str], None] = lambda _: None,
) -> TrainedShape:
    """Run a project's jobs and leave all that they wrote in the folder `output`.

    `data` is a file or a folder; without it the project's own sample is learned from. `asked` are
    parameters of the pipeline beside those of the place. With `tuning` the project's training
    becomes a search. `on_job` hears each job's name as it begins, and those of a search's
    trainings. The folder is there only after a run that succeeded, in the place of the earlier
    run's.

    Raises InputError for what cannot be run, and WorkError where a job fails.
    """
    definition = _definition(project, asked, hyperparameters, tuning)
    _check_output(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as made:
        staging, given = Path(made), Path(made, "data")
        _lay_data(project, data, given)
        jobs = Jobs(definition, _buckets(project, given, staging), on_job)
        jobs.work_off()
        trained = _trained(project, data, jobs, output)
        (staging / RUN / RECORD).write_text(json.dumps(trained, indent=2))
        _replace(output, staging / RUN)
    return trained


def _trained(project: Path, data: Path | None, jobs: Jobs, output: Path) -> TrainedShape:
    """What the jobs left, in the terms of the project's own evaluation."""
    metrics: dict[str, float] = {}
    accepted, unmet = None, []
    for document in jobs.evaluations():
        for name, part in document.items():
            if name.endswith("_metrics"):
                metrics |= _values(part)
        if told := document.get("acceptance"):
            accepted, unmet = bool(told["accepted"]), list(told["unmet"])
    return {
        "project": project.name,
        "data": str(data) if data else "sample",
        "metrics": metrics,
        "accepted": accepted,
        "unmet": unmet,
        "seconds": jobs.seconds,
        "searches": jobs.searches,
        "model": jobs.model,
        "output": str(output),
    }


def project_in(folder: Path) -> ModelProject:
    """The model project in a folder. Raises InputError for one that is not sound."""
    try:
        return read_project(folder)
    except ProjectError as error:
        raise InputError(f"{error}.") from error


def _definition(
    project: Path,
    asked: Mapping[str, str],
    hyperparameters: Mapping[str, Any],
    tuning: TuningArgs | None,
) -> dict[str, Any]:
    """The pipeline with its parameters set. Raises InputError for one that is not run here."""
    definition = project_in(project).definition
    place = {name: value for name, value in PLACE.items() if name in declared(definition)}
    try:
        made = placed(
            definition, {**place, **asked}, Placement("none", [], [], "none"), hyperparameters
        )
        if tuning:
            made = tuned(made, tuning)
    except DefinitionError as error:
        raise InputError(f"{error}.") from error
    for step in made["Steps"]:
        if step["Type"] not in {*JOBS, *OF_THE_PIPELINE}:
            raise InputError(
                f"The step {step['Name']} of {project.name} is of type {step['Type']}; only "
                f"{', '.join(JOBS)} steps are run on this machine."
            )
        if step["Type"] == "Tuning":
            check_search(step)
    return made


def _check_output(output: Path) -> None:
    if output.exists() and not (output / RECORD).is_file():
        raise InputError(f"{output} is there and no earlier run's folder: name another --output.")


def _lay_data(project: Path, data: Path | None, folder: Path) -> None:
    """Put a file into a folder of its own, or have the project write its sample there."""
    if data is None:
        if not (project / SAMPLE).is_file():
            raise InputError(f"{project.name} has no {SAMPLE}: say by --data what to learn from.")
        done = subprocess.run(
            [sys.executable, project / SAMPLE, folder], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise WorkError(f"{project.name}/{SAMPLE} failed: {done.stderr.strip()[-500:]}")
    elif data.is_file():
        folder.mkdir()
        shutil.copy(data, folder)
    elif not data.is_dir():
        raise InputError(f"--data {data}: there is no such file or folder.")
    else:
        folder.symlink_to(data.resolve())


def _buckets(project: Path, data: Path, staging: Path) -> dict[str, Path]:
    return {"data": data.resolve(), "code": project / CODE, OUTPUT: staging}


def _values(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(one["value"]) for name, one in metrics.items() if "value" in one}


def _replace(output: Path, made: Path) -> None:
    """Put what was made in the place of an earlier run, which is gone only then."""
    earlier = made.with_name("earlier")
    if output.exists():
        output.rename(earlier)
    try:
        made.rename(output)
    except BaseException:
        if earlier.exists() and not output.exists():
            earlier.rename(output)
        raise
