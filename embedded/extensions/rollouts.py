"""UpdateEndpoint: an endpoint moves to another configuration by its deployment's steps.

Its old fleet and the new one both serve meanwhile. An alarm of the deployment's takes it back.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend, sagemaker_backends

from embedded import clock
from embedded.clock import utcnow
from embedded.extensions.deployments import Deployment, arriving, deployments
from embedded.extensions.operations import kept
from embedded.extensions.releases import is_stopped
from embedded.extensions.state_changes import endpoint_changed
from embedded.sagemaker.rollout import WHOLE, Invalid, Step, steps

EVERY_SECONDS = 60
UNDER_WAY = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")

_chance = random.SystemRandom()


@dataclass
class Rollout:
    """One endpoint's move."""

    becomes: dict[str, Any]
    """What the endpoint is like at its end."""
    deployment: Deployment
    guarded: dict[str, Any] | None
    """Its DeploymentConfig."""
    steps: Sequence[Step]
    began: datetime
    until: datetime
    """When the step that it is at ends."""
    retired: Callable[[], None]
    """Called when containers are no longer served from."""
    at: int = 0
    fleets: dict[str, int] = field(default_factory=dict)

    @property
    def step(self) -> Step:
        """The step that it is at."""
        return self.steps[self.at]

    def share(self, variant: str) -> float:
        """The part of a variant's traffic, 0 to 1, that the new fleet takes by now."""
        return self.step.taking.get(variant, 0) / self.fleets.get(variant, 1)


class _Steps:
    """The ends of steps, and the alarms of deployments each minute, once they are evaluated."""

    def next(self, after: datetime) -> datetime | None:
        """The first of these times."""
        under_way = [rollout for _, _, rollout in _under_way()]
        if not under_way:
            return None
        minute = (int(after.timestamp()) // EVERY_SECONDS + 1) * EVERY_SECONDS
        ends = [rollout.until for rollout in under_way if rollout.until > after]
        return min([datetime.fromtimestamp(minute, UTC), *ends])

    def fire(self, at: datetime) -> int:
        """Take back what an alarm stops, and go on with the others whose step has ended."""
        count = 0
        for backend, name, rollout in list(_under_way()):
            count += 1
            if is_stopped(backend, rollout.guarded):
                take_back(backend, name)
            elif rollout.until <= at:
                _go_on(backend, name, rollout)
        return count


def install() -> None:
    """Have steps end by the clock."""
    clock.current().add(_Steps())


def rollouts(backend: SageMakerModelBackend) -> dict[str, Rollout]:
    """The backend's moves that are under way, by endpoint name."""
    return kept(backend, "rollouts")


def require_settled(endpoint: FakeEndpoint) -> None:
    """Raise ValidationError for an endpoint that is being changed."""
    if endpoint.endpoint_status in UNDER_WAY:
        raise ValidationError(message=f'Cannot update in-progress endpoint "{endpoint.arn}".')


def fleets_of(variants: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many instances each variant has; a serverless one is parted in percent."""
    return {each["VariantName"]: each.get("DesiredInstanceCount") or WHOLE for each in variants}


def planned(
    endpoint: FakeEndpoint, guarded: dict[str, Any] | None, variants: Sequence[dict[str, Any]]
) -> list[Step]:
    """The steps to new variants. Raises ValidationError for a deployment that AWS refuses."""
    before = {each["VariantName"] for each in endpoint.production_variants}
    fleets = fleets_of(variants)
    try:
        found = steps(guarded, fleets)
    except Invalid as error:
        raise ValidationError(message=str(error)) from error
    if len(found) > 1 and before != fleets.keys():
        raise ValidationError(
            message="Traffic shifts step by step between variants of the same names: "
            f"{', '.join(sorted(before))}, not {', '.join(sorted(fleets))}."
        )
    return found


def begin(backend: SageMakerModelBackend, name: str, rollout: Rollout) -> None:
    """Set an endpoint off; what waits for nothing is there at once."""
    rollout.fleets = fleets_of(rollout.becomes["production_variants"])
    rollouts(backend)[name] = rollout
    arriving(backend)[name] = rollout.deployment
    if is_stopped(backend, rollout.guarded):
        take_back(backend, name)
        return
    _enter(backend, name, rollout)


def take_back(backend: SageMakerModelBackend, name: str, failure: str | None = None) -> None:
    """Have the old fleet serve all, as before the update."""
    endpoint = backend.endpoints[name]
    rollout = rollouts(backend).pop(name)
    arriving(backend).pop(name, None)
    endpoint.endpoint_status = "RollingBack"
    vars(endpoint)["pending_deployment_summary"] = None
    endpoint_changed(backend, endpoint, "ROLLING_BACK")
    vars(endpoint).update(failure_reason=failure, last_modified_time=utcnow())
    _settle(backend, endpoint, rollout)


def fleet_of(backend: SageMakerModelBackend, name: str, variant: str) -> Deployment:
    """Whose containers answer one request to a variant of an endpoint that is there.

    While an endpoint moves, the new fleet takes as much as the step lets it.
    """
    rollout = rollouts(backend).get(name)
    if rollout and _chance.random() < rollout.share(variant):
        return rollout.deployment
    return deployments(backend)[name]


def _under_way() -> Iterator[tuple[SageMakerModelBackend, str, Rollout]]:
    for _, _, each in sagemaker_backends.iter_backends():
        backend = cast("SageMakerModelBackend", each)
        for name, rollout in list(rollouts(backend).items()):
            yield backend, name, rollout


def _go_on(backend: SageMakerModelBackend, name: str, rollout: Rollout) -> None:
    rollout.at += 1
    _enter(backend, name, rollout)


def _enter(backend: SageMakerModelBackend, name: str, rollout: Rollout) -> None:
    """Begin the step that it is at, and those after one without a wait."""
    while rollout.at < len(rollout.steps):
        if rollout.step.seconds:
            rollout.until = clock.now() + timedelta(seconds=rollout.step.seconds)
            vars(backend.endpoints[name])["pending_deployment_summary"] = _summary(rollout)
            return
        rollout.at += 1
    _arrive(backend, name, rollout)


def _arrive(backend: SageMakerModelBackend, name: str, rollout: Rollout) -> None:
    endpoint = backend.endpoints[name]
    del rollouts(backend)[name]
    arriving(backend).pop(name, None)
    deployments(backend)[name] = rollout.deployment
    vars(endpoint).update(rollout.becomes)
    vars(endpoint).update(pending_deployment_summary=None, last_modified_time=utcnow())
    _settle(backend, endpoint, rollout)


def _settle(backend: SageMakerModelBackend, endpoint: FakeEndpoint, rollout: Rollout) -> None:
    endpoint.endpoint_status = "InService"
    rollout.retired()
    endpoint_changed(backend, endpoint, "IN_SERVICE")


def _summary(rollout: Rollout) -> dict[str, Any]:
    """PendingDeploymentSummary: the new fleet is there in full, and a part of it takes traffic."""
    variants = []
    for variant in rollout.becomes["production_variants"]:
        name = variant["VariantName"]
        share = rollout.share(name)
        status = {"Status": "Baking", "StartTime": utcnow()}
        told = {key: value for key, value in variant.items() if key != "VariantStatus"}
        told["CurrentWeight"] = variant["DesiredWeight"] * share
        variants.append({**told, "VariantStatus": [status]})
    return {
        "EndpointConfigName": rollout.becomes["endpoint_config_name"],
        "ProductionVariants": variants,
        "StartTime": rollout.began.replace(tzinfo=None),
    }
