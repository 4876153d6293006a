"""What all stack files could ask of SageMaker at once, and whether an account's quotas allow it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from catalog.quotas import SERVICE, quotas
from infra.promotion import promotion_of
from infra.settings import StackFile
from infra.settings.mlops.model import ModelSettings

ALL = {
    "training job": "Number of instances across all training jobs",
    "spot training job": "Number of instances across all spot training jobs",
    "processing job": "Number of instances across all processing jobs",
    "endpoint": "Number of instances across active endpoints",
}
"""For each use that has one, the quota of all types together."""
ONE_ENDPOINT = "Maximum number of instances per endpoint"
ONE_TRAINING = "Maximum number of instances per training job"
PIPELINES = "Maximum number of pipelines allowed per account"
GROUPS = "Maximum number of SageMaker Model Package Groups allowed per account"
FLEETS = 2
"""A new version of an endpoint stands beside the old one before it takes over.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
"""


class Where(NamedTuple):
    """An account and a region: each has quotas of its own."""

    account: str | None
    """None where the stack file does not tell."""
    region: str


@dataclass
class Demand:
    """What is asked of one quota."""

    quota: str
    asked: int = 0
    by: list[str] = field(default_factory=list)
    """Who asks: `prod readmission`."""
    allowed: int | None = None
    """What the account has, or a new one by default; None where that is not known."""

    @property
    def code(self) -> str | None:
        """The quota's code; None where it is not known."""
        known = quotas().get(self.quota)
        return known.code if known else None

    @property
    def lacks(self) -> bool | None:
        """Whether more is asked than allowed; None where that is not known."""
        return None if self.allowed is None else self.asked > self.allowed


def demands(
    stacks: Iterable[StackFile], project: str, applied: Mapping[str, int] | None = None
) -> dict[Where, list[Demand]]:
    """What environments in AWS ask for, by account and region; what they lack comes first.

    It is what could be at once: every model is trained, every monitor runs, each endpoint has all
    the instances that it may scale to, and a new version of it as many beside them.

    `applied` is what the account has, by quota; defaults of new accounts stand in its place.
    """
    found: dict[Where, dict[str, Demand]] = {}
    for stack in stacks:
        if stack.platform.cloud == "embedded":
            continue
        here = found.setdefault(Where(stack.account, stack.region), {})
        trains = promotion_of(stack, project).origin is None
        for model in stack.platform.models:
            who = f"{stack.environment} {model.name}"
            for quota, number, together in _of(model, trains=trains):
                demand = here.setdefault(quota, Demand(quota, allowed=_allowed(quota, applied)))
                demand.asked = demand.asked + number if together else max(demand.asked, number)
                if who not in demand.by:
                    demand.by.append(who)
    return {where: sorted(each.values(), key=_order) for where, each in found.items()}


def applied(client: Callable[[str], Any]) -> dict[str, int]:
    """What the account of a client has, by quota. Raises botocore's errors."""
    pages = client("service-quotas").get_paginator("list_service_quotas")
    return {
        quota["QuotaName"]: int(quota["Value"])
        for page in pages.paginate(ServiceCode=SERVICE)
        for quota in page["Quotas"]
    }


def request(client: Callable[[str], Any], demand: Demand) -> str:
    """Ask AWS for what a demand lacks; the id of the request. Raises botocore's errors.

    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html
    """
    told = client("service-quotas").request_service_quota_increase(
        ServiceCode=SERVICE, QuotaCode=demand.code, DesiredValue=float(demand.asked)
    )
    return str(told["RequestedQuota"]["Id"])


def _of(model: ModelSettings, *, trains: bool) -> Iterator[tuple[str, int, bool]]:
    """The quotas that a model asks of, how much, and whether models' demands add up."""
    uses = {("processing job", model.processing.instance): len(model.monitor.kinds)}
    if trains:
        yield GROUPS, 1, True
        yield PIPELINES, 1, True
        if hosts := sum(model.training.instances.values()):  # pods are none
            yield ONE_TRAINING, hosts, False
        if not model.training.reserved:  # a plan's capacity is counted where it is bought
            use = "spot training job" if model.training.spot else "training job"
            for instance, number in model.training.instances.items():
                uses[use, instance] = number * model.training.at_once
                if model.training.keep_warm_minutes:
                    uses["training warm pool", instance] = number * model.training.at_once
        uses["processing job", model.processing.instance] += 1
    if model.serving.on == "sagemaker":
        yield ONE_ENDPOINT, model.serving.scale.max, False
        uses["endpoint", model.serving.instance] = FLEETS * model.serving.scale.max
    for (use, instance), number in uses.items():
        if number:
            yield f"{instance} for {use} usage", number, True
            if use in ALL:
                yield ALL[use], number, True


def _allowed(quota: str, applied: Mapping[str, int] | None) -> int | None:
    if applied is not None:
        return applied.get(quota)
    known = quotas().get(quota)
    return known.default if known else None


def _order(demand: Demand) -> tuple[int, str]:
    """What lacks first, then what is not known."""
    return {True: 0, None: 1, False: 2}[demand.lacks], demand.quota
