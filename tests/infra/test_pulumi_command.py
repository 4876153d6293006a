import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from pulumi.automation import CommandError, InvalidVersionError

from infra.pulumi_command import CliMissing, Command


@pytest.fixture
def cli(tmp_path, monkeypatch):
    """Puts a stand-in for the CLI on the PATH: it prints a version, or runs `script`."""

    def install(script="", version="3.272.0"):
        binary = tmp_path / "pulumi"
        binary.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo "{version}" && exit\n{script}\n')
        binary.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


def test_without_the_cli_the_message_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CliMissing, match=r"https://get\.pulumi\.com"):
        Command()


def test_a_cli_that_is_too_old_is_refused(cli):
    cli(version="v2.25.2")
    with pytest.raises(InvalidVersionError):
        Command()


def test_a_cli_built_from_source_is_taken_for_the_version_of_the_sdk(cli):
    cli(version="")
    assert str(Command().version).startswith("3.")


def test_output_is_handed_on_line_by_line(cli, tmp_path):
    cli('echo one; echo two; echo "$GREETING" >&2')
    heard = []
    result = Command().run(["up"], str(tmp_path), {"GREETING": "hello"}, on_output=heard.append)
    assert heard == ["one", "two"]
    assert result.stdout == "one\ntwo"
    assert result.stderr == "hello"


def test_it_never_asks_a_question(cli, tmp_path):
    cli('echo "$@"; cat')
    assert Command().run(["up", "--yes"], str(tmp_path), {}).stdout == "--non-interactive up --yes"


def test_a_status_that_is_not_0_raises(cli, tmp_path):
    cli("echo 'error: no credentials' >&2; exit 255")
    with pytest.raises(CommandError, match="no credentials"):
        Command().run(["up"], str(tmp_path), {})


@pytest.mark.parametrize("starts", ["at once", "slowly"])
def test_an_interruption_cancels_the_engine_and_waits_for_it(cli, tmp_path, starts):
    cli(
        f"trap 'echo cancelled > {tmp_path}/end; exit 1' INT\n"
        f"echo $$ > {tmp_path}/pid\n"
        "while true; do sleep 0.1; done"
    )
    caller = textwrap.dedent(
        f"""
        import signal, subprocess, time
        from infra.pulumi_command import Command

        class Slow(subprocess.Popen):
            def __init__(self, *args, **options):
                super().__init__(*args, **options)
                time.sleep(1)  # the signal comes meanwhile

        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
        command = Command()
        if {starts!r} == "slowly":
            subprocess.Popen = Slow
        try:
            command.run(["up"], {str(tmp_path)!r}, {{}})
        except KeyboardInterrupt:
            raise SystemExit(130)
        """
    )
    with subprocess.Popen([sys.executable, "-c", caller], env=dict(os.environ)) as process:
        try:
            pid = _awaited(tmp_path / "pid")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130
        finally:
            process.kill()
    assert (tmp_path / "end").read_text() == "cancelled\n"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def _awaited(path):
    deadline = time.monotonic() + 30
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.05)
    return path.read_text()
