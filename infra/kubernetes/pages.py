"""The page of an add-on, and how kubectl brings it to this machine."""

import base64
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.add_ons import AddOn, Page, add_ons, filled, left_out
from infra.errors import InputError, WorkError
from infra.kubernetes import person_config
from infra.kubernetes.cluster import name_of, wanted
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile
from infra.settings.mistakes import did_you_mean

LOOPBACK = "127.0.0.1"
"""Where the page is on this machine: nobody else's comes there."""


@dataclass(frozen=True)
class Opening:
    """A page of an environment, and whom it asks to sign in."""

    add_on: AddOn
    page: Page
    cluster: str
    """Name of the cluster, and of the context that `maslow kubernetes login` writes."""
    sign_in: str
    """Who one is there, in words."""

    def forward(self, port: int | None) -> list[str]:
        """What kubectl is told for the page to come to `port`, or to one that is free.

        https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/
        """
        return [
            *("--namespace", self.add_on.namespace, "port-forward", "--address", LOOPBACK),
            *(f"service/{self.page.service}", f"{port or ''}:{self.page.port}"),
        ]

    def password(self) -> list[str]:
        """What kubectl is told to tell the secret of the page, which has to have one."""
        if self.page.password is None:
            raise InputError(f"{self.page.title} has no password that was made with it.")
        secret = f"secret/{self.page.password.name}"
        return ["--namespace", self.add_on.namespace, "get", secret, "--output", "json"]

    def address(self, port: int) -> str:
        """Where a browser finds the page."""
        return f"{self.page.scheme}://{LOOPBACK}:{port}{self.page.path}"


def opening_of(project: Project, stack: StackFile, key: str) -> Opening:
    """How an add-on's page is opened in an environment.

    Raises InputError where there is no cluster or no such add-on, and for one that is off or has
    no page.
    """
    settings = wanted(stack)
    name = name_of(settings, Names(project.name, stack.environment))
    if key not in add_ons():
        raise InputError(_unknown(key, settings.add_ons))
    add_on = add_ons()[key]
    if key not in settings.add_ons:
        raise InputError(
            f"{key} is off in {stack.environment}: its stack file has it not under "
            "kubernetes.add_ons."
        )
    if add_on.page is None:
        raise InputError(f"{add_on.title} has no page. {add_on.no_page}".rstrip())
    sign_in = filled(add_on.page.sign_in, {"cluster": name, "region": stack.region})
    return Opening(add_on, add_on.page, name, sign_in)


def _unknown(key: str, on: tuple[str, ...]) -> str:
    if key in left_out():
        return f"{left_out()[key].title} is no add-on. {left_out()[key].reason}"
    pages = [each for each in on if add_ons()[each].page]
    listed = f"There is {', '.join(pages)}." if pages else "No add-on that is on has a page."
    return f"{key} is not an add-on. {did_you_mean(key, sorted(add_ons())) or listed}"


@contextmanager
def kubeconfig(config: Mapping[str, object]) -> Iterator[Path]:
    """A kubeconfig for nobody else to read, which is gone after the block."""
    with TemporaryDirectory(prefix="maslow-kubernetes-") as folder:
        path = Path(folder) / "config"
        person_config.write(path, config)
        yield path


def password(kubectl: list[str], opening: Opening) -> str:
    """The password of a page, as `kubectl`, a command, tells it to whoever may read secrets.

    Raises InputError for a page without one, and WorkError with what kubectl said.
    """
    command = [*kubectl, *opening.password()]
    told = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise WorkError(f"kubectl did not tell the password: {told.stderr.strip()}")
    data: dict[str, str] = json.loads(told.stdout).get("data") or {}
    key = opening.page.password.password if opening.page.password else ""
    if key not in data:
        raise WorkError(f"The secret has no {key}: External Secrets has not made it yet.")
    return base64.b64decode(data[key]).decode()
