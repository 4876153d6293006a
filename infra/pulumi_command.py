"""The pulumi CLI as a child process that never outlives the command that started it."""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import IO

from pulumi.automation import CommandResult, InvalidVersionError, OnOutput, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from infra.errors import WorkError
from infra.interruption import heed, postponed

CANCEL_SECONDS = 30
"""How long the engine may take to finish what it has begun, once it is told to stop."""


class CliMissing(WorkError):
    """There is no pulumi CLI on the PATH."""

    def __init__(self) -> None:
        super().__init__(
            "The pulumi CLI is not on the PATH. The official way to install it:\n"
            "  curl -fsSL https://get.pulumi.com | sh\n"
            "  https://www.pulumi.com/docs/iac/download-install/"
        )


class Command(PulumiCommand):
    """Runs the CLI in a session of its own, and stops it when its caller is interrupted.

    A Ctrl-C in the terminal reaches the caller alone, which then cancels the engine once. The
    SDK's own runner lets the CLI go on in the background.

    Raises CliMissing, and InvalidVersionError for a CLI that is older than the SDK can drive.
    """

    def __init__(self) -> None:
        if shutil.which("pulumi") is None:
            raise CliMissing
        try:
            super().__init__()
        except InvalidVersionError:
            super().__init__(skip_version_check=True)
            if self.version is not None:
                raise
            # A CLI built from source prints no version; the SDK wants one to tell features by.
            self.version = VersionInfo.parse(version("pulumi"))

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run `pulumi` with `args`. Raises CommandError when its status is not 0."""
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        process = None
        try:
            with postponed():  # or a signal that comes before it is known leaves the engine behind
                process = subprocess.Popen(
                    [self.command, "--non-interactive", *args],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=cwd,
                    env=environment,
                    encoding="utf-8",
                    start_new_session=True,
                )
            streams = [_Lines(process.stdout, on_output), _Lines(process.stderr, on_error)]
            for lines in streams:
                lines.join()
            process.wait()
        except BaseException:
            heed()
            if process:
                _stop(process)
            raise
        stdout, stderr = ("\n".join(lines.kept) for lines in streams)
        result = CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if result.code != 0:
            raise create_command_error(result)
        return result


class _Lines(threading.Thread):
    """Reads a stream to its end, line by line."""

    def __init__(self, stream: IO[str] | None, on_line: OnOutput | None) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._on_line = on_line
        self.kept: list[str] = []
        self.start()

    def run(self) -> None:
        for line in self._stream or ():
            self.kept.append(line.rstrip())
            if self._on_line:
                self._on_line(line.rstrip())
        if self._stream:
            self._stream.close()


def _stop(process: "subprocess.Popen[str]") -> None:
    """Ask the engine to cancel, which ends its language host and program, then insist."""
    try:
        process.send_signal(signal.SIGINT)
        process.wait(CANCEL_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
