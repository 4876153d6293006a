"""Where an environment's experiments are looked at: MLflow's own pages.

https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-launch-ui.html
"""

from typing import Any

from infra.errors import InputError
from infra.models.place import Place

GONE = ("Deleting", "Deleted")


def address(place: Place) -> str:
    """An address that opens the pages: in AWS for whoever uses it first, within five minutes.

    Of the embedded AWS it is where MLflow answers, which is started if need be. Raises InputError
    where the environment keeps no experiments, or not yet, and botocore's errors.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedMlflowAppUrl.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedMlflowTrackingServerUrl.html
    """
    stack, environment = place.stack, place.names.environment
    experiments, network = stack.platform.experiments, stack.platform.network
    if experiments is None:
        raise InputError(f"{environment} keeps no experiments: `experiments: {{}}` lets it.")
    sagemaker, name = place.client("sagemaker"), place.names("experiments")
    if experiments.kind_in(stack.region, network.egress) == "app":
        arn = _app(sagemaker, name)
        if arn is None:
            raise _not_yet(environment)
        return str(sagemaker.create_presigned_mlflow_app_url(Arn=arn)["AuthorizedUrl"])
    if not _has_server(sagemaker, name):
        raise _not_yet(environment)
    found = sagemaker.create_presigned_mlflow_tracking_server_url(TrackingServerName=name)
    return str(found["AuthorizedUrl"])


def _app(sagemaker: Any, name: str) -> str | None:
    """ARN of the app of that name; AWS keeps those that are deleted in the list for a while."""
    for page in sagemaker.get_paginator("list_mlflow_apps").paginate():
        for app in page["Summaries"]:
            if app["Name"] == name and app["Status"] not in GONE:
                return str(app["Arn"])
    return None


def _has_server(sagemaker: Any, name: str) -> bool:
    pages = sagemaker.get_paginator("list_mlflow_tracking_servers").paginate()
    servers = (one for page in pages for one in page["TrackingServerSummaries"])
    return any(one["TrackingServerName"] == name for one in servers)


def _not_yet(environment: str) -> InputError:
    return InputError(f"There is no MLflow of {environment} yet: `maslow up -s {environment}`.")
