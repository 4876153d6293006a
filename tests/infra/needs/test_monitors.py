"""What watches the monitors of an environment."""

import json
from dataclasses import replace

from infra.needs.mlops import monitors


def watched(graph):
    """The models that each watch looks after, by the name of its machine."""
    found = {}
    for machine in graph.of_type("aws:sfn/stateMachine:StateMachine"):
        states = json.loads(machine.inputs["definition"])["States"]
        if "FindRuns" in states:
            queries = states["FindRuns"]["Arguments"]["MetricDataQueries"]
            dimensions = [query["MetricStat"]["Metric"]["Dimensions"] for query in queries]
            found[machine.name] = [
                pair["Value"] for pairs in dimensions for pair in pairs if pair["Name"] == "Model"
            ]
    return found


def test_rare_monitors_beyond_what_one_watch_takes_have_another(record_like, project, monkeypatch):
    stack = project.stack("prod")
    models = tuple(
        stack.platform.models[0].model_copy(update={"name": name}) for name in ("one", "two", "six")
    )
    changed = replace(stack, platform=stack.platform.model_copy(update={"models": models}))
    monkeypatch.setattr(monitors, "MOST", 2)

    assert watched(record_like(changed)) == {
        "maslow-prod-silence-machine": ["one", "two"],
        "maslow-prod-silence-2-machine": ["six"],
    }
