"""The names of EMR's releases, all spellings of them.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html
https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/emr-eks-releases.html
"""

import re
from typing import Any

from moto.emr.utils import ReleaseLabel
from moto.emrserverless.exceptions import ValidationException
from moto.emrserverless.models import Application, EMRServerlessBackend

from embedded.extensions.operations import add

RELEASE = re.compile(r"^emr-(?:spark-)?(\d{1,2})\.(\d{1,2})\.(\d{1,2})(?:-[a-z0-9]+)*$")
"""A version, of EMR or of its Spark alone; then what it is built with, and which build it is."""
KNOWN_TO_MOTO = "emr-6.6.0-20220101"

_created_by_moto = EMRServerlessBackend.create_application  # replaced below


def install() -> None:
    """Have moto take them."""
    ReleaseLabel.version_re = RELEASE
    add(EMRServerlessBackend, create_application)


def create_application(
    self: EMRServerlessBackend, name: str, release_label: str, *args: Any, **named: Any
) -> Application:
    """CreateApplication."""
    if not RELEASE.match(release_label):
        raise ValidationException(f"There is no release {release_label}")
    made = _created_by_moto(self, name, KNOWN_TO_MOTO, *args, **named)
    made.release_label = release_label
    return made
