"""One run of a PySpark script: a process of its own, with the buckets as it sees them."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded import workplace
from embedded.sagemaker.isolation import own_python, own_variables
from embedded.spark.installed import require_spark
from embedded.spark.mirror import Mirror

STOP_SECONDS = 5
DRIVER_MEMORY = "1g"
ELSEWHERE = (
    "spark.executor.",
    "spark.driver.",
    "spark.dynamicAllocation.",
    "spark.emr-serverless.",
)
"""What the names of settings begin with that say how large a run is: here it is one process."""
CATALOG = "spark.hadoop.hive.metastore.client.factory.class"
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(Error|Exception): ")
TAKEN = ("--conf", "--name")
"""Options of spark-submit that are taken."""


class Stopped(Exception):
    """The run was told to stop."""


class Unsupported(ValueError):
    """What is asked for is not done here, in a sentence."""


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    """Of the process: 0 for success."""
    out: str
    error: str

    @property
    def reason(self) -> str:
        """Why it failed: its last exception, or else the last line of what it complained of."""
        lines = [line.rstrip() for line in self.error.splitlines() if line.strip()]
        raised = [line for line in lines if EXCEPTION.match(line)]
        last = [*lines, *raised][-1:]
        return last[0].strip() if last else f"the script ended with status {self.status}"


def settings_of(parameters: str) -> dict[str, str]:
    """The settings among the parameters of spark-submit. Raises Unsupported for any other."""
    words, found = iter(shlex.split(parameters)), {}
    for word in words:
        option, _, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if option not in TAKEN:
            raise Unsupported(f"The embedded AWS does not take {option} of spark-submit.")
        told = value or next(words, "")
        if option == "--conf":
            name, _, setting = told.partition("=")
            found[name] = setting
    return found


class Run:
    """A script at work."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def __call__(
        self,
        s3: Any,
        script: str,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        variables: Mapping[str, str],
        seconds: float,
    ) -> Ended:
        """Run the script at an S3 URI to its end, and put what it wrote into the buckets.

        What a run wrote that failed stays as well, as it does in AWS. `variables` lead its own
        clients to the embedded AWS. Raises Stopped, NotInstalled, workplace.Closed, ValueError for
        what is not there or not done here, and subprocess.TimeoutExpired after `seconds`.
        """
        java = require_spark()
        with workplace.folder("spark-") as folder:
            root = Path(folder)
            (root / "buckets").mkdir()
            mirror = Mirror(s3, root / "buckets")
            bucket, _, key = script.partition("://")[2].partition("/")
            program = root / "buckets" / bucket / key
            if not program.is_file():
                raise ValueError(f"There is no script {script}.")
            _configure(root, {**settings, **mirror.settings})
            programs = own_python(root / "python")
            python = str(programs / "python")
            own = {
                **own_variables(root, programs),
                **variables,
                "JAVA_HOME": str(java),
                "SPARK_CONF_DIR": str(root / "conf"),
                "SPARK_LOCAL_IP": "127.0.0.1",
                "SPARK_LOCAL_DIRS": str(root / "tmp"),
                "PYSPARK_PYTHON": python,
                "PYSPARK_DRIVER_PYTHON": python,
            }
            try:
                return self._work([python, str(program), *arguments], root, own, seconds)
            finally:
                if not workplace.is_closed():
                    mirror.put_back()

    def stop(self) -> None:
        """End it, and all that it started. Safe to call from another thread, and again."""
        self._stopped = True
        if self._process is not None:
            _end(self._process)

    def _work(
        self, command: list[str], root: Path, variables: Mapping[str, str], seconds: float
    ) -> Ended:
        out, error = root / "stdout", root / "stderr"
        with out.open("wb") as printed, error.open("wb") as complained:
            if self._stopped:
                raise Stopped
            self._process = workplace.start(
                command,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=complained,
                cwd=root,
                env=dict(variables),
            )
            try:
                if self._stopped:
                    self.stop()
                status = self._process.wait(seconds)
            finally:
                _end(self._process)
                workplace.forget(self._process)
        if self._stopped:
            raise Stopped
        return Ended(status, out.read_text(errors="replace"), error.read_text(errors="replace"))


def _configure(root: Path, settings: Mapping[str, str]) -> None:
    told = {
        **{
            name: value
            for name, value in settings.items()
            if not name.startswith(ELSEWHERE) and name != CATALOG
        },
        "spark.master": "local[2]",
        "spark.driver.memory": DRIVER_MEMORY,
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": (root / "warehouse").as_uri(),
        "spark.sql.shuffle.partitions": settings.get("spark.sql.shuffle.partitions", "4"),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={root / 'derby'}",
    }
    (root / "conf").mkdir()
    lines = "".join(f"{name} {value}\n" for name, value in told.items())
    (root / "conf" / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    (root / "conf" / "log4j2.properties").write_text(
        "rootLogger.level = warn\nrootLogger.appenderRef.stderr.ref = stderr\n"
        "appender.stderr.type = Console\nappender.stderr.name = stderr\n"
        "appender.stderr.target = SYSTEM_ERR\nappender.stderr.layout.type = PatternLayout\n"
        "appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex\n",
        encoding="utf-8",
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
