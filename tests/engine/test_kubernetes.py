import json
from pathlib import Path

import pytest

from catalog.kubernetes_kinds import RELEASE
from infra.automation import EngineFailed
from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation, Phase
from tests.infra.hosts.kubernetes_program import cluster

pytestmark = pytest.mark.engine

HOSTS = Path(__file__).parents[1] / "infra" / "hosts"
PROGRAM = f"""
import sys

import pulumi

sys.path.insert(0, {str(HOSTS)!r})  # a package called tests may be installed, too
from kubernetes_program import declare

declare(pulumi.Config().require_object("settings"))
"""


@pytest.fixture
def stack(cloud, resources, tmp_path):
    for folder in ("infra", "stacks"):
        (tmp_path / folder).mkdir()
    project = "name: small\nruntime: python\nmain: infra\nstackConfigDir: stacks\n"
    (tmp_path / "Pulumi.yaml").write_text(project)
    (tmp_path / "infra" / "__main__.py").write_text(PROGRAM)
    return Stack(cloud, resources, tmp_path)


class Stack:
    def __init__(self, cloud, resources, root):
        self.cloud, self.resources, self.root = cloud, resources, root
        self.file = root / "stacks" / "Pulumi.local.yaml"
        self.server = cluster(cloud)

    def settings(self, **settings):
        config = {"small:settings": {"server": self.server, **settings}}
        self.file.write_text(json.dumps({"config": config}))

    def up(self, host, **settings):
        self.settings(**settings)
        host.configure(self.file)
        steps = []
        host.engine.up(steps.append)
        return {
            (step.operation, step.name)
            for step in steps
            if step.phase is Phase.DONE and step.operation is not Operation.SAME
        }


def test_a_stack_on_kubernetes_lives_under_the_engine_from_preview_to_destroy(stack):
    stack.settings()
    with EngineHost(stack.cloud, stack.resources, stack.file, root=stack.root) as host:
        previewed = host.engine.preview()
        assert previewed.changes == {Operation.CREATE: 8}  # a stack and a provider among them
        assert not stack.resources.not_emulated

        outputs = host.engine.up().outputs
        assert outputs["release"].startswith("kueue-")
        assert stack.resources.not_emulated == {RELEASE: 1}
        state = json.dumps(host.engine.outputs())
        assert "sesame" not in state
        assert host.engine.up().unchanged

        assert stack.up(host, replicas=3) == {(Operation.UPDATE, "api")}
        replaced = stack.up(host, replicas=3, app="web")
        assert (Operation.REPLACE, "api") in replaced
        with pytest.raises(EngineFailed, match="replica is no field"):
            stack.up(host, fields={"replica": 3})

        stack.settings()
        host.configure(stack.file)
        host.engine.destroy()
        assert not stack.resources.not_emulated
        kept = [str(each.name) for each in stack.resources.clusters.folder.rglob("*.yaml")]
        assert kept == ["namespace-kueue-system.yaml"]
