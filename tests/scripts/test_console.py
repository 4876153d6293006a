import io
import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from infra.hosts.progress import Operation
from scripts.console import PLANNED, told

SECONDS = 120
ROOT = Path(__file__).parents[2]

FOLLOWED = """
import time
from infra.hosts.progress import Operation, Phase, Step
from scripts.console import Follower, out
with Follower(lists_changes=True) as follower:
    follower.begin("Create")
    for number in range(3):
        for phase in (Phase.STARTED, Phase.DONE):
            name = f"maslow-[dev]-a-bucket-of-a-name-that-no-narrow-terminal-has-room-for-{number}"
            follower.on_step(Step(Operation.CREATE, phase, "urn", "aws:s3/bucket:Bucket", name))
            time.sleep(0.15)
    follower.end()
    out.print("done")
"""


@pytest.fixture
def printed():
    """What a program prints: into a pipe, or into a terminal of some width."""

    def run(program, columns=None, **environment):
        ours, theirs = pty.openpty() if columns else os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TERM": "xterm",
                **({"COLUMNS": str(columns), "LINES": "24"} if columns else {}),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=theirs,
        )
        os.close(theirs)
        text = io.BytesIO()
        reader = threading.Thread(target=_drain, args=(ours, text), daemon=True)
        reader.start()
        try:
            assert process.wait(SECONDS) == 0
        finally:
            process.kill()
        reader.join(SECONDS)
        assert not reader.is_alive()
        os.close(ours)
        return text.getvalue().decode()

    return run


def _drain(source, sink):
    while True:
        try:
            data = os.read(source, 65536)
        except OSError:  # how a terminal tells its end
            return
        if not data:
            return
        sink.write(data)


@pytest.mark.parametrize("forced", [{}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}])
def test_a_pipe_gets_whole_lines_and_no_progress(printed, forced):
    text = printed(FOLLOWED, **forced)
    lines = text.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("  + create  Bucket maslow-[dev]-a-bucket")
    assert "\r" not in text
    assert "Create" not in text


@pytest.mark.parametrize("columns", [80, 120])
def test_in_a_terminal_the_progress_is_one_line_that_goes(printed, columns):
    text = printed(FOLLOWED, columns=columns)
    assert text.count("Create") > 3
    lines, widest = screen(text)
    assert widest <= columns
    assert "".join(lines).count("  + create  Bucket maslow-[dev]-a-bucket-of-a-name") == 3
    assert lines[-1] == "done"
    assert not any("Create" in line for line in lines)


def screen(text):
    """What a terminal shows in the end, and how wide its widest line ever was."""
    lines, row, column, widest = [""], 0, 0, 0
    for piece in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", text):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif piece == "\x1b[1A":
            row -= 1
        elif not piece.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + piece
            column += len(piece)
            widest = max(widest, column)
    return [line for line in lines if line.strip()], widest


def test_what_was_done_is_told_in_words():
    changes = {Operation.SAME: 251, Operation.CREATE: 3, Operation.UPDATE: 0}
    assert told(changes) == "3 created, 251 unchanged"
    assert told({Operation.REPLACE: 1, Operation.DELETE: 1200}) == "1 replaced, 1,200 deleted"
    assert told({Operation.CREATE: 1}, PLANNED) == "1 to create"
    assert told({}) == "nothing to do"
