import json
import os
import tempfile
import threading
import time

import pytest

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/jobs"
SOURCE = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
STEP = {
    "Name": "Wait",
    "Type": "Processing",
    "Arguments": {
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": "image",
            "ContainerEntrypoint": ["python3", "-c", SOURCE],
            "ContainerArguments": ["/opt/ml/started"],
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m6i.large",
                "VolumeSizeInGB": 10,
            }
        },
    },
}


def _threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("pipeline-execution")]


def _started(folder, seconds=30) -> int:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in folder.rglob("started"):
            if text := path.read_text():
                return int(text)
        time.sleep(0.05)
    raise TimeoutError


def test_a_stopped_cloud_leaves_no_thread_process_or_folder_of_an_execution(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Cloud() as cloud:
        sagemaker = cloud.client("sagemaker")
        definition = json.dumps({"Version": "2020-12-01", "Steps": [STEP]})
        sagemaker.create_pipeline(PipelineName="p", PipelineDefinition=definition, RoleArn=ROLE)
        sagemaker.start_pipeline_execution(PipelineName="p")
        process = _started(tmp_path)
        assert _threads()
    assert not _threads()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert not list(tmp_path.iterdir())
