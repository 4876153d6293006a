"""`make pictures`: records `maslow up -s local` in a terminal, as docs/session.svg.

The durations, the port and Pulumi's suffixes are those of one run.
"""

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from scripts.picture import ROOT, project

FILE = ROOT / "docs" / "session.svg"
COMMAND = "maslow up -s local"
WIDTH, HEIGHT = 80, 50
"""Of the terminal, in letters."""

THEME = TerminalTheme(
    (13, 17, 23),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (63, 185, 80),
        (210, 153, 34),
        (88, 166, 255),
        (188, 140, 255),
        (57, 197, 207),
        (177, 186, 196),
    ],
)
"""A dark terminal, which is read in front of a light page as well as of a dark one."""

FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>A terminal in which maslow up -s local runs</title>
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", ui-monospace, "SF Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 18px; font-family: sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""  # noqa: E501
"""Like rich's own, with fonts that are on the reader's machine instead of one from the network."""


def main() -> None:
    """Record the session anew."""
    FILE.write_text(svg(recorded()), encoding="utf-8")


def recorded() -> str:
    """What the command prints in a terminal, with its colours, in a project of the tests' stacks.

    Raises CalledProcessError where it fails.
    """
    with project() as made:
        command = [sys.executable, "-m", "scripts.maslow", *COMMAND.split()[1:]]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            "TTY_INTERACTIVE": "0",  # without the line that moves while something is done
        }
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        with subprocess.Popen(
            command,
            cwd=made.root,
            env=environment,
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        ) as running:
            os.close(follower)
            printed = b"".join(_read(leader))
    os.close(leader)
    text = printed.decode().replace("\r\n", "\n")
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, text)
    return text


def _read(terminal: int) -> list[bytes]:
    """All that is written to a terminal until nobody has it open any more."""
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says so; others give nothing more
            return pieces
        if not piece:
            return pieces
        pieces.append(piece)


def svg(printed: str) -> str:
    """A terminal that shows the command and what it printed."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "dim"), (COMMAND, "bold")))
    console.print(Text.from_ansi(printed.rstrip()))
    return console.export_svg(title=COMMAND, theme=THEME, code_format=FRAME, unique_id="session")


if __name__ == "__main__":
    main()
