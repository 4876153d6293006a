"""The repository that builds get packages from."""

import json
import subprocess

import pytest

from components.common.durability import Durability
from components.devops.registries.package_registry import (
    PackageRegistry,
    domain_policy,
    login_commands,
    read_packages,
)
from infra.graph import record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/artifacts"
DOMAIN = "arn:aws:codeartifact:eu-west-1:123456789012:domain/maslow-dev-packages"
REPOSITORY = "arn:aws:codeartifact:eu-west-1:123456789012:repository/maslow-dev-packages/python"


def registered(durability=Durability.KEEP):
    return record(
        lambda: PackageRegistry(
            "packages",
            {
                "domain": "maslow-dev-packages",
                "key_arn": KEY,
                "account_id": "123456789012",
                "durability": durability,
            },
        )
    )


def test_packages_are_encrypted_with_the_given_key():
    domain = registered().one("aws:codeartifact/domain:Domain")
    assert domain.inputs == {"domain": "maslow-dev-packages", "encryptionKey": KEY}


def test_builds_use_a_repository_whose_upstream_mirrors_pypi():
    graph = registered()
    by_name = {
        r.inputs["repository"]: r for r in graph.of_type("aws:codeartifact/repository:Repository")
    }
    assert by_name["python"].inputs["upstreams"] == [{"repositoryName": "pypi-store"}]
    assert "externalConnections" not in by_name["python"].inputs
    assert by_name["pypi-store"].inputs["externalConnections"] == {
        "externalConnectionName": "public:pypi"
    }
    assert by_name["pypi-store"].urn in by_name["python"].dependencies


def test_the_domain_is_the_accounts_own():
    graph = registered()
    given = graph.one("aws:codeartifact/domainPermissions:DomainPermissions").inputs
    policy = domain_policy(domain_arn=DOMAIN, account_id="123456789012")
    assert json.loads(given["policyDocument"]) == policy
    allowed, refused = policy["Statement"]
    assert allowed["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert refused["Effect"] == "Deny"
    assert refused["Condition"] == {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}


@pytest.mark.parametrize("durability", Durability)
def test_packages_outlive_the_stack_as_its_data_does(durability):
    for resource in registered(durability).resources:
        if resource.type.endswith((":Domain", ":Repository")):
            kept = durability is not Durability.DISPOSABLE
            assert bool(resource.options.get("retainOnDelete")) is kept


def test_a_reader_gets_a_token_and_reads_one_repository():
    token, read, bearer = read_packages(domain_arn=DOMAIN, repository_arn=REPOSITORY)["Statement"]
    assert token["Resource"] == [DOMAIN]
    assert read["Resource"] == [REPOSITORY]
    assert not any("Publish" in action for action in read["Action"])
    assert bearer["Condition"] == {
        "StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}
    }


def test_a_build_logs_pip_in_with_one_command_of_the_shell():
    (command,) = login_commands(
        domain="$DOMAIN", owner="$OWNER", repository="$REPOSITORY", region="eu-west-1"
    )
    said = subprocess.run(
        ["bash", "-c", f"aws() {{ printf '%s\\n' \"$@\"; }}; {command}"],
        env={"DOMAIN": "maslow-dev-packages", "OWNER": "123456789012", "REPOSITORY": "python"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said == [
        *("codeartifact", "login", "--tool", "pip"),
        *("--domain", "maslow-dev-packages", "--domain-owner", "123456789012"),
        *("--repository", "python", "--region", "eu-west-1"),
    ]
