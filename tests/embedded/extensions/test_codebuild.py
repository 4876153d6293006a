import pytest
from botocore.exceptions import ClientError

ENVIRONMENT = {
    "type": "LINUX_CONTAINER",
    "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
    "computeType": "BUILD_GENERAL1_SMALL",
}


@pytest.fixture
def create(cloud):
    def create_project(name, *, source, artifacts):
        return cloud.client("codebuild").create_project(
            name=name,
            source=source,
            artifacts=artifacts,
            environment=ENVIRONMENT,
            serviceRole="arn:aws:iam::123456789012:role/build",
        )["project"]

    return create_project


def test_a_project_of_a_pipeline_has_no_location(create):
    project = create(
        "deploy",
        source={"type": "CODEPIPELINE", "buildspec": "version: 0.2"},
        artifacts={"type": "CODEPIPELINE"},
    )
    assert project["source"] == {"type": "CODEPIPELINE", "buildspec": "version: 0.2"}
    assert project["artifacts"] == {"type": "CODEPIPELINE"}


def test_a_project_without_a_source_has_no_location(create):
    project = create(
        "scheduled",
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        artifacts={"type": "S3", "location": "reports"},
    )
    assert project["source"]["type"] == "NO_SOURCE"


def test_a_source_elsewhere_needs_its_location(create):
    with pytest.raises(ClientError, match="location"):
        create("hub", source={"type": "GITHUB"}, artifacts={"type": "CODEPIPELINE"})


def test_artifacts_in_a_bucket_need_its_location(create):
    with pytest.raises(ClientError, match="location"):
        create("bucket", source={"type": "CODEPIPELINE"}, artifacts={"type": "S3"})
