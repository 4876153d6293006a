from infra.settings import aws


def test_the_committed_values_are_those_of_botocore():
    assert aws.allowed() == aws.allowed_by_botocore(), "run: python -m infra.settings.aws"


def test_a_region_has_sagemaker_and_is_in_the_aws_partition():
    assert aws.region_mistake("eu-west-1") is None
    for value in ("cn-north-1", "eu-west", 1, None):
        assert aws.region_mistake(value) is not None
