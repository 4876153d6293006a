"""A model that trains on files of both file systems, and what its training finds."""

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import botocore.loaders
import botocore.model
import botocore.validate
import pytest

from embedded.cloud import Cloud
from infra.graph import Graph
from infra.hosts.session import session
from infra.offline import recorded
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

SECONDS = 120
TRAIN = """
import json, os, pathlib
def found(name):
    channel = pathlib.Path(os.environ["SM_CHANNEL_" + name])
    paths = sorted(path for path in channel.rglob("*") if path.is_file())
    return {str(path.relative_to(channel)): path.read_text() for path in paths}
print("found:", json.dumps({name: found(name) for name in ("IMAGES", "NOTES")}))
"""
SETTINGS = {
    **EMBEDDED,
    "lake": {"zones": {"curated": {"events": True}}},
    "files": {
        "shared": {"teams": ["oncology"], "training": ["oncology"], "backup": False},
        "fast": {"links": {"images": "curated.images"}},
    },
    "models": [
        {
            "name": "readmission",
            "project": "templates/tabular",
            "training": {"files": {"images": "fast/images/ct", "notes": "shared/oncology"}},
            "delivery": {"start": "off"},
        }
    ],
}


@pytest.fixture(scope="module")
def reading(project, tmp_path_factory):
    """A project whose model's pipeline is one training, which tells what it finds."""
    root = tmp_path_factory.mktemp("reading")
    shutil.copytree(Path(project.root, "templates"), root / "templates")
    path = root / "templates/tabular/pipeline.json"
    definition = json.loads(path.read_text())
    (train,) = [step for step in definition["Steps"] if step["Type"] == "Training"]
    algorithm = train["Arguments"]["AlgorithmSpecification"]
    algorithm["ContainerEntrypoint"] = ["python3", "-c", TRAIN]
    algorithm.pop("ContainerArguments", None)
    train["Arguments"]["InputDataConfig"] = []
    path.write_text(json.dumps({**definition, "Steps": [train]}))
    return replace(project, root=root)


class Trained:
    """What comes of the environment, its lake and its files, once the model is trained."""

    def __init__(self, cloud, project):
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs
        self.sagemaker = cloud.client("sagemaker")
        s3, curated = cloud.client("s3"), self.outputs["zones"]["curated"]
        s3.put_object(Bucket=curated, Key="images/ct/1.txt", Body=b"a scan")
        s3.put_object(Bucket=curated, Key="images/mr/2.txt", Body=b"another scan")
        folder = cloud.files(self.outputs["files"]["file_system"]) / "training" / "oncology"
        (folder / "note.txt").write_text("a note")
        self.job = self._trained()
        events = cloud.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")
        lines = [one["message"] for one in events["events"]]
        self.found = [json.loads(one[7:]) for one in lines if one.startswith("found: ")]

    def _trained(self):
        name = self.outputs["models"]["readmission"]["pipeline"]
        arn = self.sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            told = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
            if told["PipelineExecutionStatus"] != "Executing":
                break
            time.sleep(0.1)
        assert told["PipelineExecutionStatus"] == "Succeeded", told
        (job,) = self.sagemaker.list_training_jobs()["TrainingJobSummaries"]
        return self.sagemaker.describe_training_job(TrainingJobName=job["TrainingJobName"])


@pytest.fixture(scope="module")
def trained(reading):
    with Cloud("eu-west-1") as cloud:
        yield Trained(cloud, reading)


@pytest.fixture(scope="module")
def graph(reading) -> Graph:
    return recorded(reading, from_config(SETTINGS, "eu-west-1", "dev"))


def test_the_training_finds_the_lakes_objects_and_the_teams_files(trained):
    assert trained.found == [{"IMAGES": {"1.txt": "a scan"}, "NOTES": {"note.txt": "a note"}}]


def test_the_job_reads_both_file_systems_from_within_the_network(trained):
    files = trained.outputs["files"]
    shown = {
        channel["ChannelName"]: channel["DataSource"]["FileSystemDataSource"]
        for channel in trained.job["InputDataConfig"]
    }
    assert shown == {
        "images": {
            "FileSystemId": files["fast"]["file_system"],
            "FileSystemType": "FSxLustre",
            "FileSystemAccessMode": "ro",
            "DirectoryPath": f"/{files['fast']['mount_name']}/images/ct",
        },
        "notes": {
            "FileSystemId": files["file_system"],
            "FileSystemType": "EFS",
            "FileSystemAccessMode": "ro",
            "DirectoryPath": "/training/oncology",
        },
    }
    assert trained.job["VpcConfig"]["Subnets"]


def test_the_channels_are_what_sagemaker_takes(graph):
    (step,) = _definition(graph)["Steps"]
    service = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    shape = botocore.model.ServiceModel(service).shape_for("InputDataConfig")
    report = botocore.validate.ParamValidator().validate(
        step["Arguments"]["InputDataConfig"], shape
    )
    assert not report.has_errors(), report.generate_report()


def test_the_jobs_role_finds_both_file_systems_and_mounts_the_one_that_asks_for_it(graph):
    policies = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    (policy,) = [one for one in policies if one.name.endswith("training-role-training")]
    allowed = {
        action: statement["Resource"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
        if action.startswith(("fsx:", "elasticfilesystem:"))
    }
    (shared,) = graph.of_type("aws:efs/fileSystem:FileSystem")
    assert allowed == {
        "fsx:DescribeFileSystems": ["*"],
        "elasticfilesystem:ClientMount": [shared.outputs["arn"]],
        "elasticfilesystem:DescribeFileSystems": [shared.outputs["arn"]],
        "elasticfilesystem:DescribeMountTargets": [shared.outputs["arn"]],
    }


def test_fsx_may_use_the_key_of_data_where_a_folder_is_linked_and_no_other(graph):
    keys = {key.name: key.inputs["policy"] for key in graph.of_type("aws:kms/key:Key")}
    assert [name for name, policy in keys.items() if "LinkToFiles" in policy] == [
        "maslow-dev-data-key"
    ]


def test_the_zone_that_is_linked_leaves_to_fsx_what_it_adds(graph):
    told = graph.of_type("aws:s3/bucketNotification:BucketNotification")
    ignoring = [each.name for each in told if each.options.get("ignoreChanges")]
    assert ignoring == ["maslow-dev-lake-curated-events"]


def _definition(graph: Graph):
    return json.loads(graph.one("aws:sagemaker/pipeline:Pipeline").inputs["pipelineDefinition"])
