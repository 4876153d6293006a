"""What each committed environment and its models may cost, as their stack files say."""

from infra.graph import Graph
from infra.project import Project

BUDGET = "aws:budgets/budget:Budget"


def test_every_budget_of_a_stack_file_is_one_in_aws(project: Project, either_pass: Graph) -> None:
    settings = project.stack(either_pass.stack).platform
    whole = {f"maslow-{either_pass.stack}-budget-monthly"} if settings.budget else set()
    wanted = whole | {
        f"maslow-{either_pass.stack}-{model.name}-budget-monthly"
        for model in settings.models
        if model.budget
    }
    teams = settings.studio.teams if settings.studio else {}
    wanted |= {
        f"maslow-{either_pass.stack}-studio-{name}-budget-monthly"
        for name, team in teams.items()
        if team.budget
    }
    assert {budget.name for budget in either_pass.of_type(BUDGET)} == wanted


def test_budgets_count_by_tags_that_their_resources_bear(project: Project, graph: Graph) -> None:
    settings = project.stack(graph.stack).platform
    if settings.budget:
        whole = graph.one(BUDGET, f"maslow-{graph.stack}-budget-monthly").inputs
        tag = [{"name": "TagKeyValue", "values": [f"user:maslow:environment${graph.stack}"]}]
        by_tag = settings.budget.covers == "environment"
        assert whole.get("costFilters") == (tag if by_tag else None)
    for model in settings.models:
        if model.budget:
            made = graph.one(BUDGET, f"maslow-{graph.stack}-{model.name}-budget-monthly").inputs
            assert made["costFilters"][0]["values"] == [f"user:maslow:model${model.name}"]
    for name, team in settings.studio.teams.items() if settings.studio else ():
        if team.budget:
            name_of = f"maslow-{graph.stack}-studio-{name}-budget-monthly"
            made = graph.one(BUDGET, name_of).inputs
            assert made["costFilters"][0]["values"] == [f"user:maslow:team${name}"]


def test_anomalies_are_told_where_a_stack_file_says_from_how_much(
    project: Project, graph: Graph
) -> None:
    budget = project.stack(graph.stack).platform.budget
    told = [
        subscription.inputs["thresholdExpression"]["dimension"]["values"]
        for subscription in graph.of_type(
            "aws:costexplorer/anomalySubscription:AnomalySubscription"
        )
    ]
    least = budget.anomaly_usd if budget else None
    assert told == ([[f"{least:g}"]] if least else [])


def test_an_account_of_an_organization_watches_by_a_monitor_of_its_own(
    project: Project, graph: Graph
) -> None:
    settings = project.stack(graph.stack).platform
    account = settings.accounts.get(graph.stack)
    told = graph.of_type("aws:costexplorer/anomalySubscription:AnomalySubscription")
    made = graph.of_type("aws:costexplorer/anomalyMonitor:AnomalyMonitor")
    one_of_several = len(set(settings.accounts.values())) > 1
    assert len(made) == (0 if one_of_several else len(told)), "AWS takes one by tag of the payer"
    if one_of_several:
        beginning = f"arn:aws:ce::{account}:anomalymonitor/"
        assert all(each.inputs["monitorArnLists"][0].startswith(beginning) for each in told)


def test_every_tag_of_an_environment_is_activated_where_that_is_asked_for(
    project: Project, graph: Graph
) -> None:
    settings = project.stack(graph.stack).platform
    activates = settings.budget and settings.budget.activate_tags
    own = {"maslow:project", "maslow:environment", "maslow:owner", "maslow:need", "maslow:model"}
    if settings.studio:
        own.add("maslow:team")
    activated = {
        tag.inputs["tagKey"]
        for tag in graph.of_type("aws:costexplorer/costAllocationTag:CostAllocationTag")
    }
    assert activated == (own | settings.tags.keys() if activates else set())
