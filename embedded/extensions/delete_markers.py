"""Delete markers of S3 that go when the version under them went before.

moto disposes of what a version holds, and its markers lack the method for it.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/RemDelMarker.html
"""

from moto.s3.models import FakeDeleteMarker

from embedded.extensions.operations import add


def install() -> None:
    """Let markers be disposed of as versions are."""
    add(FakeDeleteMarker, dispose)


def dispose(self: FakeDeleteMarker, garbage: bool = False) -> None:
    """Let go of nothing: a marker holds no bytes."""
