"""EMR Studio on the embedded AWS: it is made, changed, signed into otherwise, and gone."""

import json

import pytest

from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

USER = "arn:aws:iam::123456789012:user/someone"
READS = {"reads": ["raw.visits"]}
WRITES = {**READS, "writes": ["curated.visits"]}
BY_ROLE = {"personas": {"data-engineer": [USER], "data-scientist": [USER]}}
BY_GROUP = {
    "identity_center": "arn:aws:sso:::instance/ssoins-0123456789abcdef",
    "personas": {"data-engineer": ["engineers"], "data-scientist": ["scientists"]},
}


def settings(persona, access):
    values = {
        **EMBEDDED,
        "alerts": {"email": ["ml@example.com"]},
        "access": access,
        "lake": {"governed": True},
    }
    if persona:
        values["spark"] = {"studio": {"personas": {"data-engineer": persona}}}
    return from_config(values, "eu-west-1", "dev")


class Life:
    """What there was of a studio at each time of its life."""

    def __init__(self, cloud, project):
        self.emr, self.iam = cloud.client("emr"), cloud.client("iam")
        self.serverless = cloud.client("emr-serverless")
        stack = settings(READS, BY_ROLE)
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs["notebooks"]
            self.made, self.by_role = self.studios(), self.policies("data-engineer")
            self.reading = self.notebook_policy()
            self.application = self.serverless.get_application(
                applicationId=self.outputs["application"]
            )["application"]
            self.same = up(stack).changes
            up(settings(WRITES, BY_ROLE))
            self.changed, self.writing = self.studios(), self.notebook_policy()
            up(settings({**WRITES, "groups": ["engineers"]}, BY_GROUP))
            self.by_group = self.studios()
            self.mapped = self.emr.list_studio_session_mappings()["SessionMappings"]
            self.no_more = self.policies("data-engineer")
            up(settings(None, BY_GROUP))
            self.left = self.studios()

    def studios(self):
        return [
            self.emr.describe_studio(StudioId=one["StudioId"])["Studio"]
            for one in self.emr.list_studios()["Studios"]
        ]

    def policies(self, persona):
        """What the role of a persona is allowed by policies of the studio."""
        role = f"maslow-dev-{persona}"
        return [
            self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in self.iam.list_role_policies(RoleName=role)["PolicyNames"]
            if "notebooks" in name
        ]

    def notebook_policy(self):
        role = self.outputs["roles"]["data-engineer"].rpartition("/")[2]
        (name,) = self.iam.list_role_policies(RoleName=role)["PolicyNames"]
        return self.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


@pytest.fixture(scope="module")
def life(project):
    with Cloud("eu-west-1") as running:
        yield Life(running, project)


def test_the_role_of_the_persona_opens_the_studio_that_was_made(life):
    (studio,) = life.made
    assert (studio["AuthMode"], studio["Url"]) == ("IAM", life.outputs["url"])
    (policy,) = life.by_role
    (opens,) = (one for one in policy["Statement"] if one.get("Sid") == "Studio")
    assert opens["Resource"] == [studio["StudioArn"]]


def test_its_application_is_for_notebooks_and_starts_and_stops_by_itself(life):
    assert life.application["interactiveConfiguration"] == {"studioEnabled": True}
    assert life.application["autoStopConfiguration"]["idleTimeoutMinutes"] == 30
    assert life.application["maximumCapacity"]["cpu"] == "32 vCPU"


def test_the_same_settings_change_nothing(life):
    assert {operation.value for operation in life.same} <= {"same", "unchanged"}


def test_what_notebooks_write_is_added_in_place(life):
    assert [one["StudioId"] for one in life.changed] == [one["StudioId"] for one in life.made]
    assert "s3:PutObject" not in json.dumps(life.reading)
    assert "s3:PutObject" in json.dumps(life.writing)


def test_by_groups_it_is_another_studio_which_the_role_does_not_open(life):
    (studio,) = life.by_group
    assert studio["AuthMode"] == "SSO"
    assert studio["StudioId"] != life.made[0]["StudioId"]
    assert [(one["StudioId"], one["IdentityName"]) for one in life.mapped] == [
        (studio["StudioId"], "engineers")
    ]
    assert life.no_more == []


def test_nothing_is_left_of_it(life):
    assert life.left == []
