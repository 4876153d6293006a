"""Accounts of the environments: who is where, and that nothing lands elsewhere."""

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from infra.offline import recorded
from infra.settings import from_config

THREE = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}


def stack(**changes):
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
    } | changes
    return from_config(values, "eu-west-1", "dev")


def test_an_account_for_each_environment_is_taken(found):
    assert found(accounts=THREE) == []
    assert found(accounts={"dev": "000000000001"}) == []


def test_a_file_without_accounts_lands_wherever_the_credentials_are(project):
    assert stack().account is None
    assert "allowedAccountIds" not in provider_inputs(recorded(project, stack()))


@pytest.mark.parametrize(
    ("account", "message"),
    [
        (111111111111, "111111111111 is a number, and an account's id is text."),
        ("11111111111", '"11111111111" is not the id of an account.'),
        ("1111-1111-1111", '"1111-1111-1111" is not the id of an account.'),
        (True, "true is not the id of an account."),
    ],
)
def test_what_is_no_account_is_refused(found, account, message):
    assert found(accounts={"dev": account}) == [f"accounts.dev: {message}"]


def test_accounts_name_the_environment_of_their_own_file(found):
    assert found(accounts={"prod": "333333333333"}) == [
        "accounts: dev, the environment of this file, has no account."
    ]


def test_the_provider_refuses_the_credentials_of_another_account(project):
    graph = recorded(project, stack(accounts=THREE))
    assert provider_inputs(graph)["allowedAccountIds"] == '["111111111111"]'


def test_everything_recorded_is_in_the_account_of_the_file(project):
    graph = recorded(project, stack(accounts=THREE))
    assert "111111111111" in graph.to_json()
    roots = [r for r in graph.resources if "iam::123456789012" in str(r.inputs)]
    assert roots == []


def test_the_embedded_aws_is_the_account_that_it_is_told_to_be():
    with Cloud(account_id="333333333333") as cloud:
        assert cloud.client("sts").get_caller_identity()["Account"] == "333333333333"
        topic = cloud.client("sns").create_topic(Name="alerts")["TopicArn"]
        assert topic == "arn:aws:sns:eu-west-1:333333333333:alerts"
    with Cloud() as cloud:
        assert cloud.client("sts").get_caller_identity()["Account"] == "123456789012"
        with pytest.raises(ClientError):
            cloud.client("sns").get_topic_attributes(TopicArn=topic)


def provider_inputs(graph):
    (provider,) = graph.of_type("pulumi:providers:aws")
    return provider.inputs
