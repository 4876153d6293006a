"""The hooks around an endpoint's update, run by Pulumi's real engine."""

import json

import pytest

from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.automation import EngineFailed
from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation
from tests.served_endpoint import NAME, Served

pytestmark = pytest.mark.engine

PROJECT = """
name: released
runtime: python
main: infra
stackConfigDir: stacks
"""

PROGRAM = """
import json
from pathlib import Path

from components.mlops.endpoint import Endpoint

Endpoint("screening", json.loads(Path("{args}").read_text()))
"""


class Release(Served):
    def __init__(self, cloud, root):
        super().__init__(cloud)
        self.file = root / "args.json"
        for folder in ("infra", "stacks"):
            (root / folder).mkdir()
        (root / "Pulumi.yaml").write_text(PROJECT)
        (root / "infra" / "__main__.py").write_text(PROGRAM.format(args=self.file))
        (root / "stacks" / "Pulumi.dev.yaml").write_text("config: {}")
        self.engine = None

    def wants(self, version, **changes):
        self.file.write_text(json.dumps(self.args(version, **changes)))

    def up(self, version, **changes):
        self.wants(version, **changes)
        return self.engine.up().changes


@pytest.fixture
def release(tmp_path):
    with Cloud("eu-west-1") as cloud:
        deployed = Release(cloud, tmp_path)
        stack = tmp_path / "stacks" / "Pulumi.dev.yaml"
        with EngineHost(cloud, Resources(cloud), stack, root=tmp_path) as host:
            deployed.engine = host.engine
            deployed.up(1)
            yield deployed


def test_a_release_that_is_rolled_back_fails_and_the_next_one_works(release):
    served = release.configuration()
    release.goes("ALARM")
    for _ in range(2):
        with pytest.raises(EngineFailed) as failed:
            release.up(2)
        assert f"SageMaker rolled {NAME} back" in str(failed.value)
        assert f"to {served}, which serves" in str(failed.value)
        assert "It is ALARM." in str(failed.value)
        assert (release.configuration(), release.serves()) == (served, 1)
        assert release.left() == (2, 2)
    assert release.engine.preview().changes[Operation.UPDATE] == 1

    release.goes("OK")
    release.up(3)
    assert release.serves() == 3
    assert release.left() == (1, 1)
    assert release.engine.up().unchanged


def test_another_instance_type_keeps_the_scaling(release):
    before = release.scaled()
    assert before[0] == [(2, 8)]
    changes = release.up(1, instance_type="ml.c6i.xlarge")
    assert (changes[Operation.UPDATE], changes[Operation.REPLACE]) == (1, 1)
    assert release.scaled() == before
    assert release.engine.up().unchanged


def test_a_release_starts_with_the_instances_that_serve(release):
    release.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=NAME,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 7}],
    )
    release.wants(1)
    assert release.engine.preview().unchanged
    release.up(2)
    assert (release.serves(), release.started()) == (2, 7)


def test_the_endpoint_goes_without_the_program_that_declared_its_hooks(release):
    release.engine.destroy()
    assert release.sagemaker.list_endpoints()["Endpoints"] == []
    assert release.left() == (0, 0)
