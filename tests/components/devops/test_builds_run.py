"""The commands of builds, run by bash as CodeBuild would, on tools that note how they are called.

What a model's check, scan and judgement do is tested on the embedded AWS, in
test_model_buildspec.py.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from components.devops.delivery import buildspec
from components.devops.model_delivery import buildspec as model_buildspec

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash runs the commands")

CLI = "3.272.0"
SPECS = {
    "validate": buildspec.validate(),
    "preview": buildspec.preview(pulumi_version=CLI),
    "deploy": buildspec.deploy(pulumi_version=CLI),
}
TOLD = {
    "MASLOW_ENVIRONMENT": "dev",
    "PULUMI_BACKEND_URL": "s3://maslow-dev-state-123456789012",
    "CODEBUILD_BUILD_URL": "https://console/build/1",
}
INSTALL = [
    "make setup",
    "curl -fsSL https://get.pulumi.com",
    "pulumi version",
    "pulumi login s3://maslow-dev-state-123456789012",
]
CALLS = {
    "validate": ["make setup", "make check", "make test"],
    "preview": [*INSTALL, "maslow preview -s dev"],
    "deploy": [*INSTALL, "maslow up -s dev --yes"],
}

TOOL = """\
#!/bin/sh
call="$(basename "$0") $*"
echo "$call" >> "$CALLS"
[ "$call" != "$FAILS" ] || exit 1
"""
MAKE = """\
[ "$1" != setup ] || { mkdir -p .venv/bin && cp "$TOOLS/tool" .venv/bin/maslow; }
"""
CURL = """\
cat <<'INSTALLER'
mkdir -p "$HOME/.pulumi/bin"
cp "$TOOLS/tool" "$HOME/.pulumi/bin/pulumi"
echo "[ \\"\\$1\\" != version ] || echo v${INSTALLED:-$2}" >> "$HOME/.pulumi/bin/pulumi"
INSTALLER
"""
AWS = """\
case "$*" in
  *--image-ids*) [ -n "$BUILT" ] ;;
  *describe-images*) echo "$BEFORE" ;;
  *get-login-password*) echo secret ;;
esac
"""
DOCKER = """\
[ "$1" != login ] || [ "$(cat)" = secret ]
"""


class Done(NamedTuple):
    """How a build ended."""

    status: int
    calls: list[str]
    exported: dict[str, str]


Build = Callable[..., Done]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """From a specification and the build's variables to how it ends."""
    tools, checkout, home = (tmp_path / name for name in ("tools", "checkout", "home"))
    for folder in (tools, checkout / "models/tumour", home):
        folder.mkdir(parents=True)
    for name, does in {
        "tool": "",
        "make": MAKE,
        "curl": CURL,
        "aws": AWS,
        "docker": DOCKER,
    }.items():
        (tools / name).write_text(TOOL + does)
        (tools / name).chmod(0o755)

    def run(spec: Mapping[str, Any], variables: Mapping[str, str] = TOLD, **told: str) -> Done:
        exports = spec["env"].get("exported-variables", [])
        commands = [c for phase in spec["phases"].values() for c in phase["commands"]]
        script = [f"{command}\n[ $? -eq 0 ] || exit 1" for command in commands]
        script += [f'printf "%s\\0" "${name}" >> "$TOOLS/exported"' for name in exports]
        done = subprocess.run(
            ["bash", "-c", "\n".join(script)],
            env={
                "PATH": f"{tools}:{os.defpath}",
                "HOME": str(home),
                "TOOLS": str(tools),
                "CALLS": str(tools / "calls"),
                "CODEBUILD_SRC_DIR": str(checkout),
                **variables,
                **told,
            },
            cwd=checkout,
            check=False,
        )
        file = tools / "exported"
        values = file.read_text().split("\0") if file.exists() else []
        return Done(
            done.returncode,
            (tools / "calls").read_text().splitlines(),
            dict(zip(exports, values, strict=False)),
        )

    return run


