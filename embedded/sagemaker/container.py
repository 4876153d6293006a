"""SageMaker's container layout in a temporary folder, and a process that runs in it.

There is no container: /opt/ml cannot be mounted, so where it begins a path in the command or the
environment of a job, the folder takes its place. A script that hard-codes /opt/ml instead of
taking its paths from arguments or SM_* variables does not find its files here.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

OPT_ML = "/opt/ml"
STOP_SECONDS = 5

_OPT_ML_PATH = re.compile(r"(?<![\w./-])/opt/ml(?![\w.-])")
_PYTHON = re.compile(r"python(\d(\.\d+)?)?")


class Stopped(Exception):
    """The job was told to stop."""


class Container:
    """A folder that stands in for /opt/ml; it and its process are gone after the `with` block."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sagemaker-", ignore_cleanup_errors=True)
        self._root = Path(self._folder.name)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._folder.cleanup()

    def path(self, path: str) -> Path:
        """Where a container path below /opt/ml is. Raises ValueError for any other path."""
        if not _OPT_ML_PATH.match(path) or ".." in Path(path).parts:
            raise ValueError(f"{path} is not below {OPT_ML}, which is all that is emulated")
        return Path(self.mapped(path))

    def mapped(self, text: str) -> str:
        """`text` with the folder in the place of /opt/ml."""
        return _OPT_ML_PATH.sub(str(self._root / "ml"), text)

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], timeout: float
    ) -> tuple[int, str]:
        """Exit status and merged output of a command; `python3` is this interpreter.

        Raises Stopped, or subprocess.TimeoutExpired after `timeout` seconds.
        """
        program, *arguments = [self.mapped(word) for word in command]
        if _PYTHON.fullmatch(Path(program).name):
            program = sys.executable
        temporary = self._root / "tmp"
        temporary.mkdir()
        own = {
            **{
                name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ
            },
            "HOME": str(self._root),
            "TMPDIR": str(temporary),
            "PYTHONUNBUFFERED": "1",
            **{name: self.mapped(text) for name, text in environment.items()},
        }
        log = self._root / "log"
        with log.open("wb") as output:
            if self._stopped:
                raise Stopped
            self._process = subprocess.Popen(
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._root,
                env=own,
                start_new_session=True,
            )
            if self._stopped:
                self.stop()
            status = self._process.wait(timeout)
        if self._stopped:
            raise Stopped
        return status, log.read_text(errors="replace")

    def stop(self) -> None:
        """End the process and all that it started. Safe to call from another thread, and again."""
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


def toolkit_variables(
    channels: Sequence[str], hyperparameters: Mapping[str, Any]
) -> dict[str, str]:
    """The paths that SageMaker's training toolkit tells a script, in its SM_* variables.

    https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
    """
    return {
        "SM_MODEL_DIR": f"{OPT_ML}/model",
        "SM_OUTPUT_DATA_DIR": f"{OPT_ML}/output/data",
        "SM_INPUT_DIR": f"{OPT_ML}/input",
        "SM_INPUT_CONFIG_DIR": f"{OPT_ML}/input/config",
        **{f"SM_CHANNEL_{name.upper()}": f"{OPT_ML}/input/data/{name}" for name in channels},
        **{f"SM_HP_{name.upper()}": str(value) for name, value in hyperparameters.items()},
    }
