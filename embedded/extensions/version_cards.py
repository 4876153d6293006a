"""Cards of versions in the model registry, which moto forgets.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageModelCard.html
"""

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions import model_registry
from embedded.extensions.operations import add

_created_by_moto = SageMakerResponse.create_model_package  # both are replaced below
_updated_by_moto = SageMakerResponse.update_model_package


def install() -> None:
    """Add the operations to moto's SageMaker; what `model_registry` has set is gone through."""
    add(SageMakerResponse, create_model_package, update_model_package, describe_model_package)


def create_model_package(self: SageMakerResponse) -> ActionResult:
    """CreateModelPackage, as moto's, and the card that it gives."""
    card = self._get_param("ModelCard")
    if card:
        _check(card)
    answered: ActionResult = _created_by_moto(self)
    if card:
        made: Any = answered.result
        _keep(self, made["ModelPackageArn"], card)
    return answered


def update_model_package(self: SageMakerResponse) -> ActionResult:
    """UpdateModelPackage, as moto's, and the card that it gives; another stays as it is."""
    card = self._get_param("ModelCard")
    if card:
        _check(card)
    answered: ActionResult = _updated_by_moto(self)
    if card:
        _keep(self, self._get_param("ModelPackageArn"), card)
    return answered


def describe_model_package(self: SageMakerResponse) -> ActionResult:
    """DescribeModelPackage, with the version's card if it has one."""
    answered = model_registry.describe_model_package(self)
    found: Any = answered.result
    card = vars(_package(self, found["ModelPackageArn"])).get("card")
    return ActionResult({**found, "ModelCard": card}) if card else answered


def _package(self: SageMakerResponse, arn: str) -> Any:
    return model_registry.owner(self.sagemaker_backend, arn).model_packages[arn]


def _keep(self: SageMakerResponse, arn: str, card: dict[str, str]) -> None:
    package = _package(self, arn)
    vars(package)["card"] = {**vars(package).get("card", {}), **card}


def _check(card: dict[str, str]) -> None:
    """Raise ValidationError for a card whose content is no object of JSON."""
    try:
        content = json.loads(card.get("ModelCardContent", "{}"))
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ValidationError(message="ModelCardContent is no object of JSON.")
