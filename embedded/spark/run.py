"""One run of a PySpark script: a process of its own, with the buckets as it sees them."""

import os
import re
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
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
IN_RUN = Path(__file__).parent / "in_run"
"""Modules that belong to a run rather than to its script."""
CATALOG = "spark.hadoop.hive.metastore.client.factory.class"
EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(Error|Exception): ")
TAKEN = ("--conf", "--name")
"""Options of spark-submit that are taken."""
PACKED = (".zip", ".egg", ".whl")
"""What Python imports from as it is."""

WAKE_SECONDS = 0.1

_one_at_a_time = threading.Lock()


class Stopped(Exception):
    """The run was told to stop."""


class Unsupported(ValueError):
    """What is asked for is not done here, in a sentence."""


@contextmanager
def my_turn(stopped: threading.Event) -> Iterator[None]:
    """Wait until no other run works, of whichever service: each takes a gigabyte of memory.

    Raises Stopped as soon as the event says so.
    """
    while not _one_at_a_time.acquire(timeout=WAKE_SECONDS):
        if stopped.is_set():
            raise Stopped
    try:
        yield
    finally:
        _one_at_a_time.release()


@dataclass(frozen=True)
class Script:
    """What is run."""

    uri: str
    """S3 URI of the Python script."""
    arguments: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of Spark by their names."""
    modules: Sequence[str] = ()
    """S3 URIs of more that it imports from: modules, and packages as zip, egg or whl."""
    folders: Sequence[Path] = ()
    """Folders of this machine that it imports from."""
    has_tables: bool = False
    """Whether Spark's tables are those of Glue."""
    needs_spark: bool = True
    """Whether it is one of PySpark. Any other sees no buckets but those that it asks S3 for."""


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
        self, s3: Any, script: Script, variables: Mapping[str, str], seconds: float
    ) -> Ended:
        """Run the script to its end, and put what it wrote into the buckets.

        What a run wrote that failed stays as well, as it does in AWS. `variables` lead its own
        clients to the embedded AWS. Raises Stopped, NotInstalled, workplace.Closed, ValueError for
        what is not there or not done here, and subprocess.TimeoutExpired after `seconds`.
        """
        with workplace.folder("spark-") as folder:
            root = Path(folder)
            (program,) = fetched(s3, [script.uri], root / "script")
            modules = [*fetched(s3, script.modules, root / "modules")]
            programs = own_python(root / "python")
            beginning = [str(IN_RUN / "maslow_begin.py")] if script.has_tables else []
            command = [str(programs / "python"), *beginning, str(program), *script.arguments]
            packed = [each for each in modules if each.suffix in PACKED]
            found = [root / "modules", *packed, *script.folders, IN_RUN]
            own = {
                **own_variables(root, programs),
                **variables,
                "PYTHONPATH": os.pathsep.join(map(str, found)),
            }
            if not script.needs_spark:
                return self._work(command, root, own, seconds)
            own |= _spark_variables(root, programs)
            (root / "buckets").mkdir()
            mirror = Mirror(s3, root / "buckets")
            _configure(root, {**script.settings, **mirror.settings})
            try:
                return self._work(command, root, own, seconds)
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


def fetched(s3: Any, uris: Sequence[str], folder: Path) -> Iterator[Path]:
    """Bring objects into a new folder, under the last part of their keys.

    Raises ValueError for one that is not there.
    """
    folder.mkdir()
    for uri in uris:
        bucket, _, key = uri.partition("://")[2].partition("/")
        path = folder / Path(key).name
        try:
            path.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
            raise ValueError(f"There is no script {uri}.") from error
        yield path


def _spark_variables(root: Path, programs: Path) -> dict[str, str]:
    python = str(programs / "python")
    return {
        "JAVA_HOME": str(require_spark()),
        "SPARK_CONF_DIR": str(root / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(root / "tmp"),
        "PYSPARK_PYTHON": python,
        "PYSPARK_DRIVER_PYTHON": python,
    }


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
