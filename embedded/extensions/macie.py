"""What moto's Macie lacks: jobs, custom data identifiers, and where discovery results go.

They are checked and kept; nothing is looked for in any object, and so nothing is found.

https://docs.aws.amazon.com/macie/latest/APIReference/operations.html
"""

import json
from datetime import datetime
from typing import Any, NoReturn
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.macie2 import urls
from moto.macie2.models import MacieBackend
from moto.macie2.responses import MacieResponse

from embedded.extensions.operations import add, kept
from embedded.macie_checks import wrong_identifier, wrong_job

PATHS = (
    "jobs$",
    "jobs/(?P<job>[^/]+)$",
    "custom-data-identifiers$",
    "custom-data-identifiers/(?P<identifier>[^/]+)$",
    "classification-export-configuration$",
    "tags/(?P<arn>.+)$",
)
MOVES = {
    "RUNNING": ("CANCELLED", "USER_PAUSED"),
    "IDLE": ("CANCELLED", "USER_PAUSED"),
    "USER_PAUSED": ("CANCELLED", "RUNNING"),
    "CANCELLED": ("CANCELLED",),
}
"""What an update may make of a job's status.

https://docs.aws.amazon.com/macie/latest/APIReference/jobs-jobid.html
"""

_enable_macie = MacieResponse.enable_macie  # both are replaced below
_begin = MacieBackend.__init__


class Refused(JsonRESTError):
    """400, 404 or 409, as Macie answers."""

    def __init__(self, error: str, message: str, code: int = 400) -> None:
        self.code = code
        super().__init__(error, message)


def install() -> None:
    """Add the operations to moto's Macie."""
    for path in PATHS:
        urls.url_paths[f"{{0}}/{path}"] = MacieResponse.dispatch
    MacieBackend.__init__ = _disabled  # type: ignore[method-assign]
    add(MacieResponse, enable_macie, update_macie_session)
    add(
        MacieResponse,
        create_custom_data_identifier,
        get_custom_data_identifier,
        delete_custom_data_identifier,
        create_classification_job,
        describe_classification_job,
        update_classification_job,
        put_classification_export_configuration,
        get_classification_export_configuration,
        tag_resource,
        untag_resource,
    )


def _disabled(self: MacieBackend, region_name: str, account_id: str) -> None:
    """An account's region as AWS has it: Macie is off, which moto has on."""
    _begin(self, region_name, account_id)
    self.macie_session = None


def enable_macie(self: MacieResponse) -> str:
    """EnableMacie: once in a region."""
    if self.macie_backend.macie_session:
        raise Refused("ConflictException", "Macie has already been enabled", 409)
    return _enable_macie(self)


def update_macie_session(self: MacieResponse) -> str:
    """UpdateMacieSession."""
    session: dict[str, Any] = _session(self)
    asked = json.loads(self.body)
    session.update(
        {key: asked[key] for key in ("findingPublishingFrequency", "status") if key in asked}
    )
    session["updatedAt"] = utcnow()
    return "{}"


def create_custom_data_identifier(self: MacieResponse) -> str:
    """CreateCustomDataIdentifier."""
    _session(self)
    asked = json.loads(self.body)
    for reason in wrong_identifier(asked):
        _invalid(reason)
    id_ = str(uuid4())
    told = {"maximumMatchDistance": 50, "keywords": [], "ignoreWords": [], "tags": {}, **asked}
    told |= {"id": id_, "arn": _arn(self, f"custom-data-identifier/{id_}"), "deleted": False}
    told |= {"createdAt": _iso(utcnow())}
    _identifiers(self.macie_backend)[id_] = told
    return json.dumps({"customDataIdentifierId": id_})


def get_custom_data_identifier(self: MacieResponse) -> str:
    """GetCustomDataIdentifier."""
    return json.dumps(_named(self, _identifiers(self.macie_backend)))


def delete_custom_data_identifier(self: MacieResponse) -> str:
    """DeleteCustomDataIdentifier: Macie remembers it, for findings that it has made."""
    _named(self, _identifiers(self.macie_backend))["deleted"] = True
    return "{}"


