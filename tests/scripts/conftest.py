"""A copy of the project that a test may spoil, and the command as people run it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.interruption import SIGNALS
from infra.project import Project

ROOT = Path(__file__).parents[2]
COMMAND = Path(__file__).with_name("maslow_process.py")
WITHOUT_MLFLOW = ROOT / "tests" / "without_mlflow"
SECONDS = 240

QUICK = {
    "preprocess.py": """
        import sys
        from pathlib import Path

        output = Path(sys.argv[sys.argv.index("--output") + 1])
        for name in ("train/train", "validation/validation", "test/test", "snapshot/snapshot"):
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
        """,
    "train.py": """
        import os
        import shutil
        from pathlib import Path

        code = Path(os.environ["SM_MODEL_DIR"], "code")
        code.mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("inference.py"), code)
        """,
    "evaluate.py": """
        import sys
        from pathlib import Path

        output = Path(sys.argv[sys.argv.index("--output") + 1])
        report = (
            '{"binary_classification_metrics": {"auc": {"value": 1.0}},'
            ' "acceptance": {"accepted": true}}'
        )
        for name, text in (("evaluation", report), ("baseline", "{}")):
            path = output / name / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        """,
    "inference.py": """
        import json


        def model_fn(folder):
            return 15.0


        def input_fn(body, content_type):
            text = body.decode() if isinstance(body, bytes) else body
            if "json" in content_type:
                return [float(one["mean_radius"]) for one in json.loads(text)["instances"]]
            return [float(line.partition(",")[0]) for line in text.splitlines()]


        def predict_fn(radii, threshold):
            return [int(radius > threshold) for radius in radii]


        def output_fn(labels, accept):
            return json.dumps({"predictions": [{"label": label} for label in labels]}), accept
        """,
}
"""A model project's code that is done in no time, and learns as little."""


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Gives the signals their meaning back, which the command takes for all that is left of it."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def copy(project: Project, tmp_path: Path) -> Path:
    """The root of a copy of the project, without its code."""
    root = tmp_path / "copy"
    shutil.copytree(project.root / "stacks", root / "stacks")
    shutil.copytree(
        project.root / "templates", root / "templates", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(project.root / "Pulumi.yaml", root)
    return root


@pytest.fixture
def quick(copy: Path) -> Path:
    """Such a copy, whose model project is quick; returns the folder of its code."""
    code = copy / "templates" / "tabular" / "code"
    for name, text in QUICK.items():
        (code / name).write_text(textwrap.dedent(text))
    return code


class Running:
    """A `maslow` of its own session, with a folder of its own for temporary files."""

    def __init__(
        self, root: Path, temporary: Path, log: Path, stack: str, arguments: list[str]
    ) -> None:
        temporary.mkdir(exist_ok=True)
        self.temporary = temporary
        self._log = log
        search = os.environ["PATH"].split(os.pathsep)
        environment = {
            **os.environ,
            "TMPDIR": str(temporary),
            "PYTHONPATH": f"{WITHOUT_MLFLOW}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
            # Without the engine, whether or not its CLI is installed here.
            "PATH": os.pathsep.join(one for one in search if not Path(one, "pulumi").exists()),
        }
        # As a shell without job control starts a background job: deaf to SIGINT.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with self._log.open("wb") as file:
                self.process = subprocess.Popen(
                    [sys.executable, str(COMMAND), stack, *arguments],
                    cwd=root,
                    env=environment,
                    stdin=subprocess.PIPE,  # which closes when the tests are killed
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        finally:
            signal.signal(signal.SIGINT, before)

    @property
    def said(self) -> str:
        """All that it has printed."""
        return self._log.read_text()

    @property
    def url(self) -> str:
        """Where its embedded AWS listens."""
        return self.said.partition("an embedded AWS at ")[2].split()[0]

    def until(self, happened: Callable[[], object]) -> None:
        """Wait for something to happen while it runs."""
        deadline = time.monotonic() + SECONDS
        while not happened():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def until_said(self, words: str) -> None:
        """Wait for it to print something."""
        self.until(lambda: words in self.said)

    def ended(self, seconds: float = SECONDS) -> int:
        """Its exit status, once it has ended."""
        return self.process.wait(seconds)

    def end(self) -> None:
        """Kill it, and whatever it has started."""
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate(timeout=SECONDS)

    def _processes(self) -> list[int]:
        marker = str(self.temporary).encode()
        return [int(path.parent.name) for path in _environments() if marker in _read(path)]

    def left(self) -> list[object]:
        """What there still is of it: processes, files, and its port."""
        with socket.socket() as connection:
            address = urlsplit(self.url)
            closed = connection.connect_ex((address.hostname or "", address.port or 0))
        files = [path.name for path in self.temporary.iterdir()]
        return [*self._processes(), *files, *([] if closed else [self.url])]


def _environments() -> Iterator[Path]:
    return Path("/proc").glob("[0-9]*/environ")


def _read(path: Path) -> bytes:
    """A process's environment; that of one that ends just now is empty."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `maslow` in a folder with arguments; `stack` is told in maslow_process.py.

    One that is started `beside` another shares its folder for temporary files.
    """
    started: list[Running] = []

    def begin(
        root: Path, *arguments: str, stack: str = "platform", beside: Running | None = None
    ) -> Running:
        own = tmp_path / f"temporary-{len(started)}"
        temporary = beside.temporary if beside else own
        log = own.with_suffix(".log")
        started.append(Running(root, temporary, log, stack, list(arguments)))
        return started[-1]

    yield begin
    for running in started:
        running.end()
