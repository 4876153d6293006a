"""Apps of MLflow: made, changed and found; what logs there is served by a real MLflow.

An app is there as soon as it is made, where AWS takes some minutes.
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateMlflowApp.html
"""

import secrets
import string

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded.extensions.mlflow_records import (
    MANAGED_VERSION,
    Record,
    Values,
    apps,
    check_place,
    found,
    keep,
    opened,
)
from embedded.extensions.operations import add, asked_of, paged
from embedded.mlflow import server

CHANGEABLE = (
    "Name",
    "ArtifactStoreUri",
    "ModelRegistrationMode",
    "WeeklyMaintenanceWindowStart",
    "DefaultDomainIdList",
    "AccountDefaultStatus",
)
LETTERS, LENGTH = string.ascii_uppercase + string.digits, 12
SUMMARY = ("Arn", "Name", "Status", "CreationTime", "LastModifiedTime", "MlflowVersion")


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_mlflow_app,
        describe_mlflow_app,
        update_mlflow_app,
        delete_mlflow_app,
        list_mlflow_apps,
        create_presigned_mlflow_app_url,
    )


def close() -> None:
    """End what serves the apps."""
    server.close()


def create_mlflow_app(self: SageMakerResponse) -> ActionResult:
    """CreateMlflowApp: names are the caller's own, and two apps have two."""
    backend = self.sagemaker_backend
    asked = asked_of(self, *CHANGEABLE, "RoleArn", "KmsKeyId")
    check_place(asked)
    _check_defaults(self, asked)
    if any(one.asked["Name"] == asked["Name"] for one in apps(backend).values()):
        raise ValidationError(message=f"An MLflow App named {asked['Name']} exists already.")
    id_ = "app-" + "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    arn = str(arn_formatter("mlflow-app", id_, backend.account_id, backend.region_name))
    apps(backend)[arn] = app = Record(arn, asked, self._get_param("Tags") or [])
    keep(backend, app)
    return ActionResult({"Arn": arn})


def describe_mlflow_app(self: SageMakerResponse) -> ActionResult:
    """DescribeMlflowApp."""
    return ActionResult(told(found(apps(self.sagemaker_backend), self._get_param("Arn"), "App")))


def update_mlflow_app(self: SageMakerResponse) -> ActionResult:
    """UpdateMlflowApp: what is named replaces what was there."""
    app = found(apps(self.sagemaker_backend), self._get_param("Arn"), "App")
    asked = asked_of(self, *CHANGEABLE)
    check_place(asked)
    _check_defaults(self, asked)
    app.change(asked, "Updated")
    keep(self.sagemaker_backend, app)
    return ActionResult({"Arn": app.arn})


def delete_mlflow_app(self: SageMakerResponse) -> ActionResult:
    """DeleteMlflowApp; the artifacts stay in their bucket."""
    app = found(apps(self.sagemaker_backend), self._get_param("Arn"), "App")
    del apps(self.sagemaker_backend)[app.arn]
    server.forget(app.arn)
    return ActionResult({"Arn": app.arn})


def list_mlflow_apps(self: SageMakerResponse) -> ActionResult:
    """ListMlflowApps, by status and by what they are the default of."""
    wanted = asked_of(self, "Status", "AccountDefaultStatus", "MlflowVersion")
    domain = self._get_param("DefaultForDomainId")
    listed = [
        {key: app[key] for key in SUMMARY}
        for app in map(told, apps(self.sagemaker_backend).values())
        if all(app.get(key) == value for key, value in wanted.items())
        and (not domain or domain in app.get("DefaultDomainIdList", []))
    ]
    return paged(self, "Summaries", listed, "Arn")


def create_presigned_mlflow_app_url(self: SageMakerResponse) -> ActionResult:
    """CreatePresignedMlflowAppUrl: where MLflow itself answers, to anybody on this machine."""
    return opened(found(apps(self.sagemaker_backend), self._get_param("Arn"), "App"))


def told(app: Record) -> Values:
    """What DescribeMlflowApp says of an app."""
    return {
        "ModelRegistrationMode": "AutoModelRegistrationDisabled",
        "AccountDefaultStatus": "DISABLED",
        **app.asked,
        "Arn": app.arn,
        "Status": app.status,
        "MlflowVersion": server.installed_version() or MANAGED_VERSION,
        "CreationTime": app.created,
        "LastModifiedTime": app.changed,
        "MaintenanceStatus": "MaintenanceComplete",
    }


def _check_defaults(self: SageMakerResponse, asked: Values) -> None:
    """Raise ValidationError for domains of Studio that are not there."""
    domains = self.sagemaker_backend.domains
    if strange := [each for each in asked.get("DefaultDomainIdList", []) if each not in domains]:
        raise ValidationError(message=f"There is no domain {', '.join(strange)}.")
