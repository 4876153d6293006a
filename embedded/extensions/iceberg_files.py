"""The files of Iceberg tables, as PyIceberg reads and writes them, in the embedded S3.

PyIceberg writes from threads of its own while the one that asked it has the turn, so that a
request would wait for ever: its files go to moto's buckets directly.
"""

import io
from types import TracebackType
from typing import TYPE_CHECKING

from moto.s3.models import S3Backend, s3_backends
from moto.utilities.utils import get_partition
from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from embedded import own_clients

if TYPE_CHECKING:
    from pyiceberg.catalog.glue import GlueCatalog

ACCOUNT, REGION, KEY = "embedded.account", "embedded.region", "embedded.kms-key"
"""Properties that tell whose buckets they are, and the KMS key of what is written, if any."""


def properties_of(account: str, region: str, key: str | None = None) -> dict[str, str]:
    """PyIceberg's properties of an account's files, which are written with that KMS key, if any."""
    told = {"py-io-impl": f"{__name__}.Files", ACCOUNT: account, REGION: region}
    return told | ({KEY: key} if key else {})


def glue_catalog(properties: dict[str, str]) -> "GlueCatalog":
    """The Glue catalog of the account of these properties, as PyIceberg's."""
    from pyiceberg.catalog.glue import GlueCatalog  # takes a second

    client = own_clients.client("glue", properties[ACCOUNT])
    return GlueCatalog("embedded", client=client, **properties)


class Files(FileIO):
    """Files by their S3 URI, in the buckets of the account and region of the properties."""

    @property
    def backend(self) -> S3Backend:
        """The account's buckets."""
        found: S3Backend = s3_backends[self.properties[ACCOUNT]][
            get_partition(self.properties[REGION])
        ]
        return found

    def new_input(self, location: str) -> InputFile:
        """A file to be read."""
        return _Input(location, self)

    def new_output(self, location: str) -> OutputFile:
        """A file to be written."""
        return _Output(location, self)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Delete a file."""
        where = location if isinstance(location, str) else location.location
        self.backend.delete_object(*split(where))

    def content(self, location: str) -> bytes | None:
        """What a file holds, or None where there is none."""
        found = self.backend.get_object(*split(location))
        return None if found is None else bytes(found.value)

    def put(self, location: str, content: bytes) -> None:
        """Write a whole file."""
        key = self.properties.get(KEY)
        self.backend.put_object(
            *split(location), content, encryption="aws:kms" if key else None, kms_key_id=key
        )


class _Input(InputFile):
    def __init__(self, location: str, files: Files) -> None:
        super().__init__(location)
        self._files = files

    def __len__(self) -> int:
        return len(self._files.content(self.location) or b"")

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self._files.content(self.location) is not None

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002
        """The file's content."""
        content = self._files.content(self.location)
        if content is None:
            raise FileNotFoundError(self.location)
        return io.BytesIO(content)


class _Output(OutputFile):
    def __init__(self, location: str, files: Files) -> None:
        super().__init__(location)
        self._files = files

    def __len__(self) -> int:
        return len(self.to_input_file())

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self.to_input_file().exists()

    def to_input_file(self) -> InputFile:
        """The same file, to be read."""
        return self._files.new_input(self.location)

    def create(self, overwrite: bool = False) -> OutputStream:
        """A stream that is the file's content once it is closed."""
        if not overwrite and self.exists():
            raise FileExistsError(self.location)
        return _Stream(self.location, self._files)


class _Stream(io.BytesIO):
    def __init__(self, location: str, files: Files) -> None:
        super().__init__()
        self._location = location
        self._files = files

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Put what was written."""
        if not self.closed:
            self._files.put(self._location, self.getvalue())
        super().close()


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
