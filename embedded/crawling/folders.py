"""Which folders below a path are tables, and which are partitions of one.

Where the schemas of the folders at a level are alike, the folder above them is the table, and they
are its partitions; otherwise each is a table, or holds some.

https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from embedded.crawling.schemas import Schema

KEYED = re.compile(r"([^=]+)=(.*)")
"""The folder of a partition that tells its key, as Hive writes it."""


@dataclass(frozen=True)
class File:
    """An object that is crawled."""

    uri: str
    size: int
    schema: Schema


@dataclass(frozen=True)
class FoundTable:
    """A table as its files tell it."""

    name: str
    """As the catalog has names: small letters, digits and `_`."""
    location: str
    """URI of its folder, with a slash at its end."""
    schema: Schema
    keys: tuple[str, ...]
    """Of its partitions; without names in the folders they are partition_0 and so on."""
    partitions: Mapping[str, tuple[str, ...]]
    """The values of each partition by its location."""
    size: int
    """Bytes of all its files."""
    files: int


def tables(location: str, files: list[File]) -> list[FoundTable]:
    """The tables of a folder, whose URI ends in a slash, by their locations."""
    return list(_tables(location, files))


def _tables(location: str, files: list[File]) -> Iterator[FoundTable]:
    inside: dict[str, list[File]] = {}
    for file in files:
        head, slash, _ = file.uri.removeprefix(location).partition("/")
        inside.setdefault(f"{location}{head}/" if slash else "", []).append(file)
    if "" not in inside and not _alike(list(inside.values())):
        for folder, own in inside.items():
            yield from _tables(folder, own)
    elif files:
        yield _table(location, files)


def _alike(folders: list[list[File]]) -> bool:
    """Whether all files of all folders are parts of one table."""
    schemas = [file.schema for folder in folders for file in folder]
    return all(each.is_like(schemas[0]) for each in schemas)


def _table(location: str, files: list[File]) -> FoundTable:
    parted: dict[str, tuple[str, ...]] = {}
    depth = max(_depth(location, file.uri) for file in files)
    keys = [f"partition_{number}" for number in range(depth)]
    for file in files:
        folders = file.uri.removeprefix(location).split("/")[:-1]
        if len(folders) < depth:
            continue  # the catalog has no place for a file beside folders of partitions
        values = []
        for number, folder in enumerate(folders):
            named = KEYED.fullmatch(folder)
            values.append(named[2] if named else folder)
            keys[number] = named[1].lower() if named else keys[number]
        parted["".join([location, *(f"{folder}/" for folder in folders)])] = tuple(values)
    return FoundTable(
        catalog_name(location.rstrip("/").rpartition("/")[2]),
        location,
        reduce(Schema.joined, (file.schema for file in files)),
        tuple(keys),
        parted if depth else {},
        sum(file.size for file in files),
        len(files),
    )


def _depth(location: str, uri: str) -> int:
    return uri.removeprefix(location).count("/")


def catalog_name(folder: str) -> str:
    """The name of a table that lies in a folder: small letters, and `_` for other characters."""
    return re.sub(r"[^a-z0-9_]", "_", folder.lower())
