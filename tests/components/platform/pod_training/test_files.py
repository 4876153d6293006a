"""A pod's files: the tabular project really trains between what fetches and what keeps."""

import json
import os
import subprocess
import sys
import tarfile

import pytest

from components.platform.pod_training.objects import runtime_files
from components.platform.pod_training.runtime.fetch import NotFetched, lay
from components.platform.pod_training.runtime.keep import keep
from tests.components.platform.pod_training.some_cluster import REQUEST
from tests.conftest import ROOT

BUCKET = "pods"
CODE = ROOT / "templates" / "tabular" / "code"


@pytest.fixture(scope="module")
def s3(cloud):
    client = cloud.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    return client


@pytest.fixture(scope="module")
def request_of_tabular(cloud, s3, tmp_path_factory):
    """A request for the tabular project, whose channels are in S3 as Preprocess leaves them."""
    work = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, CODE.parent / "sample.py", work / "in"], check=True)
    subprocess.run(
        [
            *(sys.executable, CODE / "preprocess.py", "--target", "target", "--kind", "auto"),
            *("--drop=", "--input", work / "in", "--output", work / "out"),
        ],
        check=True,
    )
    channels = {"code": CODE, "train": work / "out/train", "validation": work / "out/validation"}
    for name, folder in channels.items():
        for path in sorted(folder.glob("*.*")):
            s3.upload_file(str(path), BUCKET, f"in/{name}/{path.name}")
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    return {
        **REQUEST,
        "InputDataConfig": [
            {
                "ChannelName": name,
                "DataSource": {"S3DataSource": {"S3Uri": f"s3://{BUCKET}/in/{name}"}},
            }
            for name in channels
        ],
        "HyperParameters": {"algorithm": "linear", "c": "0.5"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models", "KmsKeyId": key},
    }


def test_a_real_training_finds_its_files_and_its_model_is_kept(request_of_tabular, s3, tmp_path):
    root = tmp_path / "ml"
    lay(request_of_tabular, root, s3)
    done = subprocess.run(
        [sys.executable, root / "input/data/code/train.py"],
        env={
            **os.environ,
            "SM_INPUT_CONFIG_DIR": str(root / "input/config"),
            "SM_MODEL_DIR": str(root / "model"),
            "SM_CHANNEL_TRAIN": str(root / "input/data/train"),
            "SM_CHANNEL_VALIDATION": str(root / "input/data/validation"),
            "SM_OUTPUT_DATA_DIR": str(root / "output/data"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "validation:auc=" in done.stdout + done.stderr
    uri = keep(request_of_tabular, root, s3)
    assert uri == f"s3://{BUCKET}/models/train-abc-def/output/model.tar.gz"
    key = uri.removeprefix(f"s3://{BUCKET}/")
    kept = s3.get_object(Bucket=BUCKET, Key=key)
    assert kept["SSEKMSKeyId"] == request_of_tabular["OutputDataConfig"]["KmsKeyId"]
    with tarfile.open(fileobj=kept["Body"], mode="r|gz") as packed:
        assert {"model.joblib", "schema.json", "inference.py"} <= {*packed.getnames()} | {
            name.rpartition("/")[2] for name in packed.getnames()
        }


def test_a_container_is_told_what_sagemaker_tells_it(request_of_tabular, s3, tmp_path):
    lay(request_of_tabular, tmp_path, s3)
    config = tmp_path / "input/config"
    told = {path.stem: json.loads(path.read_text()) for path in config.iterdir()}
    assert told["hyperparameters"] == {"algorithm": "linear", "c": "0.5"}
    assert told["inputdataconfig"]["train"]["TrainingInputMode"] == "File"
    assert told["resourceconfig"]["hosts"] == [told["resourceconfig"]["current_host"]]
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o777


def test_a_channel_without_objects_is_refused(request_of_tabular, s3, tmp_path):
    channel = {"S3Uri": f"s3://{BUCKET}/nowhere"}
    asked = [{"ChannelName": "train", "DataSource": {"S3DataSource": channel}}]
    with pytest.raises(NotFetched, match=r"no objects under s3://pods/nowhere"):
        lay({**request_of_tabular, "InputDataConfig": asked}, tmp_path, s3)


def test_nothing_is_used_that_the_images_python_lacks(tmp_path):
    """SageMaker's scikit-learn image has Python 3.10; the ConfigMap has whole files, no links."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for name, text in runtime_files().items():
        (folder / name).write_text(text)
    assert {"identity.py", "training_message.py"} <= runtime_files().keys()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--python-version=3.10", "--no-site-packages"),
            *("--ignore-missing-imports", "--cache-dir=/dev/null", "--config-file=", "-p"),
            "runtime",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
