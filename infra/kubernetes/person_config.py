"""The kubeconfig of a person: where it is, what is in it, and how more comes into it.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from infra.errors import InputError, WorkError

LISTS = ("clusters", "contexts", "users")
"""What a kubeconfig lists by name."""
PRIVATE = 0o600


def chain(environment: Mapping[str, str]) -> list[Path]:
    """The files that kubectl reads, in their order: those of KUBECONFIG, or ~/.kube/config."""
    named = [each for each in environment.get("KUBECONFIG", "").split(os.pathsep) if each]
    if named:
        return [Path(each).expanduser() for each in dict.fromkeys(named)]
    return [Path(environment.get("HOME") or Path.home()) / ".kube" / "config"]


def read(path: Path) -> dict[str, Any]:
    """What is in a file; nothing in an empty one.

    Raises InputError for what cannot be read or is no kubeconfig.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no kubeconfig: it is no text in UTF-8.") from error
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        where = f", line {at.line + 1}" if at else ""
        raise InputError(f"{path} is no kubeconfig: it is no YAML{where}.") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InputError(f"{path} is no kubeconfig: it holds no mapping.")
    for key in LISTS:
        entries = found.get(key) or []
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise InputError(f"{path} is no kubeconfig: its {key} are no list of mappings.")
    return found


def has(config: Mapping[str, Any], key: str, name: str) -> bool:
    """Whether one of its lists has an entry of a name."""
    return any(one.get("name") == name for one in config.get(key) or [])


def merged(config: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """A kubeconfig with all that is in another; entries of the same name are the other's.

    Entries that stay keep their place, and so do other keys. The other's current context counts.
    """
    whole = {**added, **config, "current-context": added["current-context"]}
    for key in LISTS:
        new = {one["name"]: one for one in added[key]}
        kept = [new.pop(one.get("name"), one) for one in config.get(key) or []]
        whole[key] = [*kept, *new.values()]
    return whole


def write(path: Path, config: Mapping[str, Any]) -> None:
    """Replace a file at once, for nobody but its owner to read; a link stays one.

    Raises WorkError where it cannot be written: then the file is as it was.
    """
    real = path.resolve()
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{real.name}-", dir=real.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(as_yaml(config))
            Path(name).chmod(real.stat().st_mode & 0o777 if real.exists() else PRIVATE)
            Path(name).replace(real)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise WorkError(f"{path} cannot be written: {error.strerror}.") from error


def as_yaml(config: Mapping[str, Any]) -> str:
    """A kubeconfig as it is written."""
    return yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
