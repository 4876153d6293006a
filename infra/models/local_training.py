"""A model project's training on this machine: the jobs of its pipeline, with its own scripts.

The processing and training jobs of pipeline.json run one after another, each in the container
layout of SageMaker (embedded/sagemaker/jobs.py), with folders in the place of S3. Nothing is
registered: a Condition step and what is in its branches are the pipeline's.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from components.platform.model_project import CODE, ProjectError, read_project
from components.platform.training_definition import DefinitionError, Placement, declared, placed
from embedded.sagemaker.container import Container
from embedded.sagemaker.definition import Invalid, Scope, Step, dependencies, parameters, resolve
from embedded.sagemaker.folders import FolderLogs, FolderStore
from embedded.sagemaker.jobs import (
    JobFailed,
    Services,
    not_emulated,
    run_processing_job,
    run_training_job,
    text_at,
)
from infra.errors import InputError, WorkError

SAMPLE = "sample.py"
RECORD = "run.json"
"""What tells that a folder is of an earlier run, and may be replaced."""
RUN = "run"
JOBS = ("Processing", "Training")
OF_THE_PIPELINE = frozenset({"Condition", "Fail", "RegisterModel"})
PLACE = {
    "DataUri": "s3://data/",
    "OutputUri": "s3://output",
    "CodeUri": "s3://code/",
    "ImageUri": "none",
    "RoleArn": "none",
    "KmsKeyId": "none",
    "ModelPackageGroupName": "none",
}
"""Parameters that the platform sets in AWS; those without a meaning here are `none`."""


@dataclass(frozen=True)
class Trained:
    """What a run came to."""

    project: str
    data: str
    """The folder or file that was learned from, or `sample`."""
    metrics: dict[str, float]
    """Of the evaluation by name; empty for a project whose pipeline has none."""
    accepted: bool | None
    """Whether they are what is accepted; None for a project that does not say it."""
    unmet: list[str]
    """What is not reached, in sentences."""
    seconds: dict[str, float]
    """By job."""
    model: str
    """Path of model.tar.gz in the run's folder; empty where no job trains."""


