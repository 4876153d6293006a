"""How each endpoint of a graph really moves to a new version, in a sentence."""

import math
from collections import defaultdict

from catalog.instances import family_of
from infra.graph import Graph, Resource

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
NAMED = 3
"""How many endpoints that move alike are named before the rest are counted."""


def rollouts(graph: Graph) -> list[str]:
    """One sentence for each way in which endpoints move, with the names of those that do."""
    configurations = {resource.urn: resource for resource in graph.of_type(CONFIGURATION)}
    alike: dict[str, list[str]] = defaultdict(list)
    for endpoint in graph.of_type(ENDPOINT):
        used = [configurations[urn] for urn in endpoint.dependencies if urn in configurations]
        if len(used) == 1 and (sentence := _sentence(endpoint, used[0])):
            alike[sentence].append(endpoint.inputs.get("name", endpoint.name))
    return [f"{sentence} ({_listed(names)})." for sentence, names in alike.items()]


def _sentence(endpoint: Resource, configuration: Resource) -> str:
    """Empty for an endpoint of a team's own that the platform would not declare like that."""
    variant = configuration.inputs["productionVariants"][0]
    instances, type_ = variant.get("initialInstanceCount"), variant.get("instanceType")
    deployment = endpoint.inputs.get("deploymentConfig")
    if not (instances and type_):
        return ""
    if deployment is None:
        why = "" if family_of(type_).guardrails else f": {type_} has no deployment guardrails"
        return f"A new version takes all traffic at once, and no alarm takes it back{why}"
    policy = deployment.get("blueGreenUpdatePolicy", {})
    match policy.get("trafficRoutingConfiguration"):
        case {"type": "ALL_AT_ONCE"}:
            why = " (one instance has no canary)" if instances == 1 else ""
            return (
                f"A new version takes all traffic at once{why}; for "
                f"{policy.get('terminationWaitInSeconds', 0) // 60} minutes alarms take it back"
            )
        case {
            "type": "CANARY",
            "canarySize": {"type": "CAPACITY_PERCENT", "value": percent},
            "waitIntervalInSeconds": seconds,
        }:
            return (
                f"A new version takes the traffic of {_canary(instances, percent)} first; for "
                f"{seconds // 60} minutes alarms take it back"
            )
    return ""


def _canary(instances: int, percent: int) -> str:
    """The instances of a canary. SageMaker's pages don't say which way it rounds."""
    exact = instances * percent / 100
    fewest, most = max(1, math.floor(exact)), max(1, math.ceil(exact))
    if fewest != most:
        return f"{fewest} or {most} of {instances} instances"
    if fewest == exact:
        return f"{fewest} of {instances} instances"
    return f"{fewest} of {instances} instances ({round(100 / instances)}%, not {percent}%)"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
