"""Links into Studio: whose they are, and who gets none."""

from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from infra import studio_entry
from infra.errors import InputError, WorkError
from infra.models.place import Place
from infra.naming import Names
from infra.settings import from_config
from tests.embedded.extensions import studio

ACCOUNT, REGION = "123456789012", "eu-west-1"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture(scope="module")
def cloud():
    with Cloud(REGION) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def domain(cloud):
    domain = studio.domain(cloud, "maslow-dev-studio")
    studio.profile(cloud.client("sagemaker"), domain, "ana")
    return domain


def placed(client, **changes):
    """The place of an environment with two people in Studio."""
    members = {"ana": "data-scientist", "ben@example.com": "ml-engineer"}
    settings = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "studio": {"teams": {"oncology": {"members": members}}},
        **changes,
    }
    return Place(Names("maslow", "dev"), from_config(settings, REGION, "dev"), client)


def test_a_link_opens_the_profile_of_a_person_for_five_minutes(cloud, domain):
    before = datetime.now(UTC)
    told = studio_entry.opened(placed(cloud.client), "ana")
    url = cloud.client("sagemaker").describe_domain(DomainId=domain)["Url"]
    assert told["url"].startswith(url)
    assert (told["person"], told["profile"], told["domain"]) == ("ana", "ana", domain)
    left = datetime.fromisoformat(told["expires"]) - before
    assert 298 <= left.total_seconds() <= 302


def test_a_user_takes_the_role_of_their_persona_and_says_who_they_are(cloud, domain, monkeypatch):
    iam = cloud.client("iam")
    iam.create_user(UserName="ana")
    iam.create_role(RoleName="maslow-dev-data-scientist", AssumeRolePolicyDocument=TRUST)
    taken = {}

    class Sts:
        def get_caller_identity(self):
            return {"Arn": ANA}

        def assume_role(self, **asked):
            taken.update(asked)
            return cloud.client("sts").assume_role(**asked)

    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    access = {"personas": {"data-scientist": [ANA]}}
    place = placed(lambda service: Sts() if service == "sts" else None, access=access)
    assert studio_entry.opened(place, None)["person"] == "ana"
    assert taken == {
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-data-scientist",
        "RoleSessionName": "ana",
        "SourceIdentity": "ana",
    }


@pytest.mark.parametrize(
    ("changes", "person", "said"),
    [
        ({"studio": None}, "ana", "dev has no Studio"),
        (
            {
                "access": {
                    "identity_center": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
                    "personas": {"auditor": ["auditors"]},
                }
            },
            "ana",
            "dev signs people in by IAM Identity Center, and Studio opens by no link",
        ),
        ({}, "anna", "Nobody in Studio's teams is called anna"),
        ({}, None, r"Nobody in Studio's teams is called .*\. There are ana, ben@example\.com\."),
    ],
)
def test_where_no_link_is_given_it_is_said_why(cloud, changes, person, said):
    with pytest.raises(InputError, match=said):
        studio_entry.opened(placed(cloud.client, **changes), person)


def test_what_is_not_deployed_yet_is_named(cloud, domain):
    with pytest.raises(WorkError, match=f"no profile ben-example-com in {domain}"):
        studio_entry.opened(placed(cloud.client), "ben@example.com")
    other = Place(Names("other", "dev"), placed(cloud.client).stack, cloud.client)
    with pytest.raises(WorkError, match="There is no domain other-dev-studio yet"):
        studio_entry.opened(other, "ana")


def test_credentials_that_do_not_open_a_profile_are_told_as_such(cloud, domain, monkeypatch):
    sagemaker = cloud.client("sagemaker")

    def refuse(**_asked):
        error = {"Code": "AccessDeniedException", "Message": "no"}
        raise ClientError({"Error": error}, "CreatePresignedDomainUrl")

    monkeypatch.setattr(sagemaker, "create_presigned_domain_url", refuse)
    place = placed(lambda service: sagemaker if service == "sagemaker" else cloud.client(service))
    with pytest.raises(WorkError, match=r"do not open the profile of ana.*role of data-scientist"):
        studio_entry.opened(place, "ana")
