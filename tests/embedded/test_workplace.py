import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from embedded import workplace
from embedded.cloud import Cloud
from embedded.extensions import jobs

WAIT_SECONDS = 20
WRITER = """
import pathlib, subprocess, sys
if sys.argv[2:]:
    subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1]])
while True:
    try:
        folder = pathlib.Path(sys.argv[1], "records")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "some").write_text("some")
    except OSError:
        pass
"""
"""Writes all the time, into folders that it makes again, and has a child do so too."""


@pytest.fixture(autouse=True)
def removed():
    workplace.remove()
    yield
    workplace.close()
    workplace.remove()


def test_all_folders_are_below_one_that_goes_with_them():
    one, other = workplace.folder("one-"), workplace.folder("other-")
    root = Path(one.name).parent
    assert Path(other.name).parent == root
    workplace.close()
    workplace.remove()
    assert not root.exists()
    one.cleanup()
    other.cleanup()


def test_nothing_is_left_of_processes_that_write_until_they_are_killed():
    written = workplace.folder("written-")
    folder = Path(written.name)
    command = [sys.executable, "-c", WRITER, str(folder), WRITER]
    process = workplace.start(command)
    deadline = time.monotonic() + WAIT_SECONDS
    while not (folder / "records" / "some").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    workplace.close()
    workplace.remove()
    assert process.wait(WAIT_SECONDS) == -signal.SIGKILL
    assert not folder.parent.exists()
    written.cleanup()


def test_what_is_written_while_it_is_removed_is_removed_too(monkeypatch):
    cleanup = tempfile.TemporaryDirectory.cleanup
    written = workplace.folder("written-")
    root = Path(written.name).parent

    def cleanup_and_write(folder):
        cleanup(folder)
        monkeypatch.undo()
        Path(written.name).mkdir(parents=True)

    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", cleanup_and_write)
    workplace.remove()
    assert not root.exists()
    written.cleanup()


def test_nothing_begins_once_it_is_closed():
    workplace.close()
    assert workplace.is_closed()
    with pytest.raises(workplace.Closed, match="stopping"):
        workplace.folder("late-")
    with pytest.raises(workplace.Closed):
        workplace.start(["true"])
    workplace.remove()
    assert workplace.start(["true"]).wait(WAIT_SECONDS) == 0


def test_a_process_is_known_even_if_its_start_is_interrupted(monkeypatch):
    started = []
    real = subprocess.Popen

    def interrupted(*args, **options):
        process = real(*args, **options)
        started.append(process)
        signal.raise_signal(signal.SIGINT)
        return process

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(subprocess, "Popen", interrupted)
            with pytest.raises(KeyboardInterrupt):
                workplace.start(["sleep", "600"])
    finally:
        signal.signal(signal.SIGINT, before)
    workplace.close()
    assert started[0].wait(WAIT_SECONDS) == -signal.SIGKILL


def test_a_cloud_that_stops_begins_no_process_while_it_waits_for_its_jobs(monkeypatch):
    close, seen = jobs.close, []

    def close_later():
        seen.append(workplace.is_closed())
        close()

    monkeypatch.setattr(jobs, "close", close_later)
    with Cloud():
        assert not workplace.is_closed()
    assert seen == [True]
    assert not workplace.is_closed()
