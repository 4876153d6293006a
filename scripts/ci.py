"""What a host's CI asks of the stack files: `python -m scripts.ci`.

The workflows under .github/ and .gitlab-ci.yml are the same for every team because of it: which
environments there are, what starts them and which role is theirs stands in the stack files alone.
"""

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import click

from infra.errors import InputError
from infra.naming import Names
from infra.needs.devops.ci import role_name
from infra.project import Project
from infra.settings import StackFile
from infra.settings.devops.delivery import Delivery, Trigger
from infra.state_backend import backend_of

TITLE = "## What this change would do"
MOST = 60_000
"""How long a comment may get: GitHub takes 65,536 characters."""
CUT = "… (cut here; the job's log has it all)"
LINE = 300
"""How much of a line a summary shows."""
LEAST = 200
"""What is shorter than this of a text's beginning and end tells nothing."""
LONGEST_RUN = 20
RUNS = re.compile(f"`{{{LONGEST_RUN},}}")
"""Runs of backticks that no program prints: the fence has to be longer than the longest."""
FENCES = 2 * LONGEST_RUN + 10
COUNTS = re.compile(r"[0-9,]+ [a-z ]+(, [0-9,]+ [a-z ]+)*|nothing to do")
CHANGE = re.compile(r"  [+=~±-] ")
"""How a line about a resource begins, which `scripts.console` prints; an error does not."""
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def environments(project: Project, ref: str | None = None) -> list[str]:
    """The environments that CI has roles for; with a Git ref, those that its push deploys to."""
    return [
        stack.environment
        for stack in map(project.stack, project.environments())
        if stack.platform.ci
        and stack.platform.cloud != "embedded"
        and (ref is None or deploys(stack.platform.delivery, ref))
    ]


def deploys(delivery: Delivery, ref: str) -> bool:
    """Whether CI deploys a push of `refs/heads/…` or `refs/tags/…`."""
    return delivery.by == "ci" and starts(delivery.trigger, ref)


def starts(trigger: Trigger, ref: str) -> bool:
    """Whether a push of a Git ref is what the trigger waits for."""
    kind, _, name = ref.removeprefix("refs/").partition("/")
    if kind == "heads":
        return trigger.branch is not None and fnmatchcase(name, trigger.branch)
    if kind != "tags" or trigger.tag is None:
        return False
    return fnmatchcase(name, trigger.tag) and not (
        trigger.excluding and fnmatchcase(name, trigger.excluding)
    )


def sign_in(stack: StackFile, project: str, what: str) -> dict[str, str]:
    """The role that a job assumes to preview or deploy, and where it finds the state.

    Raises InputError where the stack file does not say which account it is, or whose CI signs in.
    """
    if stack.platform.ci is None:
        raise InputError(
            f"stacks/Pulumi.{stack.environment}.yaml has no roles for CI: add ci, and bring it up"
        )
    if stack.account is None:
        raise InputError(
            f"stacks/Pulumi.{stack.environment}.yaml names no account, so no role can be named: "
            f'add accounts: {{{stack.environment}: "…"}}'
        )
    names = Names(project, stack.environment)
    return {
        "role": f"arn:aws:iam::{stack.account}:role/{role_name(names, what)}",
        "region": stack.region,
        "state": backend_of(names, stack.account, stack.region).url,
        "seconds": str(stack.platform.ci.session_hours * 3600) if what == "deploy" else "3600",
    }


@dataclass(frozen=True)
class Preview:
    """What a job left of its preview."""

    environment: str
    text: str | None
    """All that it printed; None where it never began."""
    status: int | None
    """Its exit status; None where it did not come to its end."""

    @property
    def failed(self) -> bool:
        """Whether it says nothing of what would change."""
        return self.status != 0

    @property
    def summary(self) -> str:
        """How it went, in HTML: its counts, or what it failed by."""
        lines = [line for line in (self.text or "").splitlines() if line.strip()]
        if self.text is None:
            return "❌ no preview: the job ended before it. Its log tells why."
        if self.status is None:
            return "❌ not finished: the job was stopped."
        if self.failed:
            error = next((line for line in lines if not CHANGE.match(line)), "it printed nothing")
            return f"❌ failed: <code>{_shown(error)}</code>"
        counts = f"{self.environment}: "
        told = [line.removeprefix(counts) for line in lines if line.startswith(counts)]
        told = [line for line in told if COUNTS.fullmatch(line)]
        return told[-1] if told else "done; it printed no counts"


