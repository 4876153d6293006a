"""The cluster with all that goes into one, under the engine."""

import shutil
from pathlib import Path

import pytest
import yaml

from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation
from tests.served_model import approved, uploaded

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[2]
STACK_FILE = ROOT / "tests" / "stacks" / "kubernetes.yaml"


def test_everything_on_kubernetes_lives_under_the_engine(cloud, resources, tmp_path):
    file = tmp_path / "Pulumi.kubernetes.yaml"
    shutil.copy(STACK_FILE, file)
    data = uploaded(cloud, "s3://versions/model.tar.gz")
    with EngineHost(cloud, resources, file, root=ROOT) as host:
        first = host.engine.up()
        assert set(first.changes) == {Operation.CREATE}

        for model in first.outputs["models"].values():
            approved(cloud.client("sagemaker"), model["group"].rpartition("/")[2], data)
        second = host.engine.up()
        assert not {Operation.DELETE, Operation.REPLACE} & set(second.changes)
        assert host.engine.up().unchanged

        told = yaml.safe_load(file.read_text())
        told["config"]["maslow:platform"]["kubernetes"]["teams"]["oncology"]["vcpus"] = 96
        file.write_text(yaml.safe_dump(told))
        host.configure(file)
        assert set(host.engine.up().changes) == {Operation.SAME, Operation.UPDATE}

        for model in first.outputs["models"].values():
            forget(cloud, model["group"].rpartition("/")[2])
        host.engine.destroy()
    assert cloud.client("eks").list_clusters()["clusters"] == []


def forget(cloud, group):
    """Delete its versions: AWS deletes no group that still holds one."""
    sagemaker = cloud.client("sagemaker")
    for one in sagemaker.list_model_packages(ModelPackageGroupName=group)[
        "ModelPackageSummaryList"
    ]:
        sagemaker.delete_model_package(ModelPackageName=one["ModelPackageArn"])
