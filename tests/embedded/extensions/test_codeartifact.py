import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def packages(cloud):
    client = cloud.client("codeartifact")
    client.create_domain(domain="packages", encryptionKey="arn:aws:kms:eu-west-1:1:key/k")
    yield client
    for name in ("python", "pypi-store"):
        try:
            client.delete_repository(domain="packages", repository=name)
        except client.exceptions.ResourceNotFoundException:
            continue
    client.delete_domain(domain="packages")


def test_a_domain_is_described_as_it_was_made(packages):
    domain = packages.describe_domain(domain="packages")["domain"]
    assert domain["arn"] == "arn:aws:codeartifact:eu-west-1:123456789012:domain/packages"
    assert (domain["owner"], domain["status"]) == ("123456789012", "Active")
    assert domain["encryptionKey"] == "arn:aws:kms:eu-west-1:1:key/k"


def test_two_domains_of_one_name_are_refused(packages):
    with pytest.raises(packages.exceptions.ConflictException):
        packages.create_domain(domain="packages")


def test_a_domain_with_repositories_stays(packages):
    packages.create_repository(domain="packages", repository="python")
    with pytest.raises(packages.exceptions.ConflictException):
        packages.delete_domain(domain="packages")


def test_a_repository_reads_from_its_upstream_and_that_from_pypi(packages):
    packages.create_repository(domain="packages", repository="pypi-store")
    packages.associate_external_connection(
        domain="packages", repository="pypi-store", externalConnection="public:pypi"
    )
    packages.create_repository(
        domain="packages", repository="python", upstreams=[{"repositoryName": "pypi-store"}]
    )
    described = packages.describe_repository(domain="packages", repository="python")["repository"]
    assert described["upstreams"] == [{"repositoryName": "pypi-store"}]
    store = packages.describe_repository(domain="packages", repository="pypi-store")["repository"]
    assert store["externalConnections"] == [
        {
            "externalConnectionName": "public:pypi",
            "packageFormat": "pypi",
            "status": "Available",
        }
    ]
    packages.disassociate_external_connection(
        domain="packages", repository="pypi-store", externalConnection="public:pypi"
    )
    packages.update_repository(domain="packages", repository="python", upstreams=[])
    described = packages.describe_repository(domain="packages", repository="python")["repository"]
    assert described["upstreams"] == []


def test_an_upstream_must_be_there(packages):
    with pytest.raises(packages.exceptions.ResourceNotFoundException):
        packages.create_repository(
            domain="packages", repository="python", upstreams=[{"repositoryName": "pypi-store"}]
        )


def test_a_second_external_connection_is_refused(packages):
    packages.create_repository(domain="packages", repository="pypi-store")
    place = {"domain": "packages", "repository": "pypi-store"}
    packages.associate_external_connection(**place, externalConnection="public:pypi")
    with pytest.raises(packages.exceptions.ConflictException):
        packages.associate_external_connection(**place, externalConnection="public:npmjs")


def test_a_policy_is_put_read_and_taken_off(packages):
    with pytest.raises(ClientError):
        packages.get_domain_permissions_policy(domain="packages")
    packages.put_domain_permissions_policy(domain="packages", policyDocument='{"Statement": []}')
    policy = packages.get_domain_permissions_policy(domain="packages")["policy"]
    assert policy["document"] == '{"Statement": []}'
    packages.delete_domain_permissions_policy(domain="packages")
    with pytest.raises(ClientError):
        packages.get_domain_permissions_policy(domain="packages")


def test_domains_and_repositories_are_tagged(packages):
    packages.create_repository(
        domain="packages", repository="python", tags=[{"key": "team", "value": "ml"}]
    )
    arn = packages.describe_repository(domain="packages", repository="python")["repository"]["arn"]
    packages.tag_resource(resourceArn=arn, tags=[{"key": "env", "value": "dev"}])
    packages.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert packages.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"key": "env", "value": "dev"}
    ]
    with pytest.raises(packages.exceptions.ResourceNotFoundException):
        packages.list_tags_for_resource(resourceArn=f"{arn}-absent")


def test_pip_is_told_where_a_repository_answers(packages):
    packages.create_repository(domain="packages", repository="python")
    endpoint = packages.get_repository_endpoint(
        domain="packages", repository="python", format="pypi"
    )["repositoryEndpoint"]
    assert endpoint == (
        "https://packages-123456789012.d.codeartifact.eu-west-1.amazonaws.com/pypi/python/"
    )
    assert packages.get_authorization_token(domain="packages")["authorizationToken"]


def test_domains_and_repositories_are_listed(cloud):
    packages = cloud.client("codeartifact")
    for domain in ("listed", "other"):
        packages.create_domain(domain=domain)
    for domain, repository in (("listed", "python"), ("listed", "npm"), ("other", "python")):
        packages.create_repository(domain=domain, repository=repository)
    names = {each["name"] for each in packages.list_domains()["domains"]}
    assert {"listed", "other"} <= names
    of_listed = packages.list_repositories_in_domain(domain="listed")["repositories"]
    assert sorted(each["name"] for each in of_listed) == ["npm", "python"]
    pythons = packages.list_repositories(repositoryPrefix="pyth")["repositories"]
    assert {(each["domainName"], each["name"]) for each in pythons} >= {
        ("listed", "python"),
        ("other", "python"),
    }
    first = packages.list_repositories_in_domain(domain="listed", maxResults=1)
    rest = packages.list_repositories_in_domain(domain="listed", nextToken=first["nextToken"])
    assert len(first["repositories"]) == len(rest["repositories"]) == 1