def train_locally(
    project: Path,
    output: Path,
    *,
    data: Path | None,
    asked: Mapping[str, str],
    hyperparameters: Mapping[str, Any],
    on_job: Callable[[str], None] = lambda _: None,
) -> Trained:
    """Run a project's jobs and leave all that they wrote in the folder `output`.

    `data` is a file or a folder; without it the project's own sample is learned from. `asked` are
    parameters of the pipeline beside those of the place. `on_job` hears each job's name as it
    begins. The folder is there only after a run that succeeded, in the place of the earlier run's.

    Raises InputError for what cannot be run, and WorkError where a job fails.
    """
    definition = _definition(project, asked, hyperparameters)
    _check_output(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{output.name}-", dir=output.parent) as made:
        staging, given = Path(made), Path(made, "data")
        _lay_data(project, data, given)
        run = _Run(staging, FolderStore(_buckets(project, given, staging)), definition, on_job)
        run.work_off()
        trained = run.trained(project, data)
        (staging / RUN / RECORD).write_text(json.dumps(asdict(trained), indent=2))
        _replace(output, staging / RUN)
    return trained


class _Run:
    """The jobs of one run, in the order of what they need."""

    def __init__(
        self,
        folder: Path,
        store: FolderStore,
        definition: dict[str, Any],
        on_job: Callable[[str], None],
    ) -> None:
        self._output = folder / RUN
        self._on_job = on_job
        self._steps: list[Step] = [one for one in definition["Steps"] if one["Type"] in JOBS]
        self._seconds: dict[str, float] = {}
        self._model: Path | None = None
        self._store = store
        clients: dict[str, Any] = {"s3": store, "logs": FolderLogs(self._output / "logs")}
        self._services = Services(clients.__getitem__, {})
        self._scope = Scope(
            parameters=parameters(definition, {}),
            execution={"PipelineExecutionId": RUN, "PipelineExecutionArn": RUN},
            read=partial(text_at, store),
        )

    def work_off(self) -> None:
        """Run every job. Raises InputError for one that is not run here, and WorkError."""
        waiting = list(self._steps)
        while waiting:
            ready = [one for one in waiting if dependencies(one).keys() <= self._scope.steps.keys()]
            if not ready:
                names = ", ".join(one["Name"] for one in waiting)
                raise InputError(f"{names}: the pipeline's jobs wait for steps that are no jobs.")
            waiting.remove(ready[0])
            self._carry_out(ready[0])

    def trained(self, project: Path, data: Path | None) -> Trained:
        """What the jobs left, in the terms of the project's own evaluation."""
        metrics: dict[str, float] = {}
        accepted, unmet = None, []
        for step in self._steps:
            for uri in self._scope.steps[step["Name"]].get("PropertyFiles", {}).values():
                document = json.loads(text_at(self._store, uri))
                for name, part in document.items():
                    if name.endswith("_metrics"):
                        metrics |= _values(part)
                if told := document.get("acceptance"):
                    accepted, unmet = bool(told["accepted"]), list(told["unmet"])
        return Trained(
            project.name,
            str(data) if data else "sample",
            metrics,
            accepted,
            unmet,
            self._seconds,
            self._model.relative_to(self._output).as_posix() if self._model else "",
        )

    def _carry_out(self, step: Step) -> None:
        name = step["Name"]
        self._on_job(name)
        try:
            arguments = resolve(step["Arguments"], self._scope)
            if reasons := list(not_emulated(arguments)):
                raise InputError(f"The job {name} is not run here: {'; '.join(reasons)}.")
            with Container() as container, self._timed(name):
                if step["Type"] == "Processing":
                    run_processing_job(name, arguments, container, self._services)
                    told = _processed(step, arguments)
                else:
                    run_training_job(name, arguments, container, self._services)
                    told = self._learned(name, arguments)
        except (JobFailed, Invalid, ValueError, OSError) as error:
            raise WorkError(f"The job {name} failed: {error}") from error
        self._scope.steps[name] = told

    def _learned(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        uri = f"{arguments['OutputDataConfig']['S3OutputPath']}/{name}/output/model.tar.gz"
        self._model = self._store.path("output", uri.removeprefix(f"{PLACE['OutputUri']}/"))
        return {**arguments, "ModelArtifacts": {"S3ModelArtifacts": uri}}

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - began, 3)


def definition_of(project: Path) -> dict[str, Any]:
    """The compiled pipeline of a project. Raises InputError for a project that is not sound."""
    try:
        return read_project(project).definition
    except ProjectError as error:
        raise InputError(f"{error}.") from error


def _definition(
    project: Path, asked: Mapping[str, str], hyperparameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The pipeline with its parameters set. Raises InputError for one that is not run here."""
    definition = definition_of(project)
    place = {name: value for name, value in PLACE.items() if name in declared(definition)}
    try:
        made = placed(
            definition, {**place, **asked}, Placement("none", [], [], "none"), hyperparameters
        )
    except DefinitionError as error:
        raise InputError(f"{error}.") from error
    for step in made["Steps"]:
        if step["Type"] not in {*JOBS, *OF_THE_PIPELINE}:
            raise InputError(
                f"The step {step['Name']} of {project.name} is of type {step['Type']}; only "
                f"{' and '.join(JOBS)} steps are run on this machine."
            )
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
    return {"data": data.resolve(), "code": project / CODE, "output": staging}


def _processed(step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
    outputs = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
    places = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in outputs}
    files = {
        one["PropertyFileName"]: f"{places[one['OutputName']]}/{one['FilePath']}"
        for one in step.get("PropertyFiles", [])
    }
    return {**arguments, "PropertyFiles": files}


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
