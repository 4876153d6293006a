import os
import signal
import time

import pytest

PAUSE = """
import pathlib, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({marker!r}).touch()
time.sleep(600)
"""
"""Work that does not end by itself, nor does the process that it has started."""


@pytest.fixture
def paused(quick, tmp_path):
    """Has a file of the model project's code pause; returns what comes to be when it does."""

    def pause(name):
        marker = tmp_path / "paused"
        body = PAUSE.format(marker=str(marker))
        if name == "inference.py":
            body = "def model_fn(folder):" + body.replace("\n", "\n    ")
        (quick / name).write_text(body)
        return marker

    return pause


def interrupted(running, number):
    running.process.send_signal(number)
    assert running.ended() == 130, running.said
    assert running.said.endswith("\nInterrupted.\n")
    assert "Traceback" not in running.said
    assert running.left() == []


def test_ctrl_c_while_it_stands_up_leaves_nothing(copy, start):
    running = start(copy, "up", "-s", "local", stack="Create")
    running.until_said("blocked")
    interrupted(running, signal.SIGINT)
    assert "Create" not in running.said


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


def test_ctrl_c_while_it_deploys_leaves_nothing(copy, start):
    running = start(copy, "up", "-s", "local", stack="Deploy")
    running.until_said("blocked")
    interrupted(running, signal.SIGINT)
    assert "Deploy  " not in running.said


def test_a_closed_terminal_while_it_asks_leaves_nothing(copy, start, paused):
    marker = paused("inference.py")
    running = start(copy, "up", "-s", "local")
    running.until(marker.exists)
    interrupted(running, signal.SIGHUP)
    assert "Ask" not in running.said


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
    assert running.said.endswith("\nStopped; nothing is left.\n")
    assert running.left() == []
