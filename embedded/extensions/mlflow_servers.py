"""Tracking servers of MLflow: made, started, stopped and found.

A server is there as soon as it is made, where AWS takes up to 25 minutes.
https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-create-tracking-server.html
"""

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded.extensions.mlflow_records import (
    Record,
    Values,
    check_place,
    found,
    keep,
    opened,
    servers,
)
from embedded.extensions.operations import add, asked_of, paged
from embedded.mlflow import server as mlflow

VERSIONS = ("3.0", "2.16", "2.13")
"""Those that AWS offers; the first is what a server has of which nothing is asked.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow.html
"""
CHANGEABLE = (
    "ArtifactStoreUri",
    "TrackingServerSize",
    "AutomaticModelRegistration",
    "WeeklyMaintenanceWindowStart",
    "S3BucketOwnerAccountId",
    "S3BucketOwnerVerification",
)
STOPPED, STARTED = "Stopped", "Started"
SUMMARY = (
    "TrackingServerArn",
    "TrackingServerName",
    "CreationTime",
    "LastModifiedTime",
    "TrackingServerStatus",
    "IsActive",
    "MlflowVersion",
)


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_mlflow_tracking_server,
        describe_mlflow_tracking_server,
        update_mlflow_tracking_server,
        start_mlflow_tracking_server,
        stop_mlflow_tracking_server,
        delete_mlflow_tracking_server,
        list_mlflow_tracking_servers,
        create_presigned_mlflow_tracking_server_url,
    )


def close() -> None:
    """End what serves them."""
    mlflow.close()


def create_mlflow_tracking_server(self: SageMakerResponse) -> ActionResult:
    """CreateMlflowTrackingServer, of a version that AWS offers."""
    asked = asked_of(self, *CHANGEABLE, "TrackingServerName", "MlflowVersion", "RoleArn")
    check_place(asked)
    version = asked.setdefault("MlflowVersion", f"{VERSIONS[0]}.0")
    if not any(version == one or version.startswith(f"{one}.") for one in VERSIONS):
        raise ValidationError(
            message=f"MlflowVersion {version} is not supported: {', '.join(VERSIONS)}."
        )
    arn = _arn(self)
    there = servers(self.sagemaker_backend)
    if arn in there:
        raise ValidationError(message=f"The tracking server {arn} exists already.")
    there[arn] = Record(arn, asked, self._get_param("Tags") or [])
    keep(self.sagemaker_backend, there[arn])
    return ActionResult({"TrackingServerArn": arn})


def describe_mlflow_tracking_server(self: SageMakerResponse) -> ActionResult:
    """DescribeMlflowTrackingServer."""
    return ActionResult(told(server_of(self)))


def update_mlflow_tracking_server(self: SageMakerResponse) -> ActionResult:
    """UpdateMlflowTrackingServer: what is named replaces what was there."""
    server, asked = server_of(self), asked_of(self, *CHANGEABLE)
    check_place(asked)
    server.change(asked, "Updated")
    keep(self.sagemaker_backend, server)
    return ActionResult({"TrackingServerArn": server.arn})


def start_mlflow_tracking_server(self: SageMakerResponse) -> ActionResult:
    """StartMlflowTrackingServer, of one that is stopped."""
    server = server_of(self)
    if server.status != STOPPED:
        raise ResourceInUseException(message=f"{server.arn} runs: it is {server.status}.")
    server.change({}, STARTED)
    return ActionResult({"TrackingServerArn": server.arn})


def stop_mlflow_tracking_server(self: SageMakerResponse) -> ActionResult:
    """StopMlflowTrackingServer, of one that runs."""
    server = server_of(self)
    if server.status == STOPPED:
        raise ResourceInUseException(message=f"{server.arn} is stopped already.")
    server.change({}, STOPPED)
    return ActionResult({"TrackingServerArn": server.arn})


def delete_mlflow_tracking_server(self: SageMakerResponse) -> ActionResult:
    """DeleteMlflowTrackingServer; the artifacts stay in their bucket."""
    server = server_of(self)
    del servers(self.sagemaker_backend)[server.arn]
    mlflow.forget(server.arn)
    return ActionResult({"TrackingServerArn": server.arn})


def list_mlflow_tracking_servers(self: SageMakerResponse) -> ActionResult:
    """ListMlflowTrackingServers, by status and version."""
    wanted = asked_of(self, "TrackingServerStatus", "MlflowVersion")
    listed = [
        {key: server[key] for key in SUMMARY}
        for server in map(told, servers(self.sagemaker_backend).values())
        if all(server[key] == value for key, value in wanted.items())
    ]
    return paged(self, "TrackingServerSummaries", listed, "TrackingServerArn")


def create_presigned_mlflow_tracking_server_url(self: SageMakerResponse) -> ActionResult:
    """CreatePresignedMlflowTrackingServerUrl, of a server that runs."""
    server = server_of(self)
    if server.status == STOPPED:
        raise ResourceInUseException(message=f"{server.arn} is stopped.")
    return opened(server)


def server_of(self: SageMakerResponse) -> Record:
    """The server that a request names. Raises ResourceNotFound."""
    return found(servers(self.sagemaker_backend), _arn(self), "Tracking server")


def told(server: Record) -> Values:
    """What DescribeMlflowTrackingServer says of a server."""
    region = server.arn.split(":")[3]
    return {
        "TrackingServerSize": "Small",
        "AutomaticModelRegistration": False,
        **server.asked,
        "TrackingServerArn": server.arn,
        "TrackingServerStatus": server.status,
        "IsActive": "Inactive" if server.status == STOPPED else "Active",
        "TrackingServerUrl": f"https://{region}.experiments.sagemaker.aws",
        "CreationTime": server.created,
        "LastModifiedTime": server.changed,
    }


def _arn(self: SageMakerResponse) -> str:
    backend, name = self.sagemaker_backend, self._get_param("TrackingServerName")
    kind = "mlflow-tracking-server"
    return str(arn_formatter(kind, name, backend.account_id, backend.region_name))
