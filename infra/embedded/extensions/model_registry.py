"""SageMaker's model registry: deletion of model packages and groups, and the groups' policies.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html
"""

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ConflictException, ValidationError
from moto.sagemaker.responses import SageMakerResponse

from infra.embedded.extensions.operations import add, kept

POLICIES = "model_package_group_policies"


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        delete_model_package,
        delete_model_package_group,
        delete_model_package_group_policy,
        get_model_package_group_policy,
        put_model_package_group_policy,
    )


def delete_model_package(self: SageMakerResponse) -> ActionResult:
    """DeleteModelPackage, by name or ARN."""
    backend = self.sagemaker_backend
    name = self._get_param("ModelPackageName")
    arn = backend.model_package_name_mapping.get(name)
    if arn not in backend.model_packages:
        raise ValidationError(message=f"ModelPackage {name} does not exist.")
    del backend.model_packages[arn]
    backend.model_package_name_mapping = {
        alias: target
        for alias, target in backend.model_package_name_mapping.items()
        if target != arn
    }
    return EmptyResult()


def delete_model_package_group(self: SageMakerResponse) -> ActionResult:
    """DeleteModelPackageGroup; a group that still has packages is refused, as on AWS."""
    backend = self.sagemaker_backend
    name = self._get_param("ModelPackageGroupName")
    backend.describe_model_package_group(name)
    packages = backend.model_packages.values()
    if any(package.model_package_group_name == name for package in packages):
        raise ConflictException(
            f"Model Package Group {name} cannot be deleted because it contains Model Packages."
        )
    del backend.model_package_groups[name]
    return EmptyResult()


def put_model_package_group_policy(self: SageMakerResponse) -> ActionResult:
    """PutModelPackageGroupPolicy: who of another account may use the group."""
    group = self.sagemaker_backend.describe_model_package_group(
        self._get_param("ModelPackageGroupName")
    )
    policies = kept(self.sagemaker_backend, POLICIES)
    policies[group.model_package_group_name] = self._get_param("ResourcePolicy")
    return ActionResult({"ModelPackageGroupArn": group.arn})


def get_model_package_group_policy(self: SageMakerResponse) -> ActionResult:
    """GetModelPackageGroupPolicy."""
    name = self._get_param("ModelPackageGroupName")
    policies = kept(self.sagemaker_backend, POLICIES)
    if name not in policies:
        raise ValidationError(message=f"Cannot find resource policy for {name}.")
    return ActionResult({"ResourcePolicy": policies[name]})


def delete_model_package_group_policy(self: SageMakerResponse) -> ActionResult:
    """DeleteModelPackageGroupPolicy."""
    kept(self.sagemaker_backend, POLICIES).pop(self._get_param("ModelPackageGroupName"), None)
    return EmptyResult()
