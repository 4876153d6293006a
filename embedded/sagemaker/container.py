"""SageMaker's container layout in a temporary folder, and a process that runs in it.

There is no container. Where the system lets a process mount an /opt/ml of its own, the folder is
there; where not, it takes the place of /opt/ml where that begins a path in the command or the
environment of a job, and a script that names /opt/ml itself does not find its files.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

import json
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from embedded import workplace
from embedded.sagemaker.isolation import (
    OPT_ML,
    can_mount,
    instead_of_opt_ml,
    mounted,
    own_python,
    own_variables,
    program,
)

STOP_SECONDS = 5
OF_THE_TOOLKIT = "sagemaker_"
"""What the names of hyperparameters begin with that the toolkit reads itself."""

_OPT_ML_PATH = re.compile(r"(?<![\w./-])/opt/ml(?![\w.-])")


class Stopped(Exception):
    """The job was told to stop."""

    secondary_status = "Stopped"
    """What SageMaker calls it in a training's SecondaryStatus."""


class Interrupted(Exception):
    """The instances of the job were taken away."""


NAMED = 'mount --bind "$1" /etc/hosts; shift; exec "$@"'
"""Gives a process, where `can_mount`, an /etc/hosts of its own."""


class Container:
    """A folder that stands in for /opt/ml; it and its process are gone after the `with` block."""

    def __init__(self) -> None:
        """Make the folder. Raises workplace.Closed."""
        self._folder = workplace.folder("sagemaker-")
        self._root = Path(self._folder.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._interrupted = False
        self._beside: list[Container] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for other in self._beside:
            other.__exit__()
        self.end()
        if self._process is not None:
            workplace.forget(self._process)
        self._folder.cleanup()

    def path(self, path: str) -> Path:
        """Where a container path below /opt/ml is. Raises ValueError for any other path."""
        if not _OPT_ML_PATH.match(path) or ".." in Path(path).parts:
            raise ValueError(f"{path} is not below {OPT_ML}, which is all that is emulated")
        return Path(self.mapped(path))

    def mapped(self, text: str) -> str:
        """`text` with the folder in the place of /opt/ml."""
        return _OPT_ML_PATH.sub(str(self._root / "ml"), text)

    def beside(self) -> "Container":
        """Another container, which is stopped and gone with this one. Raises workplace.Closed."""
        other = Container()
        other._stopped, other._interrupted = self._stopped, self._interrupted
        self._beside.append(other)
        return other

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        timeout: float,
        hosts: str = "",
    ) -> tuple[int, str]:
        """Exit status and merged output of a command, whose Python and pip are the job's own.

        `hosts` is the text of its /etc/hosts, for where `can_mount`; the machine's unless given.
        Raises Stopped, Interrupted, workplace.Closed, or subprocess.TimeoutExpired after `timeout`
        seconds.
        """
        programs = own_python(self._root / "python")
        own = {**own_variables(self._root, programs), **environment}
        words = program(command, programs)
        ml = self._root / "ml"
        ml.mkdir(exist_ok=True)
        said = ""
        if hosts:
            named = self._root / "hosts"
            named.write_text(hosts)
            words = ["sh", "-c", NAMED, "sh", str(named), *words]
        if can_mount():
            words = mounted(words, ml, self._root)
        else:
            words = [self.mapped(word) for word in words]
            own = {name: self.mapped(text) for name, text in own.items()}
            said = f"{instead_of_opt_ml(own)}\n"
        log = self._root / "log"
        with log.open("wb") as output:
            self._raise_if_stopped()
            self._process = workplace.start(
                words,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._root,
                env=own,
            )
            if self._stopped:
                self.end()
            status = self._process.wait(timeout)
        self._raise_if_stopped()
        return status, said + log.read_text(errors="replace")

    def log(self) -> str:
        """What its process has written so far, safe to be asked from another thread."""
        try:
            return (self._root / "log").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def _raise_if_stopped(self) -> None:
        if self._stopped:
            raise Interrupted if self._interrupted else Stopped

    def interrupt(self) -> None:
        """Take the instances away: the same as to stop it, but `run` raises Interrupted."""
        if self._stopped:
            return
        self._interrupted = True
        for other in self._beside:
            other.interrupt()
        self.end()

    def stop(self) -> None:
        """End the processes here and beside. Safe to call from another thread, and again."""
        for each in (*self._beside, self):
            each.end()

    def end(self) -> None:
        """End the process here and all that it started. Safe from another thread, and again."""
        self._stopped = True
        process = self._process
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
                process.wait(STOP_SECONDS)
            except (ProcessLookupError, PermissionError):
                break
            except subprocess.TimeoutExpired:
                continue


def decoded(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as the toolkit reads them: what is JSON, as the SDK writes it, as a value."""

    def read(value: Any) -> Any:
        try:
            return json.loads(value)
        except ValueError:
            return value

    return {name: read(value) for name, value in hyperparameters.items()}


def own_arguments(hyperparameters: Mapping[str, Any]) -> list[str]:
    """A script's command line: its own hyperparameters, without those of the toolkit."""
    return [
        word
        for name, value in hyperparameters.items()
        if not name.startswith(OF_THE_TOOLKIT)
        for word in (f"--{name}", str(value))
    ]


def toolkit_variables(
    inputs: Mapping[str, Any], hyperparameters: Mapping[str, Any], resources: Mapping[str, Any]
) -> dict[str, str]:
    """What SageMaker's training toolkit tells a script in its SM_* variables.

    `inputs` is inputdataconfig.json, and `resources` resourceconfig.json.
    https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
    """
    channels = {name: f"{OPT_ML}/input/data/{name}" for name in inputs}
    known = decoded(hyperparameters)
    own = {key: value for key, value in known.items() if not key.startswith(OF_THE_TOOLKIT)}
    return {
        "SM_MODEL_DIR": f"{OPT_ML}/model",
        "SM_OUTPUT_DIR": f"{OPT_ML}/output",
        "SM_OUTPUT_DATA_DIR": f"{OPT_ML}/output/data",
        "SM_INPUT_DIR": f"{OPT_ML}/input",
        "SM_INPUT_CONFIG_DIR": f"{OPT_ML}/input/config",
        "SM_CHANNELS": json.dumps(sorted(channels)),
        **{f"SM_CHANNEL_{name.upper()}": path for name, path in channels.items()},
        "SM_INPUT_DATA_CONFIG": json.dumps(inputs),
        "SM_HPS": json.dumps(own),
        **{f"SM_HP_{name.upper()}": str(value) for name, value in own.items()},
        "SM_USER_ARGS": json.dumps(own_arguments(known)),
        "SM_RESOURCE_CONFIG": json.dumps(resources),
        "SM_CURRENT_HOST": resources["current_host"],
        "SM_CURRENT_INSTANCE_TYPE": resources["current_instance_type"],
        "SM_CURRENT_INSTANCE_GROUP": resources["current_group_name"],
        "SM_HOSTS": json.dumps(resources["hosts"]),
        "SM_NETWORK_INTERFACE_NAME": resources["network_interface_name"],
        "SM_NUM_CPUS": str(os.cpu_count() or 1),
        "SM_NUM_GPUS": "0",
        "SM_NUM_NEURONS": "0",
        "SM_LOG_LEVEL": "20",
    }
