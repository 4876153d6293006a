"""The folders of this machine that hold the files of file systems, one for each, by its id.

EFS and FSx are mounted by nothing here. What is put into the folder of a file system is what jobs
find in it.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from embedded import workplace

_folders: dict[str, "TemporaryDirectory[str]"] = {}


def folder_of(file_system_id: str) -> Path:
    """The folder of a file system, made when it is first asked for. Raises workplace.Closed."""
    if file_system_id not in _folders:
        _folders[file_system_id] = workplace.folder(f"{file_system_id}-")
    return Path(_folders[file_system_id].name)


def make(file_system_id: str, path: str = "/") -> None:
    """Make a path of a file system. Raises ValueError for one that leads out of it."""
    _within(file_system_id, path).mkdir(parents=True, exist_ok=True)


def read() -> dict[str, str]:
    """The folder of each file system, by its id."""
    return {file_system_id: folder.name for file_system_id, folder in sorted(_folders.items())}


def remove(file_system_id: str) -> None:
    """Remove the folder of a file system that is gone, with all that it holds."""
    if folder := _folders.pop(file_system_id, None):
        folder.cleanup()


def close() -> None:
    """Remove every folder."""
    for file_system_id in list(_folders):
        remove(file_system_id)


def copy(file_system_id: str, path: str, to: Path) -> bool:
    """Copy what is below a path of a file system into a folder; whether there is such a path.

    The path begins at the file system's root. Raises ValueError for one that leads out of it.
    """
    there = _within(file_system_id, path)
    if not there.is_dir():
        return False
    shutil.copytree(there, to, dirs_exist_ok=True)
    return True


def _within(file_system_id: str, path: str) -> Path:
    root = folder_of(file_system_id).resolve()
    there = (root / path.strip("/")).resolve()
    if not there.is_relative_to(root):
        raise ValueError(f"{path} leads out of the file system {file_system_id}")
    return there
