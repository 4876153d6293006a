"""What moto's AWS Backup lacks: changes of plans, and what each plan backs up.

Plans, selections and vaults are kept and checked; no backup is made.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Operations_AWS_Backup.html
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from moto.backup.exceptions import InvalidParameterValueException, InvalidRequestException
from moto.backup.exceptions import ResourceNotFoundException as NotFound
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse
from moto.core.utils import unix_time

from embedded.extensions.operations import add, kept
from embedded.schedules import Cron, Invalid, parse

NAME = re.compile(r"[a-zA-Z0-9\-_.]{1,50}")
CONTINUOUS_DAYS = 35
"""The most days that continuous backups are kept."""
COLD_DAYS = 90
"""The fewest days that a backup is in cold storage before it is deleted."""
SHORTEST_START = 60
"""Minutes of a start window."""

_create_backup_plan = BackupResponse.create_backup_plan  # both are replaced below
_delete_backup_plan = BackupResponse.delete_backup_plan


def install() -> None:
    """Add the operations to moto's AWS Backup."""
    add(BackupResponse, create_backup_plan, update_backup_plan, delete_backup_plan)
    add(BackupResponse, create_backup_selection, get_backup_selection, delete_backup_selection)
    add(BackupResponse, list_backup_selections)


def create_backup_plan(self: BackupResponse) -> str:
    """CreateBackupPlan, checked."""
    _refuse(self.backup_backend, _asked(self)["BackupPlan"])
    return _create_backup_plan(self)


def update_backup_plan(self: BackupResponse) -> str:
    """UpdateBackupPlan, which replaces the whole plan by a new version.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html
    """
    plan, asked = _plan(self), _asked(self)["BackupPlan"]
    _refuse(self.backup_backend, asked)
    fresh = Plan(asked, plan.creator_request_id, self.backup_backend)
    plan.backup_plan, plan.version_id = fresh.backup_plan, fresh.version_id
    plan.advanced_backup_settings = fresh.advanced_backup_settings
    return json.dumps(plan.to_dict())


def delete_backup_plan(self: BackupResponse) -> str:
    """DeleteBackupPlan: not while it has selections."""
    if _selections(_plan(self), self.backup_backend):
        raise InvalidRequestException(
            "Related backup plan selections must be deleted prior to backup plan deletion"
        )
    answer = _delete_backup_plan(self)
    # moto remembers it, and refuses another one of its name.
    self.backup_backend.plans.pop(json.loads(answer)["BackupPlanId"])
    return answer


def create_backup_selection(self: BackupResponse) -> str:
    """CreateBackupSelection.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
    """
    plan, asked = _plan(self), _asked(self)["BackupSelection"]
    if not NAME.fullmatch(asked["SelectionName"]):
        raise InvalidParameterValueException("Invalid selection name.")
    if not re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/.+", asked["IamRoleArn"]):
        raise InvalidParameterValueException("Invalid IAM role ARN.")
    if not any(asked.get(name) for name in ("Resources", "ListOfTags", "Conditions")):
        raise InvalidParameterValueException("A selection must name resources, tags or conditions.")
    for arn in (*(asked.get("Resources") or ()), *(asked.get("NotResources") or ())):
        if arn != "*" and not re.fullmatch(r"arn:aws[a-z-]*:[a-z0-9-]+:.*", arn):
            raise InvalidParameterValueException(f"Invalid ARN: {arn}.")
    told = {
        "BackupSelection": asked,
        "SelectionId": str(uuid4()),
        "BackupPlanId": plan.backup_plan_id,
        "CreationDate": unix_time(),
    }
    _selections(plan, self.backup_backend)[told["SelectionId"]] = told
    return json.dumps({name: told[name] for name in told if name != "BackupSelection"})


def get_backup_selection(self: BackupResponse) -> str:
    """GetBackupSelection."""
    return json.dumps(_selection(self))


def delete_backup_selection(self: BackupResponse) -> str:
    """DeleteBackupSelection."""
    found = _selection(self)
    del _selections(_plan(self), self.backup_backend)[found["SelectionId"]]
    return "{}"


def list_backup_selections(self: BackupResponse) -> str:
    """ListBackupSelections."""
    found = _selections(_plan(self), self.backup_backend).values()
    told = [
        {
            "SelectionId": each["SelectionId"],
            "BackupPlanId": each["BackupPlanId"],
            "CreationDate": each["CreationDate"],
            "SelectionName": each["BackupSelection"]["SelectionName"],
            "IamRoleArn": each["BackupSelection"]["IamRoleArn"],
        }
        for each in found
    ]
    return json.dumps({"BackupSelectionsList": told})


def _refuse(backend: BackupBackend, plan: dict[str, Any]) -> None:
    for reason in wrong(plan, set(backend.vaults)):
        raise InvalidParameterValueException(reason)


def wrong(plan: dict[str, Any], vaults: set[str]) -> Iterator[str]:
    """Why a plan is refused, a sentence each.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html
    """
    if not NAME.fullmatch(plan.get("BackupPlanName", "")):
        yield "Invalid backup plan name."
    if not plan.get("Rules"):
        yield "A backup plan must have at least one rule."
    for rule in plan.get("Rules") or ():
        name = rule["RuleName"]
        if not NAME.fullmatch(name):
            yield f"Invalid rule name: {name}."
        if rule["TargetBackupVaultName"] not in vaults:
            yield f"Backup vault {rule['TargetBackupVaultName']} does not exist."
        yield from _times(rule)


def _times(rule: dict[str, Any]) -> Iterator[str]:
    expression = rule.get("ScheduleExpression")
    try:
        if expression and not isinstance(parse(expression), Cron):
            yield f"Invalid schedule expression: {expression}."
    except Invalid as error:
        yield f"Invalid schedule expression: {error}."
    start, end = rule.get("StartWindowMinutes"), rule.get("CompletionWindowMinutes")
    if start is not None and start < SHORTEST_START:
        yield f"Start window must be at least {SHORTEST_START} minutes."
    if end is not None and end <= (start or 0):
        yield "Completion window must be longer than the start window."
    lifecycle = rule.get("Lifecycle") or {}
    days, cold = lifecycle.get("DeleteAfterDays"), lifecycle.get("MoveToColdStorageAfterDays")
    if days is not None and cold is not None and days < cold + COLD_DAYS:
        yield f"DeleteAfterDays must be at least {COLD_DAYS} days after the move to cold storage."
    if rule.get("EnableContinuousBackup") and not 1 <= (days or 0) <= CONTINUOUS_DAYS:
        yield f"Continuous backups are kept between 1 and {CONTINUOUS_DAYS} days."


def _asked(self: BackupResponse) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(self.body)
    return asked


def _plan(self: BackupResponse) -> Plan:
    """The plan of a request's path. Raises ResourceNotFoundException."""
    id_ = self.path.split("/plans/")[-1].split("/")[0]
    found = self.backup_backend.plans.get(id_)
    if found is None or found.deletion_date:
        raise NotFound("Failed reading Backup plan with provided version")
    return found


def _selection(self: BackupResponse) -> dict[str, Any]:
    id_ = self.path.rstrip("/").rpartition("/")[2]
    found: dict[str, Any] | None = _selections(_plan(self), self.backup_backend).get(id_)
    if found is None:
        raise NotFound(f"Backup selection {id_} does not exist.")
    return found


def _selections(plan: Plan, backend: BackupBackend) -> dict[str, Any]:
    """The selections of a plan by their ids."""
    of_plans = kept(backend, "backup_selections")
    found: dict[str, Any] = of_plans.setdefault(plan.backup_plan_id, {})
    return found
