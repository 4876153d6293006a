import pytest


@pytest.fixture(params=["codeconnections", "codestar-connections"])
def connections(cloud, request):
    return cloud.client(request.param)


def test_a_connection_waits_for_its_handshake(connections):
    arn = connections.create_connection(ProviderType="GitHub", ConnectionName="source")[
        "ConnectionArn"
    ]
    assert arn.startswith(
        f"arn:aws:{connections.meta.service_model.signing_name}:eu-west-1:123456789012:connection/"
    )
    assert connections.get_connection(ConnectionArn=arn)["Connection"] == {
        "ConnectionName": "source",
        "ConnectionArn": arn,
        "ProviderType": "GitHub",
        "OwnerAccountId": "123456789012",
        "ConnectionStatus": "PENDING",
    }


def test_connections_are_listed_by_provider(connections):
    arn = connections.create_connection(ProviderType="GitLab", ConnectionName="lab")[
        "ConnectionArn"
    ]
    connections.create_connection(ProviderType="Bitbucket", ConnectionName="bucket")
    listed = connections.list_connections(ProviderTypeFilter="GitLab")["Connections"]
    assert arn in [item["ConnectionArn"] for item in listed]
    assert {item["ProviderType"] for item in listed} == {"GitLab"}


def test_connections_are_listed_by_page(connections):
    for number in range(3):
        connections.create_connection(ProviderType="GitHub", ConnectionName=f"page-{number}")
    first = connections.list_connections(MaxResults=2)
    assert len(first["Connections"]) == 2
    second = connections.list_connections(MaxResults=2, NextToken=first["NextToken"])
    assert first["Connections"][0] not in second["Connections"]


def test_a_connection_is_tagged(connections):
    arn = connections.create_connection(
        ProviderType="GitHub", ConnectionName="tagged", Tags=[{"Key": "team", "Value": "ml"}]
    )["ConnectionArn"]
    connections.tag_resource(
        ResourceArn=arn, Tags=[{"Key": "team", "Value": "data"}, {"Key": "env", "Value": "dev"}]
    )
    connections.untag_resource(ResourceArn=arn, TagKeys=["env", "absent"])
    assert connections.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "team", "Value": "data"}
    ]


def test_a_deleted_connection_is_not_found(connections):
    arn = connections.create_connection(ProviderType="GitHub", ConnectionName="gone")[
        "ConnectionArn"
    ]
    connections.delete_connection(ConnectionArn=arn)
    for operation in (connections.get_connection, connections.delete_connection):
        with pytest.raises(connections.exceptions.ResourceNotFoundException):
            operation(ConnectionArn=arn)
    with pytest.raises(connections.exceptions.ResourceNotFoundException):
        connections.list_tags_for_resource(ResourceArn=arn)
