from infra.demo import stack, story
from infra.graph import Graph
from infra.hosts import sample
from infra.offline import recorded


def test_its_model_learns_from_the_records_of_the_story():
    demo = stack.stack()
    model = stack.model(demo)
    (group,) = demo.platform.features
    assert set(sample.columns()) <= set(group.features)
    assert story.load(model.target).first.target == model.target
    assert demo.platform.cloud == "embedded"


def test_a_person_approves_and_a_canary_goes_first(project):
    demo = stack.stack()
    graph: Graph = recorded(project, demo)
    assert stack.model(demo).approval == "manual"
    (endpoint,) = graph.of_type("aws:sagemaker/endpoint:Endpoint")
    blue_green = endpoint.inputs["deploymentConfig"]["blueGreenUpdatePolicy"]
    routing = blue_green["trafficRoutingConfiguration"]
    assert routing["type"] == "CANARY"
    assert routing["canarySize"] == {"type": "CAPACITY_PERCENT", "value": 25}
    assert endpoint.inputs["deploymentConfig"]["autoRollbackConfiguration"]["alarms"]
