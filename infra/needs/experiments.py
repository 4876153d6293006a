"""The part of need 3 that keeps what trainings tried: managed MLflow."""

from collections.abc import Mapping

import pulumi

from components.foundation.keys.key import DataClass
from components.platform.experiments.experiments import (
    Experiments,
    ExperimentsArgs,
    Kind,
    PersonArgs,
    Size,
)
from infra.environment import Environment
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings

NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within IAM's 64 characters for a role."""


def declare_experiments(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    people: Mapping[str, pulumi.Output[str]],
    need: Need,
) -> Experiments | None:
    """Declare what keeps experiments, and who works with it; None where nothing does.

    `people` are the ARNs of the personas' roles, by persona.
    """
    experiments = settings.experiments
    if experiments is None:
        return None
    kind = Kind(experiments.kind_in(env.region, settings.network.egress))
    args: ExperimentsArgs = {
        "kind": kind,
        "mlflow_name": env.names("experiments"),
        "people": {
            persona: PersonArgs(role=_role_name(people[persona]), changes=changes)
            for persona, changes in experiments.people_of(people).items()
        },
        "key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
        "log_bucket": foundation.access_logs.bucket,
        "durability": env.durability,
        "account_id": env.account_id,
        "region": env.region,
    }
    if experiments.size:
        args["size"] = Size(experiments.size.capitalize())
    if experiments.artifact_days:
        args["expire_days"] = experiments.artifact_days
    made = env.component(Experiments)(
        env.names("experiments", limit=NAME_LIMIT), args, need.child_options()
    )
    pulumi.export("experiments", {kind.value: made.arn, "artifacts": made.bucket})
    return made


def _role_name(arn: pulumi.Output[str]) -> pulumi.Output[str]:
    return arn.apply(lambda text: text.rpartition("/")[2])
