"""What CodeBuild runs in each stage of the platform's own delivery, as buildspecs.

They live in the CodeBuild projects rather than in the repository: a pushed commit cannot change
which commands the deploying role runs, only what those commands do with the code.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from importlib.metadata import version
from typing import Any

Buildspec = dict[str, Any]

PYTHON = "3.12"
"""A runtime of the image that the delivery's projects use; the platform needs 3.11 or newer."""

ENVIRONMENT = "MASLOW_ENVIRONMENT"
"""Environment variable that names the stack to preview and deploy."""

STATE_URL = "PULUMI_BACKEND_URL"
"""Environment variable that holds the URL of Pulumi's state; the CLI reads it too."""

PIP_CACHE = "/root/.cache/pip/**/*"
PLUGIN_CACHE = "/root/.pulumi/plugins/**/*"
"""What a build loads and the next one need not: packages, each checked by its hash, and plugins."""

PREVIEW_URL = "PREVIEW_URL"
"""Variable that the preview exports: where an approver reads what would change."""


def cli_version() -> str:
    """The version of the Pulumi SDK that this program runs with, such as `3.272.0`.

    The CLI is released with it under the same number.
    """
    return version("pulumi")


def validate() -> Buildspec:
    """Lint, types and tests: no credentials of the platform, no state."""
    return _buildspec(install=["make setup"], build=["make check", "make test"], cache=[PIP_CACHE])


def preview(*, pulumi_version: str) -> Buildspec:
    """What a deployment would change; exports the address of its log as `PREVIEW_URL`."""
    spec = _buildspec(
        install=_tools(pulumi_version),
        login=[_LOGIN],
        build=[
            f'export {PREVIEW_URL}="$CODEBUILD_BUILD_URL"',
            f'.venv/bin/maslow preview -s "${ENVIRONMENT}"',
        ],
        cache=[PIP_CACHE, PLUGIN_CACHE],
    )
    spec["env"]["exported-variables"] = [PREVIEW_URL]
    return spec


def deploy(*, pulumi_version: str) -> Buildspec:
    """Bring the environment to what the revision declares, without asking."""
    return _buildspec(
        install=_tools(pulumi_version),
        login=[_LOGIN],
        build=[f'.venv/bin/maslow up -s "${ENVIRONMENT}" --yes'],
        cache=[PIP_CACHE, PLUGIN_CACHE],
    )


_LOGIN = f'pulumi login "${STATE_URL}"'


def _tools(pulumi_version: str) -> list[str]:
    """The platform and the CLI, by Pulumi's installation script at one version.

    The version is asked for afterwards, because a download that fails in the middle of a pipe does
    not fail the build.
    https://www.pulumi.com/docs/iac/download-install/
    """
    return [
        "make setup",
        f"curl -fsSL https://get.pulumi.com | sh -s -- --version {pulumi_version}",
        'export PATH="$HOME/.pulumi/bin:$PATH"',
        f'test "$(pulumi version)" = "v{pulumi_version}"',
    ]


def _buildspec(
    *, install: list[str], build: list[str], cache: list[str], login: list[str] | None = None
) -> Buildspec:
    phases: dict[str, Any] = {
        "install": {"runtime-versions": {"python": PYTHON}, "commands": install}
    }
    if login:
        phases["pre_build"] = {"commands": login}
    phases["build"] = {"commands": build}
    return {
        "version": 0.2,
        "env": {"shell": "bash"},
        "phases": phases,
        "cache": {"paths": cache},
    }