@pytest.mark.parametrize("stage", SPECS)
def test_a_build_of_the_platform_runs_its_commands_in_their_order(build: Build, stage: str) -> None:
    exported = {"PREVIEW_URL": "https://console/build/1"} if stage == "preview" else {}
    assert build(SPECS[stage]) == Done(0, CALLS[stage], exported)


@pytest.mark.parametrize(
    ("stage", "fails"),
    [(stage, call) for stage, calls in CALLS.items() for call in calls if "curl" not in call],
)
def test_nothing_is_run_after_what_failed(build: Build, stage: str, fails: str) -> None:
    calls = CALLS[stage]
    done = build(SPECS[stage], FAILS=fails)
    assert done.status == 1
    assert done.calls == calls[: calls.index(fails) + 1]


@pytest.mark.parametrize("stage", ["preview", "deploy"])
@pytest.mark.parametrize(
    "wrong", [{"INSTALLED": "3.200.0"}, {"FAILS": "curl -fsSL https://get.pulumi.com"}]
)
def test_without_the_cli_of_the_sdks_version_the_state_is_not_touched(
    build: Build, stage: str, wrong: dict[str, str]
) -> None:
    done = build(SPECS[stage], **wrong)
    assert done.status == 1
    assert not any("login" in call for call in done.calls)


REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
IMAGE = {
    "PROJECT": "models/tumour",
    "REPOSITORY": f"{REGISTRY}/maslow-dev-tumour",
    "REPOSITORY_NAME": "maslow-dev-tumour",
    "BASE_IMAGE": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/scikit-learn:1",
    "REVISION": "b0a1",
}


def image() -> dict[str, Any]:
    """The build of an image, less the scan of what it pushed."""
    spec = model_buildspec.image(packages=False)
    commands = spec["phases"]["build"]["commands"]
    scanned = [c for c in commands if c not in model_buildspec.script("scan_image")]
    assert len(scanned) == len(commands) - 2
    return spec | {"phases": spec["phases"] | {"build": {"commands": scanned}}}


@pytest.mark.parametrize(("before", "cached"), [("None", "none"), ("a9f8", "a9f8")])
def test_an_image_is_built_on_the_one_before_and_pushed_under_its_revision(
    build: Build, before: str, cached: str
) -> None:
    done = build(image(), IMAGE, BEFORE=before)
    uri = f"{REGISTRY}/maslow-dev-tumour:b0a1"
    assert (done.status, done.exported) == (0, {"IMAGE_URI": uri})
    logins = [call for call in done.calls if call.startswith("docker login")]
    assert [call.split()[-1] for call in logins] == [REGISTRY, IMAGE["BASE_IMAGE"].split("/")[0]]
    built, pushed = [call for call in done.calls if call.startswith("docker")][2:]
    assert built.startswith(f"docker build . --tag {uri} ")
    assert f"--build-arg BASE_IMAGE={IMAGE['BASE_IMAGE']} " in built
    assert f"--cache-from {REGISTRY}/maslow-dev-tumour:{cached} " in built
    assert pushed == f"docker push {uri}"


def test_a_revision_whose_image_is_there_is_not_built_again(build: Build) -> None:
    done = build(image(), IMAGE, BUILT="yes")
    assert done.exported == {"IMAGE_URI": f"{REGISTRY}/maslow-dev-tumour:b0a1"}
    assert not [call for call in done.calls if call.startswith(("docker build", "docker push"))]


def test_a_revision_that_no_tag_may_be_called_is_tagged_with_another_beginning(
    build: Build,
) -> None:
    done = build(image(), IMAGE, REVISION=".x1", BUILT="yes")
    assert done.exported == {"IMAGE_URI": f"{REGISTRY}/maslow-dev-tumour:_x1"}


@pytest.mark.parametrize("fails", ["docker build", "docker push", "docker login"])
def test_an_image_that_is_not_pushed_fails_its_build(build: Build, fails: str) -> None:
    calls = build(image(), IMAGE, BEFORE="None").calls
    (failing, *_) = [call for call in calls if call.startswith(fails)]
    assert build(image(), IMAGE, BEFORE="None", FAILS=failing).status == 1
