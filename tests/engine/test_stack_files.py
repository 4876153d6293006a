"""Stack files as Pulumi's own CLI reads them: as this reader does, or this reader refuses them."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from infra.settings.yamlfile import parse

pytestmark = pytest.mark.engine

NUMBERS = """
    030 017 08 089 00 0 -0 +0 -5 +1 0o17 0O17 -0o17 0o18 0b101 0B1 0b12 0x1F 0X1F 0x_1 -0x1F
    1_000 1_0.5 _1 +_1 1_ 0_8 1e3 1.0 1. .5 -.5e3 . 1e 1e400 1e20 1e21 1.5e300 123456789.0 0.1
    1e-7 -0.0 00.5 012e3 0x1p-2 9007199254740993 9223372036854775807 9223372036854775808
    18446744073709551616 012345678901 .inf -.inf .NaN inf
"""
WORDS = """
    yes no on off y n Yes ON True TRUE true tRue ~ null Null nULL 1:30 190:20:30 10% 1.2.3 a?b
    http://a.b a#b ? - + @a !a !!str !!binary
"""
DATES = (
    "2026-12-31",
    "2026-1-2",
    "2026-12-31T10:00:00Z",
    "2026-12-31t10:00:00.5+02:00",
    "2026-12-31T10:00:00",
    "2026-12-31 10:00:00",
    "2026-12",
    "20261231",
)
QUOTED = ('"030"', "'2026-12-31'", '"yes"', '"1_000"', '""', "'~'", '"<<"', '"!a"', "'a?b'")
TEXTS = (
    r'"\na"',
    r'"\n a"',
    r'"\ta\nb"',
    r'" a"',
    r'"a\n b\n"',
    r'"a\/b"',
    r"'a\/b'",
    r'"\u0085x"',
    r'"\U0001F600"',
    "|\n    a\n     b\n",
    ">-\n    a\n    b\n",
)
TAGGED = ("!!str 030", '!!int "5"', "!!binary aGk=", "!x y", "! 030", "!!bool yes")
SCALARS = (*NUMBERS.split(), *WORDS.split(), *DATES, *QUOTED, *TEXTS, *TAGGED)
KEYS = (*NUMBERS.split(), *WORDS.split(), *DATES, *QUOTED, "<<", "[a]", "{a: b}", "secure")

VALUE = ("config", "maslow:platform")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """From the text of a stack file to what the engine reads in it, None where it fails."""
    cli = shutil.which("pulumi")
    assert cli
    folder = tmp_path_factory.mktemp("project")
    (folder / "state").mkdir()
    (folder / "Pulumi.yaml").write_text("name: maslow\nruntime: yaml\n")
    environment = {
        **os.environ,
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder}/state",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }

    def pulumi(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [cli, "--non-interactive", "--stack", "dev", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    made = pulumi("stack", "init")
    assert made.returncode == 0, made.stderr
    salt = (folder / "Pulumi.dev.yaml").read_text()

    def read(text: str) -> Any:
        (folder / "Pulumi.dev.yaml").write_text(f"{text}\n{salt}")
        done = pulumi("config", "get", "maslow:platform", "--json")
        return json.loads(json.loads(done.stdout)["value"]) if done.returncode == 0 else None

    return read


def here(text: str) -> Any:
    """What this reader reads in a stack file, None where it refuses it."""
    document = parse(text)
    return None if document.mistakes else document.values["config"]["maslow:platform"]


def stack_file(lines: list[str]) -> str:
    return "\n".join(["config:", "  maslow:platform:", *lines])


def test_what_is_read_here_is_read_alike_by_the_engine(engine: Callable[[str], Any]) -> None:
    scalars = [text for text in SCALARS if here(stack_file([f"    a: {text}"]))]
    in_brackets = [text for text in SCALARS if here(stack_file([f"    a: [{text}]"]))]
    keys = [text for text in KEYS if here(stack_file([f"    a: {{b: {{{text}: c}}}}"]))]
    text = stack_file(
        [
            *(f"    scalar{index}: {scalar}" for index, scalar in enumerate(scalars)),
            *(f"    listed{index}: [{scalar}]" for index, scalar in enumerate(in_brackets)),
            *(f"    keyed{index}: {{b: {{{key}: c}}}}" for index, key in enumerate(keys)),
        ]
    )
    assert min(len(scalars), len(in_brackets), len(keys)) > 30
    ours, theirs = here(text), engine(text)
    different = {
        key: (value, theirs[key])
        for key, value in ours.items()
        if json.dumps(theirs[key]) != json.dumps(value)
    }
    assert different == {}


@pytest.mark.parametrize(
    "text",
    [
        "a: 030",
        "a: 1_000",
        "a: 0b101",
        "a: -0x1F",
        "a: 2026-12-31",
        "a: 2026-12-31 10:00:00",
        "a: .inf",
        "a: 18446744073709551616",
        "a: {b: {1e3: c}}",
        "a: {b: {True: c}}",
        "a: {b: {~: c}}",
        "a: {<<: {b: c}}",
        "a: {[b]: c}",
        "a: {b: {secure: c}}",
        "a: [b?c]",
        r'a: "\na"',
        r'a: "a\/b"',
        '!!int "5"',
        "a: {b: c, b: d}",
    ],
)
def test_what_is_refused_here_is_different_in_the_engine(
    engine: Callable[[str], Any], text: str
) -> None:
    """No one is asked to write otherwise what both would have read alike."""
    file = stack_file([f"    {text}"])
    assert here(file) is None
    assert engine(file) != parse(file).values["config"]["maslow:platform"]
