import os
import signal
import time

import pytest

from infra.interruption import SIGNALS

STOP_SECONDS = 20
"""Far more than it takes to stop, and far less than what is waited for would take."""

PAUSE = """
import pathlib, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({marker!r}).touch()
time.sleep(600)
"""
"""Work that does not end by itself, nor does the process that it has started."""
LOADING = "def model_fn(folder):"
PREDICTING = """
def model_fn(folder):
    return None

def input_fn(body, content_type):
    return body

def predict_fn(records, model):"""


@pytest.fixture
def paused(quick, tmp_path):
    """Has a file of the model project's code pause; returns what comes to be when it does."""

    def pause(name, function=""):
        marker = tmp_path / "paused"
        body = PAUSE.format(marker=str(marker))
        if function:
            body = function + body.replace("\n", "\n    ")
        (quick / name).write_text(body)
        return marker

    return pause


def interrupted(running, number):
    running.process.send_signal(number)
    assert running.ended(STOP_SECONDS) == 130, running.said
    assert running.said.count("\nStopping…\n") == 1
    assert running.said.endswith("\nInterrupted.\n")
    assert "Traceback" not in running.said
    assert running.left() == []


@pytest.mark.parametrize("phase", ["Create", "Deploy", "Ask"])
@pytest.mark.parametrize("number", SIGNALS)
def test_an_interruption_is_answered_and_leaves_nothing(copy, start, phase, number):
    running = start(copy, "up", "-s", "local", stack=phase)
    running.until_said("blocked")
    interrupted(running, number)
    assert f"{phase}  " not in running.said


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interruption_while_it_trains_leaves_nothing(copy, start, paused, number):
    marker = paused("preprocess.py")
    running = start(copy, "up", "-s", "local", stack="pipelines")
    running.until(marker.exists)
    interrupted(running, number)
    assert "Train  " not in running.said


def test_sigterm_while_it_trains_leaves_nothing_whatever_follows(copy, start, paused):
    marker = paused("preprocess.py")
    running = start(copy, "up", "-s", "local", stack="pipelines")
    running.until(marker.exists)
    running.process.send_signal(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        time.sleep(0.1)
        running.process.send_signal(number)
    interrupted(running, signal.SIGINT)
    assert "Deploy  " not in running.said


def test_ctrl_c_while_a_model_is_loaded_does_not_wait_for_it(copy, start, paused):
    marker = paused("inference.py", LOADING)
    running = start(copy, "up", "-s", "local")
    running.until(marker.exists)
    interrupted(running, signal.SIGINT)
    assert "Deploy  " not in running.said


def test_a_closed_terminal_while_a_model_is_asked_does_not_wait_for_it(copy, start, paused):
    marker = paused("inference.py", PREDICTING)
    running = start(copy, "up", "-s", "local")
    running.until(marker.exists)
    interrupted(running, signal.SIGHUP)
    assert "Deploy  " in running.said
    assert "Ask  " not in running.said


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_it_cleans_up_is_answered_and_changes_nothing(copy, start, number):
    running = start(copy, "up", "-s", "local", stack="Clean up")
    running.until_said("blocked")
    running.process.send_signal(number)
    assert running.ended(STOP_SECONDS) == 0, running.said
    assert running.said.endswith("\nStopping…\n")
    assert running.left() == []


def test_serving_ends_well_when_the_whole_group_is_interrupted(copy, start):
    running = start(copy, "up", "-s", "local", "--serve", stack="nothing")
    running.until(lambda: running.said.endswith("\n\n") and "\nexport " in running.said)
    *_, line = (one for one in running.said.splitlines() if one.startswith("export "))
    exported = dict(word.split("=", 1) for word in line.split()[1:])
    assert exported["AWS_ENDPOINT_URL"] == running.url
    for name, value in exported.items():
        assert f"  export {name}={value}\n" in running.said
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.ended() == 0, running.said
    assert running.said.endswith("\nStopping…\nStopped; nothing is left.\n")
    assert running.left() == []
