"""What an environment and its models may cost, and who is notified of it."""

from components.foundation.alerts.alerts import AlertTopics
from components.foundation.cost.budget import Budget, BudgetArgs, CostTag
from components.foundation.cost.cost_anomalies import CostAnomalies, CostAnomaliesArgs
from components.foundation.cost.cost_tags import CostTags
from infra.environment import Environment
from infra.needs.model_context import NAME_LIMIT
from infra.needs.need import Need
from infra.needs.tags import MODEL, NEED
from infra.settings import PlatformSettings
from infra.settings.foundation.budget import Budget as BudgetSettings
from infra.settings.foundation.budget import Spending


def declare(settings: PlatformSettings, env: Environment, need: Need, topics: AlertTopics) -> None:
    """Declare the budgets, the watch for anomalies, and the activation of tags."""
    environment: CostTag = {"key": "maslow:environment", "value": env.names.environment}
    if settings.budget:
        _of_environment(settings.budget, env, need, topics, environment)
    for model in settings.models:
        if model.budget:
            env.component(Budget)(
                env.names(model.name, "budget", limit=NAME_LIMIT),
                {**_spending(model.budget, topics), "tag": {"key": MODEL, "value": model.name}},
                need.child_options(model.name),
            )


def _of_environment(
    budget: BudgetSettings,
    env: Environment,
    need: Need,
    topics: AlertTopics,
    environment: CostTag,
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
        keys = sorted({*env.tags, NEED, MODEL})
        env.component(CostTags)(env.names("cost-tags"), {"keys": keys}, need.child_options())


def _spending(budget: Spending, topics: AlertTopics) -> BudgetArgs:
    return {
        "monthly_usd": budget.monthly_usd,
        "alert_at": list(budget.alert_at),
        "alert_topics": topics,
    }
