"""Lake Formation's settings and the places that it looks after, as strictly as AWS has them.

https://docs.aws.amazon.com/lake-formation/latest/APIReference/
"""

import json
from typing import Any

from moto.lakeformation import urls
from moto.lakeformation.exceptions import AlreadyExists, EntityNotFound, InvalidInput
from moto.lakeformation.models import LakeFormationBackend
from moto.lakeformation.responses import LakeFormationResponse

from embedded.extensions.operations import add, kept

MOST_ADMINS = 30
"""https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html"""
TOLD = ("RoleArn", "HybridAccessEnabled", "WithFederation", "WithPrivilegedAccess")
"""What is kept of a place."""


def install() -> None:
    """Add the operations to moto's Lake Formation."""
    add(
        LakeFormationResponse,
        put_data_lake_settings,
        register_resource,
        update_resource,
        describe_resource,
        deregister_resource,
        list_resources,
    )
    urls.url_paths["{0}/UpdateResource$"] = LakeFormationResponse.dispatch


def put_data_lake_settings(self: LakeFormationResponse) -> str:
    """PutDataLakeSettings: what is not named is forgotten."""
    settings = self._get_param("DataLakeSettings")
    if len(settings.get("DataLakeAdmins", [])) > MOST_ADMINS:
        raise InvalidInput(f"A data lake has at most {MOST_ADMINS} administrators.")
    catalog = self._get_param("CatalogId") or self.current_account
    self.lakeformation_backend.put_data_lake_settings(catalog, settings)
    return "{}"


def register_resource(self: LakeFormationResponse) -> str:
    """RegisterResource, by a role of one's own or by the service's."""
    arn, role = self._get_param("ResourceArn"), self._get_param("RoleArn")
    if bool(role) is bool(self._get_param("UseServiceLinkedRole")):
        raise InvalidInput("Either a role or the service-linked role registers a resource.")
    if arn in places(self.lakeformation_backend):
        raise AlreadyExists("Resource is already registered")
    places(self.lakeformation_backend)[arn] = {"ResourceArn": arn, **_told(self)}
    return "{}"


def update_resource(self: LakeFormationResponse) -> str:
    """UpdateResource: what is not named stays."""
    place = _place(self)
    place.update(_told(self))
    return "{}"


def describe_resource(self: LakeFormationResponse) -> str:
    """DescribeResource."""
    return json.dumps({"ResourceInfo": _place(self)})


def deregister_resource(self: LakeFormationResponse) -> str:
    """DeregisterResource."""
    del places(self.lakeformation_backend)[_place(self)["ResourceArn"]]
    return "{}"


def list_resources(self: LakeFormationResponse) -> str:
    """ListResources, all on one page."""
    return json.dumps({"ResourceInfoList": [*places(self.lakeformation_backend).values()]})


def places(backend: LakeFormationBackend) -> dict[str, Any]:
    """What is registered, by its ARN."""
    return kept(backend, "places")


def _place(response: LakeFormationResponse) -> dict[str, Any]:
    arn = response._get_param("ResourceArn")  # noqa: SLF001  moto's responses use it so
    if arn not in places(response.lakeformation_backend):
        raise EntityNotFound
    found: dict[str, Any] = places(response.lakeformation_backend)[arn]
    return found


def _told(response: LakeFormationResponse) -> dict[str, Any]:
    given = {each: response._get_param(each) for each in TOLD}  # noqa: SLF001
    return {key: value for key, value in given.items() if value is not None}
