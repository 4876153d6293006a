"""Cloud Control: resources of types that pulumi-aws has by it alone, each made at once.

Of other types it knows nothing, and says so.

https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/Welcome.html
"""

import json
import re
import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from embedded.clock import utcnow
from embedded.extensions.workflow_store import (
    Invalid,
    NotFound,
    Workflow,
    WorkflowBackend,
    airflowserverless_backends,
)

NAME = "cloudcontrolapi"
MODULE = f"moto.{NAME}"
WORKFLOW = "AWS::MWAAServerless::Workflow"


class Unsupported(ServiceException):
    """A type that the embedded AWS does not make by Cloud Control."""

    code = "UnsupportedActionException"


class Missing(ServiceException):
    """There is no resource of that type and identifier."""

    code = "ResourceNotFoundException"


class Refused(ServiceException):
    """What was asked for is not what the type takes."""

    code = "InvalidRequestException"


class ControlBackend(BaseBackend):
    """Cloud Control keeps nothing of its own."""

    @property
    def _url_module(self) -> Any:
        return sys.modules[__name__]


cloudcontrolapi_backends = BackendDict(ControlBackend, "cloudcontrol")


class ControlResponse(BaseResponse):
    """The operations on resources."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudcontrol")
        self.automated_parameter_parsing = True

    @property
    def workflows(self) -> WorkflowBackend:
        """The workflows of the caller's account and region."""
        return airflowserverless_backends[self.current_account][self.region]

    def create_resource(self) -> ActionResult:
        """CreateResource."""
        self._require_type()
        state = _state(self._get_param("DesiredState"))
        made = _taken(
            lambda: self.workflows.create(
                state.get("Name") or f"workflow-{uuid4().hex[:8]}",
                _asked(state),
                state.get("Tags") or {},
            )
        )
        return self._done("CREATE", made)

    def get_resource(self) -> ActionResult:
        """GetResource."""
        one = self._found()
        description = {"Identifier": one.arn, "Properties": json.dumps(_properties(one))}
        return ActionResult({"TypeName": WORKFLOW, "ResourceDescription": description})

    def update_resource(self) -> ActionResult:
        """UpdateResource, by a JSON patch of whole properties.

        pulumi-aws makes the patch of the state that is asked for; the provider of this machine
        hands over that state itself.
        """
        one = self._found()
        patch = json.loads(self._get_param("PatchDocument"))
        state = patch if isinstance(patch, dict) else _patched(_properties(one), patch)
        if state.get("Name", one.name) != one.name:
            raise Refused("Name is create-only: the resource must be replaced")
        _taken(lambda: self.workflows.update(one, _asked(state)))
        one.tags = state.get("Tags") or {}
        return self._done("UPDATE", one)

    def delete_resource(self) -> ActionResult:
        """DeleteResource."""
        one = self._found()
        del self.workflows.workflows[one.arn]
        return self._done("DELETE", one)

    def _found(self) -> Workflow:
        self._require_type()
        try:
            return self.workflows.workflow(self._get_param("Identifier"))
        except NotFound as error:
            raise Missing(error.message) from error

    def _require_type(self) -> None:
        if (name := self._get_param("TypeName")) != WORKFLOW:
            raise Unsupported(f"The embedded AWS makes {WORKFLOW} by Cloud Control, not {name}.")

    def _done(self, operation: str, one: Workflow) -> ActionResult:
        event = {
            "TypeName": WORKFLOW,
            "Identifier": one.arn,
            "RequestToken": str(uuid4()),
            "Operation": operation,
            "OperationStatus": "SUCCESS",
            "EventTime": utcnow(),
        }
        return ActionResult({"ProgressEvent": event})


READ_ONLY = frozenset(
    {
        "WorkflowArn",
        "WorkflowVersion",
        "CreatedAt",
        "ModifiedAt",
        "WorkflowStatus",
        "ScheduleConfiguration",
        "CodeSnapshottedAt",
    }
)
KNOWN = {
    "Name",
    "Description",
    "RoleArn",
    "DefinitionS3Location",
    "EncryptionConfiguration",
    "LoggingConfiguration",
    "Tags",
}
"""Properties that are carried out here; AWS has more."""


def _state(text: str) -> dict[str, Any]:
    try:
        state: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise Refused("DesiredState is not JSON") from error
    return state


def _asked(state: dict[str, Any]) -> dict[str, Any]:
    """What a version is made of. Raises Refused for what is missing, or unknown here."""
    for name in ("RoleArn", "DefinitionS3Location"):
        if not state.get(name):
            raise Refused(f"{name} is required")
    if more := sorted(state.keys() - KNOWN - READ_ONLY):
        raise Refused(f"The embedded AWS carries out no workflow with {', '.join(more)}.")
    return {name: state[name] for name in KNOWN - {"Name", "Tags"} if state.get(name)}


def _properties(one: Workflow) -> dict[str, Any]:
    schedule = one.definition.schedule
    return {
        **one.asked,
        "Name": one.name,
        "WorkflowArn": one.arn,
        "WorkflowVersion": one.versions[-1],
        "WorkflowStatus": "READY",
        **({"ScheduleConfiguration": {"CronExpression": schedule}} if schedule else {}),
        "Tags": one.tags,
    }


def _patched(state: dict[str, Any], patch: list[dict[str, Any]]) -> dict[str, Any]:
    """The state after a JSON patch. Raises Refused for what goes below a property."""
    changed = dict(state)
    for step in patch:
        name = step["path"].removeprefix("/")
        if "/" in name or step["op"] not in ("add", "replace", "remove"):
            raise Refused(f"The embedded AWS changes whole properties, and not {step['path']}.")
        if step["op"] == "remove":
            changed.pop(name, None)
        else:
            changed[name] = step["value"]
    return changed


def _taken(make: Callable[[], Any]) -> Any:
    """What the service makes. Raises Refused with its reason."""
    try:
        return make()
    except Invalid as error:
        raise Refused(error.message) from error


url_bases = [rf"https?://{NAME}\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": ControlResponse.dispatch}


def install() -> None:
    """Add the service to moto's index, where its server looks a request's service up."""
    if MODULE not in sys.modules:
        sys.modules[MODULE] = sys.modules[__name__]
        backend_index.backend_url_patterns.extend((NAME, re.compile(base)) for base in url_bases)
