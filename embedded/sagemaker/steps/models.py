"""Steps that make models known, and serve them: Model, RegisterModel, EndpointConfig, Endpoint.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.steps.work import Work

UNSETTLED = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


def create(work: Work) -> Any:
    """Model: what endpoints and transform jobs are made of."""
    arguments, client = work.named("ModelName"), work.client("sagemaker")
    work.note(Model={"Arn": client.create_model(**arguments)["ModelArn"]})
    return client.describe_model(ModelName=arguments["ModelName"])


def register(work: Work) -> Any:
    """RegisterModel: a version in the registry, whose group the step makes where there is none."""
    client, arguments = work.client("sagemaker"), work.arguments
    if group := arguments.get("ModelPackageGroupName"):
        with suppress(ClientError):  # it is there; what else is wrong with it comes up below
            client.create_model_package_group(ModelPackageGroupName=group)
    arn = client.create_model_package(**arguments)["ModelPackageArn"]
    work.note(RegisterModel={"Arn": arn})
    return client.describe_model_package(ModelPackageName=arn)


def configure(work: Work) -> Any:
    """EndpointConfig: what an endpoint is to serve; a name that the step gives it is its own."""
    client, given = work.client("sagemaker"), work.arguments
    arguments = {"EndpointConfigName": work.name(), **given}
    made = client.create_endpoint_config(**arguments)
    work.note(EndpointConfig={"Arn": made["EndpointConfigArn"]})
    return client.describe_endpoint_config(EndpointConfigName=arguments["EndpointConfigName"])


def deploy(work: Work) -> Any:
    """Endpoint: create it, or move the one of that name, and wait until it serves."""
    client, arguments = work.client("sagemaker"), {"EndpointName": work.name(), **work.arguments}
    name = arguments["EndpointName"]

    def settled() -> dict[str, Any] | None:
        found: dict[str, Any] = client.describe_endpoint(EndpointName=name)
        return None if found["EndpointStatus"] in UNSETTLED else found

    known = client.list_endpoints(NameContains=name)["Endpoints"]
    if name in [one["EndpointName"] for one in known]:
        arguments.pop("Tags", None)
        made = client.update_endpoint(**arguments)
    else:
        made = client.create_endpoint(**arguments)
    work.note(Endpoint={"Arn": made["EndpointArn"]})
    found = work.poll(settled, at_stop=lambda: None)
    if found["EndpointStatus"] != "InService":
        raise JobFailed(found.get("FailureReason") or f"The endpoint is {found['EndpointStatus']}.")
    if found["EndpointConfigName"] != arguments["EndpointConfigName"]:
        raise JobFailed(found.get("FailureReason") or "The endpoint was rolled back.")
    return found
