"""Lineage on the embedded AWS: what jobs, versions and endpoints leave, and what people add."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/jobs"
DATA, TRAIN = "s3://artifacts/data/", "s3://artifacts/train"
MODEL = "s3://artifacts/out/learn/output/model.tar.gz"
GROUP = "readmission"
ONE = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A cloud in which data was prepared and learned from, and a version was registered."""
    with Cloud("eu-west-1") as running:
        s3, sagemaker = running.client("s3"), running.client("sagemaker")
        s3.create_bucket(
            Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        s3.put_object(Bucket="artifacts", Key="data/rows.csv", Body=b"1,2\n")
        copied = "import shutil; shutil.copytree('/opt/ml/processing/in', '/opt/ml/processing/out',"
        sagemaker.create_processing_job(
            ProcessingJobName="prepare",
            RoleArn=ROLE,
            AppSpecification={
                "ImageUri": "image",
                "ContainerEntrypoint": ["python3", "-c", f"{copied} dirs_exist_ok=True)"],
            },
            ProcessingResources={"ClusterConfig": ONE},
            ProcessingInputs=[
                {
                    "InputName": "data",
                    "S3Input": {
                        "S3Uri": DATA,
                        "LocalPath": "/opt/ml/processing/in",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
            ],
            ProcessingOutputConfig={
                "Outputs": [
                    {
                        "OutputName": "train",
                        "S3Output": {
                            "S3Uri": TRAIN,
                            "LocalPath": "/opt/ml/processing/out",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
        )
        ended(lambda: sagemaker.describe_processing_job(ProcessingJobName="prepare"))
        learned = "import pathlib; pathlib.Path('/opt/ml/model/model').write_text('1')"
        sagemaker.create_training_job(
            TrainingJobName="learn",
            RoleArn=ROLE,
            AlgorithmSpecification={
                "TrainingImage": "image",
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "-c", learned],
            },
            InputDataConfig=[
                {
                    "ChannelName": "train",
                    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": TRAIN}},
                }
            ],
            OutputDataConfig={"S3OutputPath": "s3://artifacts/out"},
            ResourceConfig=ONE,
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )
        ended(lambda: sagemaker.describe_training_job(TrainingJobName="learn"))
        sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
        sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            ModelApprovalStatus="Approved",
            InferenceSpecification={
                "Containers": [{"Image": "image", "ModelDataUrl": MODEL}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )
        yield running


@pytest.fixture
def sagemaker(cloud: Cloud) -> Any:
    return cloud.client("sagemaker")


def ended(look: Any) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = look()
        status = found.get("ProcessingJobStatus") or found["TrainingJobStatus"]
        if status != "InProgress":
            assert status == "Completed", found
            return
        time.sleep(0.1)
    raise AssertionError(found)


def artifact(sagemaker: Any, source: str) -> str:
    (found,) = sagemaker.list_artifacts(SourceUri=source)["ArtifactSummaries"]
    return str(found["ArtifactArn"])


def version(sagemaker: Any) -> str:
    (found,) = sagemaker.list_model_packages(ModelPackageGroupName=GROUP)["ModelPackageSummaryList"]
    return str(found["ModelPackageArn"])


def kinds(answer: Any) -> list[str]:
    return [one["Type"] for one in answer["Vertices"]]


def test_a_version_comes_of_its_model_its_training_and_its_data(sagemaker: Any) -> None:
    start = artifact(sagemaker, version(sagemaker))
    found = sagemaker.query_lineage(
        StartArns=[start], Direction="Ascendants", IncludeEdges=True, MaxDepth=10
    )
    by_type = {one["Type"]: one["Arn"] for one in found["Vertices"]}
    assert by_type.keys() == {"Model", "Image", "TrainingJob", "DataSet", "ProcessingJob"}
    assert by_type["TrainingJob"].endswith(":experiment-trial-component/learn-aws-training-job")
    sources = {
        sagemaker.describe_artifact(ArtifactArn=one["Arn"])["Source"]["SourceUri"]
        for one in found["Vertices"]
        if one["LineageType"] == "Artifact"
    }
    assert sources == {version(sagemaker), MODEL, "image", TRAIN, DATA}
    assert {
        "SourceArn": by_type["TrainingJob"],
        "DestinationArn": artifact(sagemaker, MODEL),
        "AssociationType": "Produced",
    } in found["Edges"]


def test_depth_types_and_direction_narrow_what_is_found(sagemaker: Any) -> None:
    start = artifact(sagemaker, version(sagemaker))

    def asked(**more: Any) -> list[str]:
        return sorted(kinds(sagemaker.query_lineage(StartArns=[start], **more)))

    assert asked(Direction="Ascendants", MaxDepth=1) == ["Image", "Model", "Model"]
    assert asked(Direction="Ascendants", Filters={"Types": ["DataSet"]}) == ["DataSet", "DataSet"]
    assert asked(Direction="Descendants", Filters={"LineageTypes": ["Context"]}) == ["ModelGroup"]
    with pytest.raises(ClientError, match="does not filter lineage by Properties"):
        asked(Filters={"Properties": {"a": "b"}})


def test_an_endpoint_is_what_a_version_leads_to(cloud: Cloud, sagemaker: Any) -> None:
    package = version(sagemaker)
    trusted = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [{**trusted, "Action": "sts:AssumeRole"}]}
    cloud.client("iam").create_role(RoleName="jobs", AssumeRolePolicyDocument=json.dumps(trust))
    sagemaker.create_model(
        ModelName="one", PrimaryContainer={"ModelPackageName": package}, ExecutionRoleArn=ROLE
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName="one",
        ProductionVariants=[
            {
                "VariantName": "all",
                "ModelName": "one",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
            }
        ],
    )
    sagemaker.create_endpoint(EndpointName="serving", EndpointConfigName="one")
    found = sagemaker.query_lineage(
        StartArns=[artifact(sagemaker, DATA)],
        Direction="Descendants",
        Filters={"Types": ["Endpoint"]},
    )
    (only,) = found["Vertices"]
    told = sagemaker.describe_context(ContextName=only["Arn"].rpartition("/")[2])
    assert told["Source"]["SourceUri"].endswith(":endpoint/serving")


def test_people_add_what_sagemaker_does_not_know(sagemaker: Any) -> None:
    labels = sagemaker.create_artifact(
        ArtifactName="labels",
        ArtifactType="DataSet",
        Source={"SourceUri": "s3://hospital/labels"},
        Properties={"ward": "surgery"},
    )["ArtifactArn"]
    told = sagemaker.describe_artifact(ArtifactArn=labels)
    assert (told["ArtifactName"], told["Properties"]) == ("labels", {"ward": "surgery"})
    data = artifact(sagemaker, DATA)
    ends = {"SourceArn": labels, "DestinationArn": data}
    sagemaker.add_association(**ends, AssociationType="DerivedFrom")
    (listed,) = sagemaker.list_associations(SourceArn=labels)["AssociationSummaries"]
    assert (listed["AssociationType"], listed["SourceName"]) == ("DerivedFrom", "labels")
    start = artifact(sagemaker, MODEL)
    found = sagemaker.query_lineage(StartArns=[start], Direction="Ascendants")
    assert labels in [one["Arn"] for one in found["Vertices"]]
    with pytest.raises(ClientError, match="has associations"):
        sagemaker.delete_artifact(ArtifactArn=labels)
    sagemaker.delete_association(**ends)
    sagemaker.delete_artifact(ArtifactArn=labels)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_artifact(ArtifactArn=labels)


@pytest.mark.parametrize("kind", ["action", "context"])
def test_actions_and_contexts_are_made_told_listed_and_gone(sagemaker: Any, kind: str) -> None:
    title = kind.capitalize()
    getattr(sagemaker, f"create_{kind}")(
        **{f"{title}Name": "mine", f"{title}Type": "Review", "Source": {"SourceUri": "s3://a/b"}}
    )
    told = getattr(sagemaker, f"describe_{kind}")(**{f"{title}Name": "mine"})
    assert told[f"{title}Type"] == "Review"
    listed = getattr(sagemaker, f"list_{kind}s")(SourceUri="s3://a/b")
    assert [one[f"{title}Name"] for one in listed[f"{title}Summaries"]] == ["mine"]
    getattr(sagemaker, f"delete_{kind}")(**{f"{title}Name": "mine"})
    with pytest.raises(ClientError, match="does not exist"):
        getattr(sagemaker, f"describe_{kind}")(**{f"{title}Name": "mine"})


def test_the_trial_component_of_a_job_names_the_job(sagemaker: Any) -> None:
    told = sagemaker.describe_trial_component(TrialComponentName="learn-aws-training-job")
    assert told["Source"]["SourceArn"].endswith(":training-job/learn")


def test_what_is_not_there_and_what_is_sagemakers_own_is_refused(sagemaker: Any) -> None:
    nothing = artifact(sagemaker, DATA)[:-32] + "0" * 32
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.query_lineage(StartArns=[nothing])
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.add_association(SourceArn=nothing, DestinationArn=artifact(sagemaker, DATA))
    with pytest.raises(ClientError, match="SageMaker's own"):
        sagemaker.delete_artifact(ArtifactArn=artifact(sagemaker, DATA))
