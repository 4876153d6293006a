"""The dashboards of an environment: one of each model, and one of as many as one can show."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.common.iam import Json, rendered
from components.mlops.dashboards.body import (
    MOST_MODELS,
    ServedModel,
    environment_body,
    model_body,
)
from components.mlops.dashboards.dashboard import Dashboard
from components.mlops.kubernetes_serving.alarms import FAILURES, NAMESPACE
from components.mlops.loop.loop import Loop
from components.mlops.monitoring.job_request import MonitorKind
from components.mlops.rollout import ALL_TRAFFIC
from infra.needs.mlops.serving import Served
from infra.needs.model_context import ModelContext
from infra.needs.need import Need
from infra.settings.mlops.model import ModelSettings

ALL = "all_models"
"""What the dashboard of all models is called; no model is, for their names have no `_`.

Where there are more than one shows, the second one's name goes on with `_2`.
"""

Shown = dict[str, Any]
"""A `ServedModel` whose values may be outputs."""


def shown(
    model: ModelSettings,
    context: ModelContext,
    endpoint: Served,
    alarms: Mapping[str, pulumi.Output[str]],
    loop: Loop | None,
) -> Shown:
    """What dashboards show of a model; `alarms` are those of its monitors, by their kind."""
    env = context.env
    names = [*endpoint.alarm_names, *alarms.values()]
    arns = [
        pulumi.Output.concat(f"arn:aws:cloudwatch:{env.region}:", env.account_id, ":alarm:", name)
        for name in names
    ]
    one: Shown = {
        "name": model.name,
        "endpoint": endpoint.name,
        "variant": ALL_TRAFFIC,
        "monitors": [MonitorKind(kind) for kind in alarms],
        "alarm_arns": arns,
    }
    if model.serving.on == "kubernetes":
        one |= {"namespace": NAMESPACE, "failures": FAILURES}
    return one | ({"loop_arn": loop.state_machine_arn} if loop else {})


def declare_dashboards(models: Sequence[Shown], context: ModelContext, need: Need) -> None:
    """Declare a dashboard of each model, and one of the environment for each 200 of them."""
    env = context.env
    declared = env.component(Dashboard)
    region = env.region

    def of_one(model: ServedModel) -> Json:
        return model_body(model, region)

    def of_all(models: list[ServedModel], queue_arn: str) -> Json:
        return environment_body(models, queue_arn.rpartition(":")[2], region)

    for model in models:
        name = env.names(model["name"])
        declared(
            env.names(model["name"], "dashboard"),
            {"dashboard_name": name, "body": rendered(of_one, model=model)},
            need.child_options(model["name"]),
        )
    queue_arn = context.foundation.need.guards.dead_letter_arn
    for number, begin in enumerate(range(0, len(models), MOST_MODELS), 1):
        page = [] if number == 1 else [str(number)]
        declared(
            env.names("dashboard", *page),
            {
                "dashboard_name": env.names("_".join([ALL, *page])),
                "body": rendered(
                    of_all, models=[*models[begin : begin + MOST_MODELS]], queue_arn=queue_arn
                ),
            },
            need.child_options(),
        )
