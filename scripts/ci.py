"""What a host's CI asks of the stack files: `python -m scripts.ci`.

The workflows under .github/ and .gitlab-ci.yml are the same for every team because of it: which
environments there are, what starts them and which role is theirs stands in the stack files alone.
"""

import json
import re
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

MOST = 60_000
"""How long a comment may get: GitHub takes 65,536 characters."""
CUT = "… (cut here; the job's log has it all)"


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


def comment(folder: Path) -> str:
    """The previews in `<environment>.txt` below a folder, as one comment in Markdown."""
    previews = sorted(folder.glob("*.txt"))
    share = MOST // max(len(previews), 1)
    parts = ["## What this change would do", ""]
    for preview in previews:
        text = preview.read_text(encoding="utf-8").rstrip()
        told = text.splitlines()[-1] if text else "no output"
        summary = re.sub(rf"^{re.escape(preview.stem)}: ", "", told).replace("<", "&lt;")
        if len(text) > share:
            text = f"{text[:share]}\n{CUT}"
        runs = [len(run) for run in re.findall("`+", text)]
        fence = "`" * max(3, max(runs, default=0) + 1)
        parts += [
            f"<details><summary><b>{preview.stem}</b>: {summary}</summary>",
            "",
            f"{fence}text",
            text,
            fence,
            "</details>",
            "",
        ]
    return "\n".join(parts if previews else [*parts, "No environment has roles for CI."])


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
    """Print the comment about the previews in a folder."""
    click.echo(comment(folder))


def _project() -> Project:
    return Project.around(Path(__file__))


if __name__ == "__main__":
    try:
        main(standalone_mode=True)
    except InputError as error:
        raise SystemExit(str(error)) from None
