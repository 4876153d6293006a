import pytest

from catalog.kubernetes_kinds import RELEASE
from embedded.lifecycle import Refused
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation
from tests.infra.hosts.kubernetes_program import Settings, cluster, declare


@pytest.fixture(scope="module")
def server(cloud):
    return cluster(cloud)


class Stack:
    def __init__(self, cloud, server: str) -> None:
        self.resources = Resources(cloud)
        self.host = InProcessHost(self.resources, Run(stack="dev"), cloud.environment)
        self.server = server

    def up(self, **settings):
        return self.host.up(lambda: declare(Settings(server=self.server, **settings)))

    @property
    def files(self) -> set[str]:
        folder = self.resources.clusters.folder
        assert folder
        return {str(each.relative_to(folder)) for each in folder.rglob("*.yaml")}


@pytest.fixture
def stack(cloud, server):
    running = Stack(cloud, server)
    yield running
    running.host.destroy()


def test_a_stack_on_kubernetes_lives_from_the_first_pass_to_its_destruction(stack):
    first = stack.up()
    assert first.changes == {Operation.CREATE: 6}
    assert first.outputs["release"].startswith("kueue-")
    secret = first.outputs["secret"]
    assert stack.resources.not_emulated == {RELEASE: 1}
    (queue,) = (held.id for held in stack.host.held.values() if held.name == "queue")
    assert stack.files == {
        "ml/_cluster/customresourcedefinition.apiextensions.k8s.io-queues.example.com.yaml",
        "ml/_cluster/namespace-kueue-system.yaml",
        "ml/_cluster/namespace-oncology.yaml",
        "ml/oncology/deployment.apps-api.yaml",
        f"ml/oncology/queue.example.com-{queue.partition('/')[2]}.yaml",
        f"ml/oncology/secret-{secret}.yaml",
    }

    assert stack.up().changes == {Operation.SAME: 6}
    scaled = stack.up(replicas=3)
    assert scaled.changes == {Operation.SAME: 5, Operation.UPDATE: 1}
    assert scaled.outputs["secret"] == secret
    assert stack.up(replicas=3, app="web").changes == {Operation.SAME: 5, Operation.REPLACE: 1}

    assert stack.host.destroy() == 6
    assert stack.files == {"ml/_cluster/namespace-kueue-system.yaml"}
    assert not stack.resources.not_emulated


def test_what_the_cluster_refuses_is_told_by_the_resources_name(stack):
    with pytest.raises(Refused, match=r"Deployment api: spec\.replica is no field"):
        stack.up(fields={"replica": 3})


def test_a_cluster_that_is_elsewhere_is_unreachable(stack):
    stack.server = "https://elsewhere"
    with pytest.raises(Refused, match="the cluster ml is not at https://elsewhere"):
        stack.up()
