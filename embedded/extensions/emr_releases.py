"""The names of EMR's releases, all spellings of them, and applications that wait for jobs.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html
https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/emr-eks-releases.html
"""

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.emr.utils import ReleaseLabel
from moto.emrserverless.exceptions import ResourceNotFoundException, ValidationException
from moto.emrserverless.models import Application, EMRServerlessBackend
from moto.emrserverless.responses import EMRServerlessResponse

from embedded.extensions.operations import add

RELEASE = re.compile(r"^emr-(?:spark-)?(\d{1,2})\.(\d{1,2})\.(\d{1,2})(?:-[a-z0-9]+)*$")
"""A version, of EMR or of its Spark alone; then what it is built with, and which build it is."""
KNOWN_TO_MOTO = "emr-6.6.0-20220101"

PROCESSORS = "X86_64"
"""What an application runs on unless it says so."""
FORGOTTEN = {
    "interactiveConfiguration": "interactive_configuration",
    "schedulerConfiguration": "scheduler_configuration",
}
"""Other members of an application that moto forgets, and what it would call them."""
INTERACTIVE_SINCE = (6, 14, 0)
"""https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-workloads.html"""

_answered_by_moto = EMRServerlessResponse.create_application  # these are replaced below
_updated_by_moto = EMRServerlessResponse.update_application
_created_by_moto = EMRServerlessBackend.create_application  # both are replaced below
_deleted_by_moto = EMRServerlessBackend.delete_application


def install() -> None:
    """Have moto take them."""
    ReleaseLabel.version_re = RELEASE
    add(EMRServerlessBackend, create_application, delete_application)
    EMRServerlessResponse.create_application = answer  # type: ignore[method-assign]
    add(EMRServerlessResponse, update_application)


def answer(self: EMRServerlessResponse) -> ActionResult:
    """CreateApplication, with what moto forgets."""
    _check_interactive(self, str(self._get_param("releaseLabel")))
    answered = _answered_by_moto(self)
    (*_, made) = self.emrserverless_backend.applications.values()
    vars(made)["architecture"] = self._get_param("architecture") or PROCESSORS
    _keep(self, made)
    return answered


def update_application(self: EMRServerlessResponse) -> ActionResult:
    """UpdateApplication, with what moto forgets."""
    known = self.emrserverless_backend.applications.get(self._get_param("applicationId"))
    if known is not None:
        _check_interactive(self, known.release_label)
        _keep(self, known)
    return _updated_by_moto(self)


def _keep(self: EMRServerlessResponse, application: Application) -> None:
    for name, kept in FORGOTTEN.items():
        if (given := self._get_param(name)) is not None:
            vars(application)[kept] = given


def _check_interactive(self: EMRServerlessResponse, release: str) -> None:
    """Refuse notebooks on a release that is older than they are."""
    asked = (self._get_param("interactiveConfiguration") or {}).get("studioEnabled")
    version = re.match(r"emr-(\d+)\.(\d+)\.(\d+)", release)
    if asked and version and tuple(map(int, version.groups())) < INTERACTIVE_SINCE:
        raise ValidationException(f"{release} runs no notebooks; emr-6.14.0 and later do")


def create_application(
    self: EMRServerlessBackend, name: str, release_label: str, application_type: str, **named: Any
) -> Application:
    """CreateApplication, of a type in either case; it starts with its first job."""
    if not RELEASE.match(release_label):
        raise ValidationException(f"There is no release {release_label}")
    made = _created_by_moto(self, name, KNOWN_TO_MOTO, application_type.upper(), **named)
    made.release_label, made.state = release_label, "CREATED"
    return made


def delete_application(self: EMRServerlessBackend, application_id: str) -> None:
    """DeleteApplication; one that is terminated is there only to be read."""
    known = self.applications.get(application_id)
    if known is not None and known.state == "TERMINATED":
        raise ResourceNotFoundException(application_id)
    _deleted_by_moto(self, application_id)
