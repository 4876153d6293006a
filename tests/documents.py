"""What the tests of README.md and docs/ share: the pieces of code in a document, and what of a
command the programs that it names would not take."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import click
from botocore import xform_name

from scripts.maslow import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCUMENTS = [README, *PAGES, CONTRIBUTING, ROOT / "CHANGELOG.md"]

FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")

OF_THE_AWS_CLI = {"region", "profile", "query", "output", "cli-input-json"}
"""Options that every command of the AWS CLI takes."""
SERVICES = {"s3api": "s3", "configservice": "config"}
"""Services that the AWS CLI calls otherwise than botocore does."""
COPYING = {"cp", "ls", "mv", "rm", "sync"}
"""What `aws s3` has of its own."""


def fenced(document: Path, language: str) -> list[str]:
    """The blocks of a language."""
    return [text for _, kind, text in FENCED.findall(document.read_text()) if kind == language]


def inline(document: Path) -> list[str]:
    """Every piece of inline code, as a table has it without its escapes."""
    pieces = INLINE.findall(FENCED.sub("", document.read_text()))
    return [piece.replace("\\|", "|") for piece in pieces]


def shell(document: Path) -> list[str]:
    """Every line of the shell examples, in order; a continued one as one."""
    blocks = "\n".join(fenced(document, "sh")).replace("\\\n", " ")
    return [line.strip() for line in blocks.splitlines() if line.strip()]


def code(document: Path) -> Iterator[str]:
    """Every piece of inline code, and every line of the shell examples."""
    yield from inline(document)
    yield from shell(document)


def said(start: str) -> list[str]:
    """All pieces of code that begin with a word or a few; not those that quote a message."""
    pieces = {piece for each in DOCUMENTS for piece in code(each) if piece.startswith(start)}
    return sorted(piece for piece in pieces if "…" not in piece)


def commands() -> dict[str, click.Command]:
    """Every command by its words: `plan`, `model monitor`."""
    found: dict[str, click.Command] = {}
    for name, command in main.commands.items():
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": each for below, each in command.commands.items()}
        else:
            found[name] = command
    return found


def parts(command: str) -> tuple[click.Command | None, list[tuple[click.Parameter, str]], str]:
    """Of a `maslow …` line the command, the parameters with their values, and what is wrong."""
    _, name, *arguments = shlex.split(command)
    if isinstance(main.commands.get(name), click.Group) and arguments:
        name = f"{name} {arguments.pop(0)}"
    if name not in commands():
        return None, [], f"there is no maslow {name}"
    found = commands()[name]
    options = {
        option: parameter
        for parameter in found.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if isinstance(parameter, click.Option)
    }
    places = [
        parameter
        for parameter in found.params
        if isinstance(parameter, click.Argument)
        for _ in range(parameter.nargs if parameter.nargs > 0 else len(arguments))
    ]
    given: list[tuple[click.Parameter, str]] = []
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            if not places:
                return found, given, f"maslow {name} takes no {argument}"
            given.append((places.pop(0), argument))
            continue
        option = options.get(argument)
        if option is None:
            return found, given, f"maslow {name} has no {argument}"
        value = "" if option.is_flag else next(rest, None)
        if value is None:
            return found, given, f"maslow {name} {argument} has no value"
        given.append((option, value))
    return found, given, ""


def wrong_with_maslow(command: str) -> str:
    """What of a `maslow …` line the command would not take; "" for nothing."""
    _, given, wrong = parts(command)
    if wrong:
        return wrong
    for parameter, value in given:
        choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
        if choices and value not in choices:
            return f"{value} is none of {', '.join(choices)}"
    return ""


@cache
def _session() -> Any:
    return botocore.session.get_session()


def wrong_with_aws(command: str) -> str:
    """What of an `aws …` line the AWS CLI would not take; "" for nothing."""
    _, service, operation, *arguments = shlex.split(command)
    if service == "s3":
        return "" if operation in COPYING else f"there is no aws s3 {operation}"
    service = SERVICES.get(service, service)
    if service not in _session().get_available_services():
        return f"there is no aws {service}"
    model = _session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return f"there is no aws {service} {operation}"
    shape = model.operation_model(names[operation]).input_shape
    members = {xform_name(name, "-") for name in shape.members} if shape else set()
    options = {each[2:] for each in arguments if each.startswith("--")}
    unknown = options - members - OF_THE_AWS_CLI
    return f"aws {service} {operation} has no {sorted(unknown)}" if unknown else ""
