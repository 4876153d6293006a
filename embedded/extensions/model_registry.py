"""SageMaker's model registry: deletion of model packages and groups, and groups of other accounts.

A group of another account is asked for by its ARN, and answers those whom its policy lets in.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteModelPackageGroup.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html
"""

import json
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ConflictException, ValidationError
from moto.sagemaker.models import SageMakerModelBackend, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.operations import add, kept

POLICIES = "model_package_group_policies"

_described_by_moto = SageMakerResponse.describe_model_package  # both are replaced below
_listed_by_moto = SageMakerResponse.list_model_packages


class AccessDenied(JsonRESTError):
    """A group of another account that is not open to the caller's."""

    def __init__(self, account: str, action: str, arn: str) -> None:
        super().__init__(
            "AccessDeniedException",
            f"User: arn:aws:iam::{account}:root is not authorized to perform: {action} on "
            f"resource: {arn} because no resource-based policy allows the {action} action",
        )


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        delete_model_package,
        delete_model_package_group,
        delete_model_package_group_policy,
        describe_model_package,
        get_model_package_group_policy,
        list_model_packages,
        put_model_package_group_policy,
    )


def owner(backend: SageMakerModelBackend, name: str) -> SageMakerModelBackend:
    """The backend that a group or a package lives in: another account's, if its ARN says so."""
    if not name.startswith("arn:"):
        return backend
    region, account = name.split(":")[3:5]
    return sagemaker_backends[account][region]


def require_open(backend: SageMakerModelBackend, arn: str, action: str) -> None:
    """Refuse a caller whose account the policy of a group does not let in, for itself or a package.

    Which of an account's roles are let in is not told apart: no call to the embedded AWS is one of
    a role. Raises moto's ValidationError for a group that is not there, and AccessDenied.
    """
    there = owner(backend, arn)
    if there is backend:
        return
    group = arn.split("/")[1]
    there.describe_model_package_group(group)
    policy = json.loads(kept(there, POLICIES).get(group, '{"Statement": []}'))
    if not any(_allows(each, backend.account_id, action, arn) for each in policy["Statement"]):
        raise AccessDenied(backend.account_id, action, arn)


def describe_model_package(self: SageMakerResponse) -> ActionResult:
    """DescribeModelPackage, of another account as well."""
    return _abroad(self, "ModelPackageName", _described_by_moto, "DescribeModelPackage")


def list_model_packages(self: SageMakerResponse) -> ActionResult:
    """ListModelPackages, of a group of another account as well."""
    return _abroad(self, "ModelPackageGroupName", _listed_by_moto, "ListModelPackages")


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
    kept(backend, POLICIES).pop(name, None)
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


def _abroad(self: SageMakerResponse, parameter: str, answer: Any, operation: str) -> ActionResult:
    """What moto answers, from the account that the ARN in a parameter names."""
    backend = self.sagemaker_backend
    name = self._get_param(parameter) or ""
    require_open(backend, name, f"sagemaker:{operation}")
    self.current_account = owner(backend, name).account_id
    answered: ActionResult = answer(self)
    return answered


def _allows(statement: dict[str, Any], account: str, action: str, arn: str) -> bool:
    def fits(part: str, value: str) -> bool:
        patterns = statement[part]
        patterns = [patterns] if isinstance(patterns, str) else patterns
        return any(fnmatchcase(value, pattern) for pattern in patterns)

    return (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"AWS": f"arn:aws:iam::{account}:root"}
        and fits("Action", action)
        and fits("Resource", arn)
    )
