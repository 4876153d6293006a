"""Steps that make models known: RegisterModel.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from embedded.sagemaker.steps.work import Work


def register(work: Work) -> Any:
    """RegisterModel: a version in the registry, whose group the step makes where there is none."""
    client, arguments = work.client("sagemaker"), work.arguments
    if group := arguments.get("ModelPackageGroupName"):
        with suppress(ClientError):  # it is there; what else is wrong with it comes up below
            client.create_model_package_group(ModelPackageGroupName=group)
    arn = client.create_model_package(**arguments)["ModelPackageArn"]
    work.note(RegisterModel={"Arn": arn})
    return client.describe_model_package(ModelPackageName=arn)
