from pathlib import Path

import pytest
import yaml

from infra.automation import EngineFailed
from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[2]
STACK_FILE = ROOT / "tests" / "stacks" / "Pulumi.local.yaml"


def written(path, **changes):
    values = yaml.safe_load(STACK_FILE.read_text())
    settings = values["config"]["maslow:platform"]
    settings |= {"durability": "keep", "models": [], **changes}
    del settings["studio"]  # its team starts the pipelines of a model
    path.write_text(yaml.safe_dump(values))
    return path


def test_a_stack_takes_up_what_the_one_before_it_left(cloud, resources, tmp_path):
    stack_file = written(tmp_path / STACK_FILE.name)
    s3 = cloud.client("s3")
    with EngineHost(cloud, resources, stack_file, root=ROOT) as host:
        made = host.engine.up()
        zones = made.outputs["zones"]
        s3.put_object(Bucket=zones["raw"], Key="visits.csv", Body=b"1,2")
        host.engine.destroy()

        planned = host.engine.preview()
        again = host.engine.up()
        assert again.changes == planned.changes
        assert set(again.changes) == {Operation.CREATE, Operation.IMPORT, Operation.UPDATE}
        # A bucket for each of access logs, artifacts, three zones, and more; keys, databases, ...
        assert again.changes[Operation.IMPORT] > 15
        assert again.outputs["zones"] == zones
        assert s3.get_object(Bucket=zones["raw"], Key="visits.csv")["Body"].read() == b"1,2"
        assert host.engine.up().unchanged

        host.configure(written(stack_file, keys={"multi_region": True}))
        with pytest.raises(EngineFailed, match=r"keys\.multi_region: true asks for other keys"):
            host.engine.preview()
