"""How a process ends that a signal comes to, whatever its main thread is at."""

import os
import signal
import subprocess
import sys

import pytest

from infra.interruption import SIGNALS

WAIT_SECONDS = 20

PREAMBLE = """
import os, signal, sys, threading, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup ignores for the tests and all below
from infra import interruption
from infra.interruption import bound, conclude, ending, heed, hold_off, listen
interruption.HEED_SECONDS = 0.2
interruption.TOGETHER_SECONDS = 0.1
listen()
def ready():
    print("ready", flush=True)
"""

WAITS = """
try:
    ready()
    time.sleep(600)
except KeyboardInterrupt:
    conclude()
    sys.exit(interruption.INTERRUPTED)
"""

LOSES_IT = """
class Attribute:
    def __getattr__(self, name):
        ready()
        while not interruption._came:
            time.sleep(0.01)
try:
    try:
        Attribute().any
    except KeyboardInterrupt:
        pass
    time.sleep(600)
except KeyboardInterrupt:
    conclude()
    sys.exit(interruption.INTERRUPTED)
"""

CANNOT_RAISE = """
class Gone:
    def __del__(self):
        ready()
        time.sleep(600)
try:
    Gone()
    time.sleep(600)
except KeyboardInterrupt:
    conclude()
    sys.exit(interruption.INTERRUPTED)
"""

WAITS_FOR_A_THREAD = """
ended = threading.Event()
thread = threading.Thread(target=ended.wait)
thread.start()
try:
    with ending(ended.set):
        try:
            ready()
            time.sleep(600)
        finally:
            hold_off()
            thread.join()
except KeyboardInterrupt:
    conclude()
    sys.exit(interruption.INTERRUPTED)
"""

NEVER_CLEANS_UP = """
bound(0.2, lambda: print("left", flush=True))
threading.Thread(target=time.sleep, args=(600,)).start()
try:
    ready()
    time.sleep(600)
finally:
    hold_off()
    threading.Event().wait()
"""

FULL = """
reading, writing = os.pipe()
os.set_blocking(writing, False)
try:
    while True:
        os.write(writing, bytes(1024))
except BlockingIOError:
    os.set_blocking(writing, True)
sys.stderr = os.fdopen(writing, "w")
"""

IN_AN_EXEC = """
try:
    ready()
    exec("time.sleep(600)")
except KeyboardInterrupt:
    conclude()
    sys.exit(interruption.INTERRUPTED)
"""

SLOW_TO_STOP = """
try:
    ready()
    time.sleep(600)
except KeyboardInterrupt:
    heed()
    time.sleep(1)
    conclude()
    sys.exit(interruption.INTERRUPTED)
"""


@pytest.fixture
def begin(project, tmp_path):
    processes = []

    def start(body):
        (tmp_path / "program.py").write_text(PREAMBLE + body)
        # As a shell without job control starts a background job: deaf to SIGINT.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "program"],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(project.root)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            signal.signal(signal.SIGINT, before)
        processes.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def outcome(process):
    printed, said = process.communicate(timeout=WAIT_SECONDS)
    return process.returncode, printed, said


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    "body", [WAITS, LOSES_IT, CANNOT_RAISE, WAITS_FOR_A_THREAD, IN_AN_EXEC, SLOW_TO_STOP]
)
def test_a_signal_is_answered_once_and_ends_the_command(begin, body, number):
    process = begin(body)
    process.send_signal(number)
    assert outcome(process) == (130, "", "Stopping…\nInterrupted.\n")


def test_clean_up_without_an_end_is_left(begin):
    process = begin(NEVER_CLEANS_UP)
    process.send_signal(signal.SIGTERM)
    assert outcome(process) == (130, "left\n", "Stopping…\nInterrupted.\n")


def test_it_is_said_that_it_stops_before_it_has(begin):
    process = begin(SLOW_TO_STOP)
    process.send_signal(signal.SIGINT)
    assert process.stderr.readline() == "Stopping…\n"
    assert process.poll() is None


def test_signals_that_reach_another_thread_wake_the_main_one(begin):
    process = begin(WAITS)
    # It is stopped meanwhile, so that the system may give them to any thread.
    for number in (signal.SIGSTOP, *SIGNALS, signal.SIGCONT):
        process.send_signal(number)
    assert outcome(process) == (130, "", "Stopping…\nInterrupted.\n")


def test_a_terminal_that_takes_no_output_does_not_keep_it_from_ending(begin):
    process = begin(FULL + NEVER_CLEANS_UP)
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_SECONDS) == 130
