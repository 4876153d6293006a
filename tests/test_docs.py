"""What the documents say is so, and the commands of docs/ do what they are said to do.

Commands that need neither an account nor a person are run, in the order in which a page gives
them, in a copy of the project; the others are held against what the programs take.
"""

import ast
import csv
import importlib.util
import io
import os
import pkgutil
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from infra.automation import BY_A_PERSON
from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project
from infra.settings import schema
from infra.settings.yamlfile import read
from scripts import local, session
from tests.documents import (
    CONTRIBUTING,
    DOCUMENTS,
    PAGES,
    README,
    ROOT,
    code,
    commands,
    fenced,
    inline,
    parts,
    said,
    shell,
    wrong_with_aws,
    wrong_with_maslow,
)

DOCS = ROOT / "docs"
COMMANDS = DOCS / "commands.md"
COSTS = DOCS / "costs.md"
DATA = DOCS / "own-data.md"
EMBEDDED = DOCS / "embedded-aws.md"
VERSIONS = DOCS / "model-versions.md"
TROUBLESHOOTING = DOCS / "troubleshooting.md"

LINK = re.compile(r"\]\((?!https?:)([^)#]*)(#[^)]*)?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
RULE = re.compile(r"^([a-z]+):", re.MULTILINE)
PATH = re.compile(r"\.?[\w-]+(?:[./][\w-]+)*/?")
DOTTED = re.compile(r"(components|infra|scripts)(\.\w+)+")
SUFFIXES = {".json", ".lock", ".md", ".py", ".toml", ".yaml"}
MESSAGE = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
SECONDS = 240

FILES = {"cp", "mkdir", "rm"}
"""Programs of the shell that the pages use, and that are run."""
OFFLINE = {
    *("completion", "init", "kubernetes add-ons"),
    *("model monitor", "model new", "model train"),
    *("plan", "schema", "validate"),
}
"""What of `maslow` needs no account."""
ON_THE_EMBEDDED_AWS = {"model", "outputs", "up"}
"""What of it needs none if the environment is on the embedded AWS."""


def cells(document: Path) -> list[str]:
    """The messages of a page's tables: the code that the first cell of a row is."""
    return [message for message in MESSAGE.findall(document.read_text()) if message]


def paths(document: Path) -> set[str]:
    """Inline code that looks like a path of this repository."""
    return {
        piece
        for piece in inline(document)
        if PATH.fullmatch(piece)
        and ("/" in piece or Path(piece).suffix in SUFFIXES)
        and not piece.startswith(".venv")
    }


def exists(path: str) -> bool:
    """Whether a path leads from the repository's root, or from the model project's folder.

    A file in stacks/ need not be there any more, if it is among those of the tests.
    """
    roots = (ROOT, ROOT / "templates/tabular", ROOT / "tests")
    return any((root / path).exists() for root in roots)


def slug(heading: str) -> str:
    """What GitHub makes of a heading for links."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def dead(document: Path) -> list[str]:
    """Links to files and headings that are not there."""
    found = []
    for path, anchor in LINK.findall(document.read_text()):
        target = document.parent / path if path else document
        if not target.exists():
            found.append(path)
        elif anchor and anchor[1:] not in map(slug, HEADING.findall(target.read_text())):
            found.append(path + anchor)
    return found


def generalised(text: str) -> str:
    """A line of output without what differs from run to run: numbers, suffixes, AWS's own ids."""
    text = re.sub(r"-[0-9a-f]{7}$", "-x", re.sub(r"\bapp-[0-9A-Z]{12}\b", "app-X", text.rstrip()))
    return re.sub(r"\d[\d.,]*", "0", text)


def named(document: Path) -> str:
    return document.name


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose one stack file is the README's example."""
    root = tmp_path_factory.mktemp("example")
    (root / "Pulumi.yaml").write_text("name: maslow\n")
    (root / "stacks").mkdir()
    (text,) = fenced(README, "yaml")
    (root / "stacks" / "Pulumi.dev.yaml").write_text(text)
    for name in ("jobs", "queries", "tabular"):
        shutil.copytree(ROOT / "templates" / name, root / "templates" / name)
    return Project(root, "maslow")


@pytest.fixture(scope="module")
def graph(example: Project) -> Graph:
    return recorded(example, example.stack("dev"))


@pytest.mark.parametrize("command", said("make "))
def test_every_make_target_exists(command: str) -> None:
    targets = {word for word in command.split()[1:] if "=" not in word}
    assert targets <= set(RULE.findall((ROOT / "Makefile").read_text()))


@pytest.mark.parametrize("command", said("maslow "))
def test_the_command_takes_what_it_is_said_to_take(command: str) -> None:
    assert wrong_with_maslow(command) == ""


@pytest.mark.parametrize(
    "command",
    [
        "maslow plane -s dev",
        "maslow plan --jsn",
        "maslow plan dev",
        "maslow plan -s a b",
        "maslow plan -s",
        "maslow completion bash zsh",
        "maslow completion tcsh",
        "maslow init --kit serve",
    ],
)
def test_a_wrong_command_would_be_found(command: str) -> None:
    assert wrong_with_maslow(command) != ""


@pytest.mark.parametrize("command", commands())
def test_every_command_is_explained_with_all_its_options(command: str) -> None:
    pieces = [piece for piece in inline(COMMANDS) if f"{piece} ".startswith(f"maslow {command} ")]
    assert pieces
    explained = {parameter for piece in pieces for parameter, _ in parts(piece)[1]}
    assert "`-s` takes" in COMMANDS.read_text()
    left_out = [
        parameter.name
        for parameter in commands()[command].params
        if parameter not in explained and parameter.name != "stack"
    ]
    assert left_out == []


def test_every_exit_status_is_explained() -> None:
    import scripts.maslow

    told = set(re.findall(r"\b(\d+) [a-z]", scripts.maslow.__doc__ or ""))
    assert told
    assert told == set(re.findall(r"^\| (\d+) \|", COMMANDS.read_text(), re.MULTILINE))


@pytest.mark.parametrize("command", said("python -m "))
def test_every_python_module_to_run_exists(command: str) -> None:
    assert importlib.util.find_spec(command.split()[2]) is not None


@pytest.mark.parametrize("name", [name for name in said("") if DOTTED.fullmatch(name)])
def test_every_python_name_leads_somewhere(name: str) -> None:
    assert pkgutil.resolve_name(name) is not None


@pytest.mark.parametrize("command", said("maslow schema --values "))
def test_every_setting_whose_values_are_asked_for_has_some(command: str) -> None:
    assert schema.values(command.rsplit(maxsplit=1)[-1])


def test_every_setting_of_an_environment_is_explained() -> None:
    settings = schema.at(())["properties"]
    rows = re.findall(r"^\| (`.*?) \|", (DOCS / "settings.md").read_text(), re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert sorted(explained - set(settings)) == []
    known_by_name = {"cloud", "owner", "tags"}
    assert sorted(set(settings) - explained - known_by_name) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_path_and_every_link_leads_somewhere(document: Path) -> None:
    assert [path for path in sorted(paths(document)) if not exists(path)] == []
    assert dead(document) == []


def test_what_looks_like_a_path_or_a_link_is_found(tmp_path: Path) -> None:
    document = tmp_path / "README.md"
    document.write_text(
        "# Of all\n`infra/nothing.py`, `make up`, `nothing.md`, `serving.instance`, `.ci/run`, "
        "[a](nothing.md), [b](README.md#of-all), [c](#of-none), [d](https://example.org/)"
    )
    assert paths(document) == {"infra/nothing.py", "nothing.md", ".ci/run"}
    assert dead(document) == ["nothing.md", "#of-none"]


def test_the_page_that_a_message_names_has_the_heading() -> None:
    found = re.search(r'(docs/\S+), "(.*?)"', BY_A_PERSON)
    assert found is not None
    page, heading = found.groups()
    assert heading in HEADING.findall((ROOT / page).read_text())


def test_every_name_of_the_example_is_declared(graph: Graph) -> None:
    names = {
        name
        for document in (README, *PAGES)
        for piece in code(document)
        for name in re.findall(r"maslow-dev-[a-z-]*[a-z]", piece)
    }
    declared = graph.to_json()
    assert names
    assert [name for name in sorted(names) if not re.search(rf"{name}\b", declared)] == []


def test_the_interface_endpoints_are_counted(graph: Graph) -> None:
    endpoints = [
        endpoint
        for endpoint in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")
        if endpoint.inputs["vpcEndpointType"] == "Interface"
    ]
    in_zones = sum(len(endpoint.inputs["subnetIds"]) for endpoint in endpoints)
    text = " ".join(COSTS.read_text().split())
    assert f"{len(endpoints)} interface endpoints in each zone" in text
    assert f"{in_zones} in the README's example" in text


@pytest.mark.parametrize(
    ("page", "fragment"),
    [(page, text) for page in PAGES for text in fenced(page, "yaml")],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_every_fragment_of_a_stack_file_is_accepted(
    example: Project, page: Path, fragment: str
) -> None:
    path = example.stack_path("dev")
    before = path.read_text()
    whole = yaml.safe_load(before)
    path.write_text(fragment)
    whole["config"]["maslow:platform"] |= read(path).values  # as stack files are: `on` is a word
    path.write_text(yaml.safe_dump(whole))
    try:
        recorded(example, example.stack("dev"))
    finally:
        path.write_text(before)


def strings() -> Iterator[str]:
    """Every text that the program may print, with `…` for what is filled in."""
    for folder in ("components", "embedded", "infra", "scripts", "templates"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" in path.parts[len(ROOT.parts) :]:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    texts = (getattr(part, "value", "…") for part in node.values)
                    yield "".join(text if isinstance(text, str) else "…" for text in texts)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
    yield (ROOT / "scripts/venv.sh").read_text()


@pytest.fixture(scope="module")
def printed() -> list[str]:
    return list(strings())


def pattern(message: str) -> re.Pattern[str]:
    fixed = [re.escape(part) for part in message.strip("… ").split("…")]
    return re.compile(".*?".join(fixed), re.DOTALL)


@pytest.mark.parametrize("message", cells(TROUBLESHOOTING))
def test_every_message_is_one_that_the_program_prints(message: str, printed: list[str]) -> None:
    assert any(pattern(message).search(text) for text in printed)


def test_a_message_that_is_not_printed_is_found(printed: list[str]) -> None:
    assert not any(pattern("The moon is …, which …").search(text) for text in printed)


class Shell:
    """Runs the commands of a page, in order, in a copy of the project.

    The copy has the tests' own stack files, as a checkout has those of stacks/.
    """

    def __init__(self, root: Path) -> None:
        self.root = root / "project"
        self.said: list[str] = []
        """What each `maslow` printed."""
        self._serving: tuple[subprocess.Popen[bytes], Path] | None = None
        shutil.copytree(ROOT / "templates", self.root / "templates")
        (self.root / "stacks").mkdir()
        for path in (ROOT / "tests" / "stacks").glob("Pulumi.*.yaml"):
            shutil.copy(path, self.root / "stacks")
        shutil.copy(ROOT / "Pulumi.yaml", self.root)
        programs, temporary = root / "bin", root / "tmp"
        programs.mkdir()
        temporary.mkdir()
        maslow = programs / "maslow"
        maslow.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scripts.maslow "$@"\n')
        maslow.chmod(0o755)
        search = os.environ["PATH"].split(os.pathsep)
        # Without the engine, whether or not its CLI is installed here.
        without = [one for one in search if not Path(one, "pulumi").exists()]
        self._environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(programs), *without]),
            "PYTHONPATH": f"{ROOT / 'tests' / 'without_mlflow'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(temporary),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        }

    def runs(self, command: str) -> bool:
        """Whether it can be run here. Whatever cannot is held against what its program takes."""
        program, *arguments = shlex.split(command)
        if program in FILES:
            return True
        if program == "maslow":
            assert wrong_with_maslow(command) == ""
            words = " ".join(arguments[: 2 if arguments[0] in {"kubernetes", "model"} else 1])
            return words in OFFLINE or (
                arguments[0] in ON_THE_EMBEDDED_AWS and self._embedded(command)
            )
        if program == "aws":
            assert wrong_with_aws(command) == ""
        else:
            assert re.match(r"pulumi (login|stack init) ", command), command
        return False

    def _embedded(self, command: str) -> bool:
        given = {parameter.name: value for parameter, value in parts(command)[1]}
        project = Project(self.root, "maslow")
        return project.stack(given["stack"]).platform.cloud == "embedded"

    def run(self, command: str) -> None:
        """Run it to its end, or until it keeps running."""
        if "--serve" in shlex.split(command):
            self._serve(command)
            return
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.root,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if command.startswith("maslow "):
            self.said.append(done.stdout)

    def _serve(self, command: str) -> None:
        log = self.root.parent / "served.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                shlex.split(command),
                cwd=self.root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._serving = process, log
        deadline = time.monotonic() + SECONDS
        while "\nexport " not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        self.said.append(log.read_text())

    def end(self) -> None:
        """Interrupt what keeps running."""
        if self._serving:
            process, log = self._serving
            process.send_signal(signal.SIGINT)
            assert process.wait(SECONDS) == 0, log.read_text()


def visits(older: int = 0) -> str:
    """Records as docs/own-data.md shows them, from which there is something to learn."""
    (shown,) = fenced(DATA, "csv")
    header, *rows = csv.reader(io.StringIO(shown))
    assert header == ["age", "creatinine", "ward", "readmitted"]
    assert all(len(row) == len(header) for row in rows)
    for n in range(300):
        age, creatinine = 20 + 37 * n % 71, 0.5 + 53 * n % 101 / 40
        ward = ("medical", "surgical")[n % 2]
        again = age / 90 + creatinine / 3 + (29 * n % 21 - 10) / 60 > 1.15
        rows.append([str(age + older), f"{creatinine:.2f}", ward, str(int(again))])
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


@pytest.fixture(scope="module")
def outputs() -> dict[Path, list[str]]:
    """What the commands of each page printed, once they have been run."""
    return {}


@pytest.fixture
def ran(
    page: Path, outputs: dict[Path, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What the commands of a page printed; they are run once for all tests."""
    if page not in outputs:
        shell_ = Shell(tmp_path_factory.mktemp(page.stem))
        (shell_.root / "visits.csv").write_text(visits())
        (shell_.root / "today.csv").write_text(visits(older=15))
        try:
            for command in shell(page):
                if shell_.runs(command):
                    shell_.run(command)
        finally:
            shell_.end()
        outputs[page] = shell_.said
    return outputs[page]


WITH_COMMANDS = [page for page in PAGES if shell(page)]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_the_commands_of_a_page_do_their_work_in_its_order(page: Path, ran: list[str]) -> None:
    assert all(ran)


@pytest.mark.parametrize("page", [DATA], ids=named)
def test_records_of_ones_own_are_trained_on_as_the_page_shows(page: Path, ran: list[str]) -> None:
    (shown,) = fenced(page, "text")
    lines = {generalised(line) for text in ran for line in text.splitlines()}
    assert [line for line in shown.splitlines() if generalised(line) not in lines] == []


@pytest.mark.parametrize("page", [EMBEDDED], ids=named)
def test_what_the_readme_shows_of_make_up_is_printed(page: Path, ran: list[str]) -> None:
    lines = {generalised(line) for line in ran[0].splitlines()}
    shown = fenced(README, "text")[0].splitlines()
    assert [line for line in shown if line and generalised(line) not in lines] == []


def recorded_session() -> list[str]:
    """The lines of docs/session.svg, with single spaces."""
    rows: dict[float, list[str]] = {}
    drawn = ElementTree.fromstring(session.FILE.read_text())  # noqa: S314  it is our own
    for text in drawn.iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in text.attrib:
            rows.setdefault(float(text.attrib["y"]), []).append("".join(text.itertext()))
    return [" ".join(" ".join(row).split()) for row in rows.values()]


@pytest.mark.parametrize("page", [EMBEDDED], ids=named)
def test_the_recorded_session_is_what_is_printed(page: Path, ran: list[str]) -> None:
    next_ = local.NEXT.format(embedded="local", planned="dev")
    printed = f"$ {session.COMMAND}\n{ran[0]}\n{next_}".splitlines()
    lines = {generalised(" ".join(line.split())) for line in printed}
    shown = [line for line in recorded_session() if line]
    assert [line for line in shown if generalised(line) not in lines] == []
    stages = [line.split()[0] for line in shown if re.search(r" \d+ s$", line)]
    assert stages == ["Start", "Create", "Features", "Train", "Deploy", "Ask"]
    assert shown[-1] == next_.splitlines()[-1].strip()


@pytest.mark.parametrize("page", [EMBEDDED], ids=named)
def test_what_is_served_is_found_from_elsewhere(page: Path, ran: list[str]) -> None:
    served, outputs, again, variables, put_forward, sent = ran
    url = served.partition("an embedded AWS at ")[2].split()[0]
    assert "maslow-local-tumour-screening" in outputs
    assert again.startswith(f"maslow local on the embedded AWS at {url}\n")
    assert f"AWS_ENDPOINT_URL={url}" in variables
    assert '"now": ' in put_forward
    assert '"sent": [' in sent


@pytest.mark.parametrize("page", [VERSIONS], ids=named)
def test_what_is_asked_of_a_model_is_answered(page: Path, ran: list[str]) -> None:
    _, listed, status, why, logs, started = ran
    assert "tumour-screening  version 1 serves, endpoint InService" in listed
    assert "version 1: traffic 100%, 1 of 1 instances" in status
    assert "1 of tumour-screening, Approved" in why
    assert "accuracy" in why
    assert re.search(r"^Train ", logs, re.MULTILINE)
    assert started.startswith("Started arn:aws:")


def test_the_costs_are_those_of_the_plan(example: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.maslow", "plan", "-s", "dev"],
        cwd=example.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    (shown,) = fenced(COSTS, "text")
    assert shown in done.stdout


def test_the_map_has_every_folder() -> None:
    rows = re.findall(r"^\| `([\w.]+)/`", CONTRIBUTING.read_text(), re.MULTILINE)
    tracked = subprocess.run(
        ["git", "ls-tree", "-d", "--name-only", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    assert set(tracked) - {".ci"} <= set(rows)
