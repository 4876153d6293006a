"""Writes what stands in a cluster as YAML, one file an object, to be read or to be applied.

`<cluster>/<namespace or _cluster>/<kind>-<name>.yaml`, with the group in the kind as kubectl has it
(`deployment.apps-api.yaml`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from catalog.kubernetes_kinds import group_of

CLUSTER_SCOPED = "_cluster"
SERVER_FIELDS = frozenset({"uid", "resourceVersion", "creationTimestamp", "generation"})
SECRETS = ("data", "stringData")
WITHOUT_SECRETS = "# The values of this secret are not written: put them in before you apply it.\n"


class Folder:
    """The files of one cluster."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, manifest: Mapping[str, Any]) -> None:
        """Write an object's file, in place of an older one."""
        file = self._file(manifest)
        file.parent.mkdir(parents=True, exist_ok=True)
        shown, note = without_server_fields(manifest), ""
        if shown["kind"] == "Secret":
            keys = {key for part in SECRETS for key in shown.pop(part, None) or {}}
            shown["stringData"] = dict.fromkeys(sorted(keys), "")
            note = WITHOUT_SECRETS
        text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)
        file.write_text(note + text, encoding="utf-8")

    def remove(self, manifest: Mapping[str, Any]) -> None:
        """Remove an object's file, if it has one, and its folder when that is empty."""
        file = self._file(manifest)
        file.unlink(missing_ok=True)
        if file.parent.is_dir() and not any(file.parent.iterdir()):
            file.parent.rmdir()

    def read(
        self, api_version: str, kind: str, namespace: str, name: str
    ) -> Mapping[str, Any] | None:
        """An object as it was written last; None where there is none."""
        metadata = {"namespace": namespace, "name": name}
        file = self._file({"apiVersion": api_version, "kind": kind, "metadata": metadata})
        try:
            found: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def _file(self, manifest: Mapping[str, Any]) -> Path:
        group, metadata = group_of(manifest["apiVersion"]), manifest["metadata"]
        kind = ".".join(filter(None, (manifest["kind"].lower(), group)))
        folder = self.root / (metadata.get("namespace") or CLUSTER_SCOPED)
        return folder / f"{kind}-{quote(metadata['name'], safe='')}.yaml"


def without_server_fields(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what the API server adds to it."""
    metadata = manifest.get("metadata") or {}
    kept = {key: value for key, value in metadata.items() if key not in SERVER_FIELDS}
    return {**manifest, "metadata": kept}
