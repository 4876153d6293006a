import pytest

from components.common.job_access import (
    image_repository_arn,
    join_network,
    publish_metrics,
    read_objects,
)

IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"


@pytest.mark.parametrize(
    "image", [IMAGE, IMAGE.replace(":1.2", "@sha256:"), IMAGE.partition(":")[0]]
)
def test_an_image_leads_to_its_repository_in_its_own_account(image):
    assert image_repository_arn(image) == (
        "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"
    )


def test_an_image_of_another_registry_is_refused():
    with pytest.raises(ValueError, match="from ECR only"):
        image_repository_arn("docker.io/library/python:3.12")


def test_reading_a_prefix_lists_nothing_beside_it():
    read, listing = read_objects("artifacts", "models/readmission")

    assert read["Resource"] == ["arn:aws:s3:::artifacts/models/readmission/*"]
    assert listing["Condition"]["StringLike"]["s3:prefix"] == [
        "models/readmission",
        "models/readmission/*",
    ]


def test_metrics_are_held_to_their_namespace():
    statement = publish_metrics(["/aws/sagemaker/*"])

    assert statement["Resource"] == ["*"]
    assert statement["Condition"] == {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*"]}}


def test_only_describing_a_network_is_allowed_everywhere():
    statements = join_network("eu-west-1", "123456789012", ["subnet-1"], "sg-1")

    everywhere = [each for each in statements if each["Resource"] == ["*"]]
    assert len(everywhere) == 1
    assert all(action.startswith("ec2:Describe") for action in everywhere[0]["Action"])