def previews(folder: Path, names: Iterable[str]) -> list[Preview]:
    """The previews of environments, from `<environment>.txt` and `.status` below a folder."""
    found = []
    for name in names:
        text = _text(folder / f"{name}.txt")
        status = (_text(folder / f"{name}.status") or "").strip()
        found.append(
            Preview(
                name,
                None if text is None else COLOUR.sub("", text).rstrip(),
                int(status) if status.isdigit() else None,
            )
        )
    return found


def comment(found: Sequence[Preview]) -> str:
    """The previews as one comment in Markdown that GitHub takes; failed ones come first.

    Where not all fits, texts lose their middle, and then the last environments their place.
    """
    if not found:
        return f"{TITLE}\n\nNo environment has roles for CI."
    ordered = sorted(found, key=lambda preview: (not preview.failed, preview.environment))
    room = MOST - len(TITLE)
    rows: list[Preview] = []
    for preview in ordered:
        room -= len(_block(preview, "")) + len("\n\n")
        if room < 0:
            break
        rows.append(preview)
    room = max(room, 0)
    texts: dict[str, str] = {}
    waiting = sorted((row for row in rows if row.text), key=lambda row: len(row.text or ""))
    for place, row in enumerate(waiting):  # what a short one leaves, the longer ones share
        texts[row.environment] = _fenced(row.text or "", room // (len(waiting) - place))
        room -= len(texts[row.environment])
    blocks = [_block(row, texts.get(row.environment, "")) for row in rows]
    if left := len(ordered) - len(rows):
        blocks.append(f"… and {left:,} more: see the jobs.")
    return "\n\n".join([TITLE, *blocks])


def _block(preview: Preview, text: str) -> str:
    head = f"<b>{preview.environment}</b>: {preview.summary}"
    if not preview.text:
        return head
    opened = " open" if preview.failed else ""
    return f"<details{opened}><summary>{head}</summary>\n\n{text or CUT}\n</details>"


def _cut(text: str, room: int) -> str:
    """The beginning of a text and its end, where errors are; "" where there is no room for them.

    Both in whole lines, unless a line is longer than its half.
    """
    if len(text) <= room:
        return text
    half = (room - len(CUT) - 2) // 2
    if half < LEAST:
        return ""
    begin, end = text[:half], text[-half:]
    begin = begin[: begin.rfind("\n")] if "\n" in begin else begin
    end = end[end.find("\n") + 1 :] if "\n" in end else end
    return f"{begin}\n{CUT}\n{end}"


def _fenced(text: str, room: int) -> str:
    """A text that shows as it is, of at most `room` characters; "" where there is not enough."""
    text = _cut(RUNS.sub("`" * LONGEST_RUN, text), room - FENCES)
    if not text:
        return ""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _shown(line: str) -> str:
    """A line within HTML, not too long."""
    line = line.strip()
    return html.escape(line if len(line) <= LINE else f"{line[:LINE]}…", quote=False)


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


@click.group()
def main() -> None:
    """What a host's CI asks of the stack files."""


@main.command("environments")
@click.option("--ref", help="Only those that a push of this Git ref deploys.")
def _environments(ref: str | None) -> None:
    """Print the environments as a JSON list."""
    click.echo(json.dumps(environments(_project(), ref)))


@main.command("sign-in")
@click.option("-s", "--stack", required=True, metavar="ENV")
@click.argument("what", type=click.Choice(["preview", "deploy"]))
def _sign_in(stack: str, what: str) -> None:
    """Print role, region, state and seconds, each as name=value."""
    project = _project()
    for name, value in sign_in(project.stack(stack), project.name, what).items():
        click.echo(f"{name}={value}")


@main.command("comment")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def _comment(folder: Path) -> None:
    """Print the comment about the previews in a folder, one for each environment of CI."""
    click.echo(comment(previews(folder, environments(_project()))))


def _project() -> Project:
    return Project.around(Path(__file__))


if __name__ == "__main__":
    try:
        main(standalone_mode=True)
    except InputError as error:
        raise SystemExit(str(error)) from None
