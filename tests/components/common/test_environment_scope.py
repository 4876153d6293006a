import pytest

from components.common.environment_scope import EnvironmentScope

SCOPE = EnvironmentScope("maslow", "prod", "333333333333", "eu-west-1")


def test_what_is_an_environments_own_bears_its_prefix() -> None:
    assert SCOPE.own("sagemaker", "endpoint/", "pipeline/") == [
        "arn:aws:sagemaker:eu-west-1:333333333333:endpoint/maslow-prod-*",
        "arn:aws:sagemaker:eu-west-1:333333333333:pipeline/maslow-prod-*",
    ]
    assert SCOPE.iam("role", "ci-deploy", "*") == [
        "arn:aws:iam::333333333333:role/maslow-prod-ci-deploy",
        "arn:aws:iam::333333333333:role/maslow-prod-*",
    ]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("topic-{name}", "topic-maslow-prod-*"),
        ("database/{table}", "database/maslow_prod_*"),
        ("{project} {environment} {region} {account}", "maslow prod eu-west-1 333333333333"),
        ("arn:aws:s3:::other", "arn:aws:s3:::other"),
    ],
)
def test_a_text_takes_the_environments_values(text: str, filled: str) -> None:
    assert SCOPE.filled(text) == filled


def test_a_text_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match="bucket"):
        SCOPE.filled("{bucket}")


def test_a_condition_takes_them_in_one_value_and_in_several() -> None:
    when = {
        "StringEquals": {"aws:RequestedRegion": "{region}"},
        "ArnLike": {"aws:SourceArn": ["arn:aws:sns:{region}:{account}:{name}", "arn:aws:sqs:::x"]},
    }
    assert SCOPE.conditions(when) == {
        "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
        "ArnLike": {
            "aws:SourceArn": ["arn:aws:sns:eu-west-1:333333333333:maslow-prod-*", "arn:aws:sqs:::x"]
        },
    }