def create_classification_job(self: MacieResponse) -> str:
    """CreateClassificationJob, whose runs find nothing here."""
    _session(self)
    asked = json.loads(self.body)
    known = _identifiers(self.macie_backend)
    for reason in wrong_job(asked, {id_ for id_, each in known.items() if not each["deleted"]}):
        _invalid(reason)
    jobs = _jobs(self.macie_backend)
    for each in jobs.values():
        if each["clientToken"] == asked["clientToken"]:
            return json.dumps({"jobArn": each["jobArn"], "jobId": each["jobId"]})
    id_ = uuid4().hex
    told = {"samplingPercentage": 100, "managedDataIdentifierSelector": "ALL", "tags": {}, **asked}
    told |= {"jobId": id_, "jobArn": _arn(self, f"classification-job/{id_}")}
    told |= {"jobStatus": "IDLE" if asked["jobType"] == "SCHEDULED" else "RUNNING"}
    told |= {"createdAt": _iso(utcnow()), "statistics": {"numberOfRuns": 0.0}}
    jobs[id_] = told
    return json.dumps({"jobArn": told["jobArn"], "jobId": id_})


def describe_classification_job(self: MacieResponse) -> str:
    """DescribeClassificationJob."""
    return json.dumps(_named(self, _jobs(self.macie_backend)))


def update_classification_job(self: MacieResponse) -> str:
    """UpdateClassificationJob: its status, and nothing else."""
    job, status = _named(self, _jobs(self.macie_backend)), json.loads(self.body)["jobStatus"]
    if status not in MOVES.get(job["jobStatus"], ()):
        _invalid(f"a job that is {job['jobStatus']} does not become {status}")
    idle = status == "RUNNING" and job["jobType"] == "SCHEDULED"
    job["jobStatus"] = "IDLE" if idle else status
    return "{}"


def put_classification_export_configuration(self: MacieResponse) -> str:
    """PutClassificationExportConfiguration."""
    _session(self)
    asked = json.loads(self.body)["configuration"]
    destination = asked.get("s3Destination") or {}
    if not destination.get("bucketName") or not destination.get("kmsKeyArn"):
        _invalid("s3Destination must have a bucketName and a kmsKeyArn")
    kept(self.macie_backend, "export").update(asked)
    return json.dumps({"configuration": asked})


def get_classification_export_configuration(self: MacieResponse) -> str:
    """GetClassificationExportConfiguration."""
    _session(self)
    return json.dumps({"configuration": kept(self.macie_backend, "export")})


def tag_resource(self: MacieResponse) -> str:
    """TagResource."""
    _tagged(self)["tags"].update(json.loads(self.body)["tags"])
    return "{}"


def untag_resource(self: MacieResponse) -> str:
    """UntagResource."""
    tags = _tagged(self)["tags"]
    for key in self.querystring.get("tagKeys", []):
        tags.pop(key, None)
    return "{}"


def _session(self: MacieResponse) -> Any:
    """The session of the region. Raises AccessDeniedException where Macie is not enabled."""
    session = self.macie_backend.macie_session
    if not session:
        raise Refused("AccessDeniedException", "Macie is not enabled", 403)
    return session


def _named(self: MacieResponse, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    _session(self)
    id_ = self.path.rstrip("/").rpartition("/")[2]
    found = known.get(id_)
    if found is None or found.get("deleted"):
        raise Refused("ResourceNotFoundException", f"{id_} does not exist", 404)
    return found


def _tagged(self: MacieResponse) -> dict[str, Any]:
    from urllib.parse import unquote

    arn = unquote(self.path.partition("/tags/")[2])
    backend = self.macie_backend
    for each in (*_jobs(backend).values(), *_identifiers(backend).values()):
        if arn in (each.get("arn"), each.get("jobArn")):
            return each
    raise Refused("ResourceNotFoundException", f"{arn} does not exist", 404)


def _arn(self: MacieResponse, resource: str) -> str:
    backend = self.macie_backend
    return f"arn:aws:macie2:{backend.region_name}:{backend.account_id}:{resource}"


def _jobs(backend: MacieBackend) -> dict[str, dict[str, Any]]:
    return kept(backend, "classification_jobs")


def _identifiers(backend: MacieBackend) -> dict[str, dict[str, Any]]:
    return kept(backend, "custom_data_identifiers")


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _invalid(reason: str) -> NoReturn:
    raise Refused("ValidationException", f"The request failed because {reason}.")
