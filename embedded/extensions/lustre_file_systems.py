"""What moto's FSx lacks of Lustre: changes, and folders that are linked to S3.

https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateDataRepositoryAssociation.html
"""

import json
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.fsx.exceptions import FileSystemNotFound
from moto.fsx.models import FileSystem, FSxBackend
from moto.fsx.responses import FSxResponse

from embedded import file_folders
from embedded.extensions.operations import add, kept

Values = dict[str, Any]

MOST_LINKS = 8
"""Of one file system.

https://docs.aws.amazon.com/fsx/latest/LustreGuide/create-dra-linked-data-repo.html
"""

FILE_SYSTEM = "file-system-id"
"""The one filter that is known here."""

_moto_deletes = FSxBackend.delete_file_system
_moto_creates = FSxBackend.create_file_system


class Refused(JsonRESTError):
    """400 by one of FSx's own names."""

    code = 400


def install() -> None:
    """Add the operations to moto's FSx."""
    add(FSxBackend, create_file_system, delete_file_system)
    add(
        FSxResponse,
        update_file_system,
        create_data_repository_association,
        describe_data_repository_associations,
        update_data_repository_association,
        delete_data_repository_association,
    )


def create_file_system(self: FSxBackend, *args: Any, **kwargs: Any) -> FileSystem:
    """Create one, with the name by which AWS has a file system of Lustre mounted."""
    system = _moto_creates(self, *args, **kwargs)
    if system.file_system_type == "LUSTRE":
        system.lustre_configuration = {
            **(system.lustre_configuration or {}),
            "MountName": uuid4().hex[:8],
        }
    file_folders.make(system.file_system_id)
    return system


def delete_file_system(self: FSxBackend, file_system_id: str, **kwargs: Any) -> Any:
    """Delete one, and the folder that holds its files."""
    answer = _moto_deletes(self, file_system_id, **kwargs)
    file_folders.remove(file_system_id)
    return answer


def update_file_system(self: FSxResponse) -> str:
    """UpdateFileSystem: what is not named stays.

    https://docs.aws.amazon.com/fsx/latest/APIReference/API_UpdateFileSystem.html
    """
    asked = json.loads(self.body)
    system = _system(self.fsx_backend, asked["FileSystemId"])
    wanted = asked.get("StorageCapacity", system.storage_capacity)
    if wanted < system.storage_capacity:
        raise Refused(
            "ValidationException",
            f"The storage capacity of {system.file_system_id} can only grow.",
        )
    system.storage_capacity = wanted
    system.storage_type = asked.get("StorageType", system.storage_type)
    system.lustre_configuration = {
        **(system.lustre_configuration or {}),
        **asked.get("LustreConfiguration", {}),
    }
    return json.dumps({"FileSystem": system.to_dict()})


def create_data_repository_association(self: FSxResponse) -> str:
    """CreateDataRepositoryAssociation: a folder and a prefix, neither of them linked before."""
    asked = json.loads(self.body)
    backend = self.fsx_backend
    system = _system(backend, asked["FileSystemId"])
    kind = (system.lustre_configuration or {}).get("DeploymentType", "SCRATCH_1")
    if kind == "SCRATCH_1":
        raise Refused("UnsupportedOperation", "SCRATCH_1 file systems have no associations.")
    others = [
        one for one in _links(backend).values() if one["FileSystemId"] == asked["FileSystemId"]
    ]
    if len(others) >= MOST_LINKS:
        raise Refused("ServiceLimitExceeded", f"A file system has at most {MOST_LINKS} of them.")
    for member in ("FileSystemPath", "DataRepositoryPath"):
        for other in others:
            if _overlap(asked.get(member, "/"), other[member]):
                raise Refused(
                    "BadRequest", f"{member}: {asked.get(member)} overlaps {other[member]}."
                )
    id_ = f"dra-{uuid4().hex[:17]}"
    arn = f"{system.resource_arn.replace(':file-system/', ':association/')}/{id_}"
    link = {
        **{key: value for key, value in asked.items() if key not in ("ClientRequestToken", "Tags")},
        "AssociationId": id_,
        "ResourceARN": arn,
        "Lifecycle": "AVAILABLE",
    }
    _links(backend)[id_] = link
    if tags := asked.get("Tags"):
        backend.tagger.tag_resource(arn, tags)
    return json.dumps({"Association": _told(backend, link)})


def describe_data_repository_associations(self: FSxResponse) -> str:
    """DescribeDataRepositoryAssociations: by their ids or their file systems, or all."""
    backend, asked = self.fsx_backend, json.loads(self.body)
    ids = asked.get("AssociationIds") or [*_links(backend)]
    found = [_told(backend, _link(backend, id_)) for id_ in ids]
    for one in asked.get("Filters", []):
        if one["Name"] != FILE_SYSTEM:
            raise Refused("BadRequest", f"The embedded AWS has no filter {one['Name']}.")
        found = [link for link in found if link["FileSystemId"] in one["Values"]]
    return json.dumps({"Associations": found})


def update_data_repository_association(self: FSxResponse) -> str:
    """UpdateDataRepositoryAssociation: which changes are imported and exported."""
    asked = json.loads(self.body)
    link = _link(self.fsx_backend, asked["AssociationId"])
    for member in ("ImportedFileChunkSize", "S3"):
        if member in asked:
            link[member] = asked[member]
    return json.dumps({"Association": _told(self.fsx_backend, link)})


def delete_data_repository_association(self: FSxResponse) -> str:
    """DeleteDataRepositoryAssociation: what is in S3 stays there."""
    asked = json.loads(self.body)
    link = _link(self.fsx_backend, asked["AssociationId"])
    del _links(self.fsx_backend)[link["AssociationId"]]
    return json.dumps({"AssociationId": link["AssociationId"], "Lifecycle": "DELETING"})


def _system(backend: FSxBackend, id_: str) -> FileSystem:
    if id_ not in backend.file_systems:
        raise FileSystemNotFound(id_)
    return backend.file_systems[id_]


def _links(backend: FSxBackend) -> dict[str, Values]:
    """Those of file systems that are there: a file system takes its own with it."""
    links = kept(backend, "data_repository_associations")
    for id_ in [
        id_ for id_, one in links.items() if one["FileSystemId"] not in backend.file_systems
    ]:
        del links[id_]
    return links


def _link(backend: FSxBackend, id_: str) -> Values:
    if id_ not in _links(backend):
        raise Refused("DataRepositoryAssociationNotFound", f"There is no association {id_}.")
    found: Values = _links(backend)[id_]
    return found


def _told(backend: FSxBackend, link: Values) -> Values:
    return {**link, "Tags": backend.list_tags_for_resource(link["ResourceARN"])}


def _overlap(one: str, other: str) -> bool:
    """Whether a path is another one, or lies within it."""
    first, second = PurePosixPath(one), PurePosixPath(other)
    return first.is_relative_to(second) or second.is_relative_to(first)
