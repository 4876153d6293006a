"""Folders that jobs ask in the place of S3."""

import pytest

from embedded.sagemaker.folders import FolderLogs, FolderStore, OutsideError


@pytest.fixture
def store(tmp_path):
    return FolderStore({"data": tmp_path / "data"})


def test_what_is_put_is_listed_and_got(store, tmp_path):
    file = tmp_path / "file"
    file.write_text("content")
    for key in ("b/two", "a/one", "a/b/three"):
        store.upload_file(str(file), "data", key, ExtraArgs={"SSEKMSKeyId": "none"})
    store.download_file("data", "a/one", str(tmp_path / "back"))

    (page,) = store.get_paginator("list_objects_v2").paginate(Bucket="data", Prefix="a/")
    assert [one["Key"] for one in page["Contents"]] == ["a/b/three", "a/one"]
    assert (tmp_path / "back").read_text() == "content"
    assert store.get_object(Bucket="data", Key="b/two")["Body"].read() == b"content"


@pytest.mark.parametrize(("bucket", "key"), [("data", "../secret"), ("other", "a")])
def test_nothing_outside_of_the_folders_is_reached(store, bucket, key):
    with pytest.raises(OutsideError, match="is not one of this run's own folders"):
        store.path(bucket, key)


def test_only_objects_are_listed(store):
    with pytest.raises(NotImplementedError, match="folders have no list_buckets"):
        store.get_paginator("list_buckets")


def test_the_log_of_a_job_is_a_file_of_its_name(tmp_path):
    logs = FolderLogs(tmp_path / "logs")
    logs.create_log_group(logGroupName="/aws/sagemaker/TrainingJobs")
    logs.create_log_stream(logGroupName="/aws/sagemaker/TrainingJobs", logStreamName="Train/1")
    events = [{"timestamp": 0, "message": text} for text in ("one", "two")]
    logs.put_log_events(logGroupName="g", logStreamName="Train/1", logEvents=events)

    assert (tmp_path / "logs/Train.log").read_text() == "one\ntwo\n"
