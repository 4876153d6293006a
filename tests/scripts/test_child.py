import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.interruption import SIGNALS

CALLER = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup ignores for the tests and all below
from scripts import child
from infra.interruption import listen
if os.isatty(0):
    os.close(os.open(os.ttyname(0), os.O_RDWR))  # which makes it the session's own terminal
child.STOP_SECONDS = float(sys.argv[2])
listen()
try:
    sys.exit(child.run(sys.argv[1], {"GIVEN": "to the command"}))
except KeyboardInterrupt:
    sys.exit(130)
"""
SECONDS = 60
ROOT = Path(__file__).parents[2]


@pytest.fixture
def begin():
    """Has a process of its own run a command."""
    processes = []

    def start(command, stop_seconds=SECONDS, **options):
        process = subprocess.Popen(
            [sys.executable, "-c", CALLER, command, str(stop_seconds)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
            **({"stdin": subprocess.DEVNULL} | options),
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        end_session(process.pid)
        process.wait(SECONDS)


def end_session(leader):
    """Kill all that a process has started, in whichever group: what is left holds our output."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            session = int(path.read_text().rpartition(")")[2].split()[3])
            if session == leader:
                os.kill(int(path.parent.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


def awaited(path):
    """What a file holds, once it ends with a line of its own."""
    deadline = time.monotonic() + SECONDS
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.read_text().split()


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_command_gets_the_environment_and_gives_its_status(begin):
    process = begin('test "$GIVEN" = "to the command" && exit 7')
    assert process.wait(SECONDS) == 7


def test_a_command_that_a_signal_ends_has_a_shells_status_for_it(begin):
    assert begin("kill -KILL $$").wait(SECONDS) == 137


def test_what_the_command_leaves_behind_ends_with_it(begin, tmp_path):
    pids = tmp_path / "pids"
    assert begin(f"sleep 600 & echo $! > {pids}").wait(SECONDS) == 0
    assert [pid for pid in awaited(pids) if alive(pid)] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_the_command_with_all_that_it_started(begin, tmp_path, number):
    pids = tmp_path / "pids"
    process = begin(f"sleep 600 & echo $! $$ > {pids}; wait; sleep 600")
    started = awaited(pids)
    assert len(started) == 2
    process.send_signal(number)
    assert process.wait(SECONDS) == 130
    assert [pid for pid in started if alive(pid)] == []


def test_signals_that_come_at_once_are_one_interruption(begin, tmp_path):
    pids = tmp_path / "pids"
    process = begin(f"echo $$ > {pids}; sleep 600")
    started = awaited(pids)
    # It is stopped meanwhile: or it would take the first before the others come.
    for number in (signal.SIGSTOP, *SIGNALS, signal.SIGCONT):
        process.send_signal(number)
    assert process.wait(SECONDS) == 130
    assert [pid for pid in started if alive(pid)] == []


def test_a_command_that_will_not_end_is_ended_all_the_same(begin, tmp_path):
    pids, asked = tmp_path / "pids", tmp_path / "asked"
    process = begin(
        f"trap 'echo yes > {asked}' TERM; echo $$ > {pids}; while :; do sleep 0.1; done",
        stop_seconds=0.5,
    )
    started = awaited(pids)
    process.send_signal(signal.SIGTERM)
    awaited(asked)
    process.send_signal(signal.SIGINT)
    assert process.wait(SECONDS) == 130
    assert [pid for pid in started if alive(pid)] == []


def test_in_a_terminal_ctrl_c_is_the_commands_own(begin, tmp_path):
    trapped, done = tmp_path / "trapped", tmp_path / "done"
    ready = tmp_path / "ready"
    terminal, end = pty.openpty()
    command = (
        f"trap 'echo yes > {trapped}' INT; echo yes > {ready}; until read answer; do :; done; "
        f'echo "$answer" > {done}; exit 3'
    )
    process = begin(
        command,
        stdin=end,
        stdout=end,
        stderr=end,
    )
    awaited(ready)
    os.write(terminal, b"\x03")
    assert awaited(trapped) == ["yes"]
    assert process.poll() is None
    os.write(terminal, b"fine\n")
    assert process.wait(SECONDS) == 3
    assert awaited(done)[-1] == "fine"
    os.close(terminal)
    os.close(end)
