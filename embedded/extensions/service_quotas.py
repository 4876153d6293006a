"""SageMaker's quotas by Service Quotas: what a new account has, and requests for more.

A request is kept as pending, since whether AWS grants it is nobody's to say.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html
"""

import uuid
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.servicequotas.responses import ServiceQuotasResponse

from catalog.quotas import SERVICE
from catalog.quotas import quotas as known
from embedded import clock
from embedded.extensions.operations import add, kept, paged

PENDING = "PENDING"


class NoSuchResource(ServiceException):
    """The service or the quota is not there."""

    code = "NoSuchResourceException"


class IllegalArgument(ServiceException):
    """What is asked for is not more than there is."""

    code = "IllegalArgumentException"


class ResourceExists(ServiceException):
    """A request for the quota is open already."""

    code = "ResourceAlreadyExistsException"


def install() -> None:
    """Add the operations to moto's Service Quotas."""
    moto_gets = getattr(
        ServiceQuotasResponse, "maslow_gets", ServiceQuotasResponse.get_service_quota
    )
    ServiceQuotasResponse.maslow_gets = moto_gets  # type: ignore[attr-defined]
    add(
        ServiceQuotasResponse,
        get_service_quota,
        list_requested_service_quota_change_history,
        list_service_quotas,
        request_service_quota_increase,
    )


def list_service_quotas(self: ServiceQuotasResponse) -> ActionResult:
    """ListServiceQuotas: those of SageMaker whose value is known."""
    _require(self._get_param("ServiceCode"))
    entries = [
        _described(self, name) for name, quota in known().items() if quota.default is not None
    ]
    return paged(self, "Quotas", entries, "QuotaCode")


def get_service_quota(self: ServiceQuotasResponse) -> Any:
    """GetServiceQuota; of other services as moto has it."""
    if self._get_param("ServiceCode") != SERVICE:
        return self.maslow_gets()  # type: ignore[attr-defined]
    return ActionResult({"Quota": _described(self, _name(self))})


def request_service_quota_increase(self: ServiceQuotasResponse) -> ActionResult:
    """RequestServiceQuotaIncrease."""
    _require(self._get_param("ServiceCode"))
    name, wanted = _name(self), float(self._get_param("DesiredValue"))
    requests = kept(self.backend, "maslow_requests")
    has = known()[name].default or 0
    if wanted <= has:
        raise IllegalArgument(
            f"You must provide a quota value greater than the current quota value {has}."
        )
    if any(each["QuotaName"] == name for each in requests.values()):
        raise ResourceExists("Only one open service quota increase request is allowed per quota.")
    id_ = uuid.uuid4().hex
    told = _described(self, name)
    requests[id_] = {
        **{key: told[key] for key in ("ServiceCode", "QuotaCode", "QuotaName", "QuotaArn", "Unit")},
        "Id": id_,
        "DesiredValue": wanted,
        "Status": PENDING,
        "Created": clock.now(),
    }
    return ActionResult({"RequestedQuota": requests[id_]})


def list_requested_service_quota_change_history(self: ServiceQuotasResponse) -> ActionResult:
    """ListRequestedServiceQuotaChangeHistory."""
    requests = [*kept(self.backend, "maslow_requests").values()]
    return paged(self, "RequestedQuotas", requests, "Id")


def _described(response: ServiceQuotasResponse, name: str) -> dict[str, Any]:
    quota, backend = known()[name], response.backend
    arn = f"arn:aws:servicequotas:{backend.region_name}:{backend.account_id}:{SERVICE}/{quota.code}"
    return {
        "ServiceCode": SERVICE,
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": arn,
        "QuotaCode": quota.code,
        "QuotaName": name,
        "Value": float(quota.default or 0),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _name(response: ServiceQuotasResponse) -> str:
    code = response._get_param("QuotaCode")  # noqa: SLF001  moto's responses use it so
    for name, quota in known().items():
        if quota.code == code:
            return name
    raise NoSuchResource(f"The quota {code} is not one of {SERVICE}.")


def _require(service: str) -> None:
    if service != SERVICE:
        raise NoSuchResource(f"The embedded AWS knows no quotas of {service}.")
