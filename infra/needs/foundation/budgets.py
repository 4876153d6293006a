"""What an environment, its models and the teams of Studio may cost, and who is notified of it."""

from components.foundation.alerts.alerts import AlertTopics
from components.foundation.cost.budget import Budget, BudgetArgs, CostTag
from components.foundation.cost.cost_anomalies import CostAnomalies, CostAnomaliesArgs
from components.foundation.cost.cost_tags import CostTags
from infra.environment import Environment
from infra.needs.model_context import NAME_LIMIT
from infra.needs.need import Need
from infra.needs.tags import MODEL, NEED, TEAM
from infra.settings import PlatformSettings
from infra.settings.foundation.budget import Budget as BudgetSettings
from infra.settings.foundation.budget import Spending


def declare(settings: PlatformSettings, env: Environment, need: Need, topics: AlertTopics) -> None:
    """Declare the budgets, the watch for anomalies, and the activation of tags."""
    environment: CostTag = {"key": "maslow:environment", "value": env.names.environment}
    teams = settings.studio.teams if settings.studio else {}
    if settings.budget:
        told_apart = {NEED, MODEL, *([TEAM] if teams else [])}
        _of_environment(settings.budget, env, need, topics, environment, told_apart)
    for model in settings.models:
        if model.budget:
            env.component(Budget)(
                env.names(model.name, "budget", limit=NAME_LIMIT),
                {**_spending(model.budget, topics), "tag": {"key": MODEL, "value": model.name}},
                need.child_options(model.name),
            )
    for name, team in teams.items():
        if team.budget:
            env.component(Budget)(
                env.names("studio", name, "budget", limit=NAME_LIMIT),
                {**_spending(team.budget, topics), "tag": {"key": TEAM, "value": name}},
                need.child_options(),
            )


def _of_environment(
    budget: BudgetSettings,
    env: Environment,
    need: Need,
    topics: AlertTopics,
    environment: CostTag,
    told_apart: set[str],
) -> None:
    args = _spending(budget, topics)
    if budget.covers == "environment":
        args["tag"] = environment
    env.component(Budget)(env.names("budget"), args, need.child_options())
    if budget.anomaly_usd:
        watched: CostAnomaliesArgs = {
            "least_usd": budget.anomaly_usd,
            "topic_arn": topics["warning"],
            "tag": environment,
        }
        if budget.anomaly_monitor:
            watched["monitor_arn"] = budget.anomaly_monitor
        env.component(CostAnomalies)(env.names("cost-anomalies"), watched, need.child_options())
    if budget.activate_tags:
        keys = sorted({*env.tags, *told_apart})
        env.component(CostTags)(env.names("cost-tags"), {"keys": keys}, need.child_options())


def _spending(budget: Spending, topics: AlertTopics) -> BudgetArgs:
    return {
        "monthly_usd": budget.monthly_usd,
        "alert_at": list(budget.alert_at),
        "alert_topics": topics,
    }
