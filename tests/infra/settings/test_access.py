import pytest

INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
OKTA = "arn:aws:iam::123456789012:saml-provider/o"
ANY = "arn:aws:iam::123456789012:role/*"
ROLE = "arn:aws:iam::123456789012:role/teams/data"
USER = "arn:aws:iam::123456789012:user/alice"
ROOT = "arn:aws:iam::123456789012:root"


@pytest.mark.parametrize(
    "access",
    [
        {},
        {"identity_center": INSTANCE, "personas": {"auditor": ["risk-group", ROLE]}},
        {"saml": OKTA, "personas": {"data-scientist": ["Data Science"]}, "session_hours": 8},
        {"personas": {"data-engineer": [ROLE, USER, ROOT]}, "session_hours": 12},
    ],
)
def test_people_are_named_as_whatever_signs_them_in_names_them(found, access):
    assert found(access=access) == []


@pytest.mark.parametrize(
    ("access", "mistake"),
    [
        (
            {"personas": {"auditor": ["risk-group"]}},
            'access.personas.auditor[1]: nobody knows who "risk-group" is.',
        ),
        (
            {"identity_center": INSTANCE, "personas": {"auditor": ["risk group"]}},
            'access.personas.auditor[1]: "risk group" is not the name of a permission set.',
        ),
        (
            {"saml": OKTA, "personas": {"auditor": ["*"]}},
            'access.personas.auditor[1]: "*" is not an affiliation.',
        ),
        (
            {"personas": {"auditor": [ANY]}},
            f'access.personas.auditor[1]: "{ANY}" is not the ARN of a role, a user or an account.',
        ),
        (
            {"identity_center": "sso", "personas": {"auditor": [ROLE]}},
            'access.identity_center: "sso" is not the ARN of an instance of IAM Identity Center.',
        ),
        (
            {"saml": INSTANCE, "personas": {"auditor": [ROLE]}},
            f'access.saml: "{INSTANCE}" is not the ARN of a SAML provider.',
        ),
        (
            {"saml": OKTA, "identity_center": INSTANCE, "personas": {"auditor": [ROLE]}},
            "access: identity_center and saml are both given, and a name could be of either.",
        ),
        (
            {"identity_center": INSTANCE},
            "access.identity_center: there are no personas, and so nobody signs in.",
        ),
        (
            {"session_hours": 12, "personas": {}},
            "access.session_hours: there are no personas, and so nobody signs in.",
        ),
        (
            {"personas": {"data-scientists": [ROLE]}},
            'access.personas.data-scientists: "data-scientists" is not a persona.',
        ),
        (
            {"personas": {"auditor": []}},
            "access.personas.auditor: [] is too short: at least 1 needed.",
        ),
        (
            {"personas": {"auditor": [USER]}, "session_hours": 13},
            "access.session_hours: 13 is too large: at most 12.",
        ),
    ],
)
def test_who_cannot_be_known_is_refused(found, access, mistake):
    assert found(access=access) == [mistake]


@pytest.mark.parametrize(
    "access",
    [
        {"identity_center": INSTANCE, "personas": {"auditor": ["risk-group", ROLE]}},
        {"personas": {"auditor": [ROLE]}},
    ],
)
def test_a_session_longer_than_aws_lets_a_chained_one_be_is_refused(found, access):
    (mistake,) = found(access={**access, "session_hours": 2})
    assert mistake.startswith("access.session_hours: nobody here can stay for 2 hours")
    assert found(access={**access, "session_hours": 1}) == []


def test_approvers_can_sign_in_where_personas_are_given(found):
    delivery = {"trigger": {"branch": "main"}, "approvers": ["platform-engineer"]}
    assert found(delivery=delivery) == []
    assert found(delivery=delivery, access={"personas": {"platform-engineer": [ROLE]}}) == []
    assert found(delivery=delivery, access={"personas": {"auditor": [ROLE]}}) == [
        "delivery.approvers[1]: nobody can sign in as platform-engineer."
    ]


def test_keys_are_left_to_platform_engineers_where_there_are_some(found):
    keys = {"administrators": "platform-engineers"}
    assert found(keys=keys) == ["keys.administrators: there are no platform engineers."]
    assert found(keys=keys, access={"personas": {"platform-engineer": [ROLE]}}) == []


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"rotation_days": 89}, "keys.rotation_days: 89 is too small: at least 90."),
        ({"rotation_days": 2561}, "keys.rotation_days: 2561 is too large: at most 2560."),
        ({"deletion_days": 6}, "keys.deletion_days: 6 is too small: at least 7."),
        ({"deletion_days": 31}, "keys.deletion_days: 31 is too large: at most 30."),
        ({"multi_region": "yes"}, 'keys.multi_region: "yes" is neither true nor false.'),
    ],
)
def test_periods_of_keys_are_within_what_kms_takes(found, keys, mistake):
    assert found(keys=keys) == [mistake]
    assert found(keys={"rotation_days": 90, "deletion_days": 7, "multi_region": True}) == []
