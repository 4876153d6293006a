"""Pulumi's real engine on the embedded AWS: previews, updates, replacements and a state.

The project is written anew in a temporary folder, so that no committed file is touched, with the
engine's state and settings beside it; all of it goes when the host does.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import yaml

from embedded.cloud import Cloud
from embedded.packages import packages_of
from embedded.provider import ProviderServer
from embedded.resources import Resources
from infra.automation import Engine

PROJECT_FILE = "Pulumi.yaml"


class EngineHost:
    """An `Engine` for one stack file of the project in `root`, attached to the embedded AWS.

    It holds for the `with` block, as `host.engine`. `environment` is added to what the program
    gets. Raises CliMissing.
    """

    def __init__(
        self,
        cloud: Cloud,
        resources: Resources,
        stack_file: Path,
        *,
        root: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._cloud = cloud
        self._resources = resources
        self._stack_file = stack_file
        self._root = root
        self._environment = environment or {}
        self._undo = ExitStack()
        self._folder: Path
        self.engine: Engine

    def __enter__(self) -> Self:
        try:
            temporary = tempfile.TemporaryDirectory(prefix="maslow-engine-")
            self._folder = Path(self._undo.enter_context(temporary))
            providers = [
                self._undo.enter_context(ProviderServer(package))
                for package in packages_of(self._resources).values()
            ]
            self._write_project()
            self.configure(self._stack_file)
            stack = self._stack_file.stem.removeprefix("Pulumi.")
            self.engine = Engine(self._folder, stack, self._engine_environment(providers))
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    def configure(self, stack_file: Path) -> None:
        """Let the next operation read its settings from `stack_file`, as it is now."""
        shutil.copy(stack_file, self._folder / "stacks" / self._stack_file.name)

    def _write_project(self) -> None:
        project = yaml.safe_load((self._root / PROJECT_FILE).read_text(encoding="utf-8"))
        project |= {
            "runtime": {"name": "python", "options": _python()},
            "main": str(self._root / project.get("main", ".")),
            "stackConfigDir": "stacks",
        }
        project.pop("template", None)
        (self._folder / PROJECT_FILE).write_text(yaml.safe_dump(project), encoding="utf-8")
        for name in ("stacks", "state", "home"):
            (self._folder / name).mkdir()

    def _engine_environment(self, providers: Iterable[ProviderServer]) -> dict[str, str]:
        search = [str(self._root), os.environ.get("PYTHONPATH", "")]
        return {
            **self._cloud.environment,
            "PULUMI_BACKEND_URL": (self._folder / "state").as_uri(),
            "PULUMI_HOME": str(self._folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "embedded",
            "PULUMI_DEBUG_PROVIDERS": ",".join(each.attachment for each in providers),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_PYTHON_CMD": sys.executable,
            "PYTHONPATH": os.pathsep.join(filter(None, search)),
            **self._environment,
        }


def _python() -> dict[str, Any]:
    """The options of the Python runtime that make the program run in this very environment."""
    return {"virtualenv": sys.prefix} if sys.prefix != sys.base_prefix else {}
