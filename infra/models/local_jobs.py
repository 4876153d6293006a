"""The jobs of a project's pipeline on this machine, one after another.

Each is at work in the container layout of SageMaker, with folders in the place of S3.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

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
from infra.models.local_search import search
from infra.models.shapes import SearchShape

JOBS = ("Processing", "Training", "Tuning")
OUTPUT = "output"
"""The bucket that the jobs write to."""
RUN = "run"
"""The execution's id, and so the folder in that bucket of all that they write."""


class Jobs:
    """The jobs of one run, in the order of what they need.

    `folders` are the run's buckets, of which one is OUTPUT. `on_job` hears the name of each job as
    it begins, and of each training of a search.
    """

    def __init__(
        self,
        definition: dict[str, Any],
        folders: Mapping[str, Path],
        on_job: Callable[[str], None],
    ) -> None:
        self._on_job = on_job
        self._steps: list[Step] = [one for one in definition["Steps"] if one["Type"] in JOBS]
        self._output = folders[OUTPUT] / RUN
        self._store = FolderStore(folders)
        clients: dict[str, Any] = {"s3": self._store, "logs": FolderLogs(self._output / "logs")}
        self._services = Services(clients.__getitem__, {})
        self._scope = Scope(
            parameters=parameters(definition, {}),
            execution={"PipelineExecutionId": RUN, "PipelineExecutionArn": RUN},
            read=partial(text_at, self._store),
        )
        self.seconds: dict[str, float] = {}
        """What each job took, by its name."""
        self.searches: dict[str, SearchShape] = {}
        """What was searched for, by the name of the job."""
        self.model = ""
        """Path of model.tar.gz in the folder RUN; empty where no job trains."""

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

    def evaluations(self) -> Iterator[dict[str, Any]]:
        """The documents that the jobs declare as their property files."""
        for step in self._steps:
            for uri in self._scope.steps[step["Name"]].get("PropertyFiles", {}).values():
                yield json.loads(text_at(self._store, uri))

    def _carry_out(self, step: Step) -> None:
        name = step["Name"]
        self._on_job(name)
        try:
            arguments = resolve(step["Arguments"], self._scope)
            with self._timed(name):
                told = self._done(step, arguments)
        except (JobFailed, Invalid, ValueError, OSError) as error:
            raise WorkError(f"The job {name} failed: {error}") from error
        self._scope.steps[name] = told

    def _done(self, step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
        """Do the work of a job; returns what later ones can refer to."""
        name = step["Name"]
        if step["Type"] == "Tuning":
            described, self.searches[name] = search(name, arguments, self._services, self._on_job)
            training = arguments["TrainingJobDefinition"]
            self._learned(training, described["BestTrainingJob"]["TrainingJobName"])
            return described
        if reasons := list(not_emulated(arguments)):
            raise InputError(f"The job {name} is not run here: {'; '.join(reasons)}.")
        with Container() as container:
            if step["Type"] == "Processing":
                run_processing_job(name, arguments, container, self._services)
                return _processed(step, arguments)
            run_training_job(name, arguments, container, self._services)
        uri = self._learned(arguments, name)
        return {**arguments, "ModelArtifacts": {"S3ModelArtifacts": uri}}

    def _learned(self, arguments: dict[str, Any], name: str) -> str:
        """Keep where the model of a training is; returns its URI."""
        uri = f"{arguments['OutputDataConfig']['S3OutputPath']}/{name}/output/model.tar.gz"
        path = self._store.path(OUTPUT, uri.removeprefix(f"s3://{OUTPUT}/"))
        self.model = path.relative_to(self._output).as_posix()
        return uri

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 3)


def _processed(step: Step, arguments: dict[str, Any]) -> dict[str, Any]:
    outputs = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
    places = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in outputs}
    files = {
        one["PropertyFileName"]: f"{places[one['OutputName']]}/{one['FilePath']}"
        for one in step.get("PropertyFiles", [])
    }
    return {**arguments, "PropertyFiles": files}
