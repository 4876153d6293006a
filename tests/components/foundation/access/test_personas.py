import json
from fnmatch import fnmatchcase

import pytest

from components.common.iam import allow, document
from components.foundation.access.persona_policies import PERSONAS, SEE_SETTINGS, WITHOUT_DATA
from components.foundation.access.personas import Personas, permission_set_roles, persona_trust
from infra.graph import record

ACCOUNT, REGION = "333333333333", "eu-west-1"
INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
OKTA = f"arn:aws:iam::{ACCOUNT}:saml-provider/okta"
RESERVED = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com"
PIPELINES = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:maslow-prod-"
SETTINGS = f"arn:aws:iam::{ACCOUNT}:policy/maslow-prod-permissions-preview-1"
DEPLOYING = f"arn:aws:iam::{ACCOUNT}:policy/maslow-prod-permissions-deploy-1"
STATE = document(allow(["s3:GetObject"], ["arn:aws:s3:::maslow-prod-state-1/*"]))
ZONES = {
    zone: f"arn:aws:s3:::maslow-prod-lake-{zone}" for zone in ("raw", "curated", "features", "gold")
}
KEYS = {
    holds: f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{holds}"
    for holds in ("data", "artifacts", "logs", "messages", "audit")
}


def people(approvers=(), hours=1, queried=None, **personas):
    settings = {
        name.replace("_", "-"): {
            "permission_sets": sets,
            "affiliations": [],
            "principals": [],
            "role_name": f"maslow-prod-{name.replace('_', '-')}",
            "approves": name in approvers,
        }
        for name, sets in personas.items()
    }

    def program():
        Personas(
            "maslow-prod-people",
            {
                "personas": settings,
                "identity_center_arn": INSTANCE,
                "session_hours": hours,
                "settings_policy_arns": [SETTINGS],
                "deploy_policy_arns": [DEPLOYING],
                "state_policy": json.dumps(STATE),
                "project": "maslow",
                "environment": "prod",
                "account_id": ACCOUNT,
                "region": REGION,
                "zones": ZONES,
                "queried_zones": queried or {},
                "results_arn": "arn:aws:s3:::maslow-prod-lake-results",
                "artifacts_arn": "arn:aws:s3:::maslow-prod-artifacts",
                "keys": KEYS,
            },
        )

    return record(program)


def allowed(persona, approves=False):
    """Pairs of action and resource that a persona's own policy allows."""
    name = persona.replace("-", "_")
    graph = people(approvers=[name] if approves else [], **{name: ["group"]})
    (text,) = [
        policy.inputs["policy"]
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if policy.name.endswith("-work")
    ]
    policy = json.loads(text)
    assert all(statement["Effect"] == "Allow" for statement in policy["Statement"])
    return {
        (action, resource)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def touched(persona, *actions):
    return {resource for action, resource in allowed(persona) if action in actions}


def objects(*zones):
    return {f"{ZONES[zone]}/*" for zone in zones}


def of_zones(resources):
    return {resource for resource in resources if resource.startswith(tuple(ZONES.values()))}


@pytest.mark.parametrize(
    ("persona", "read", "written"),
    [
        ("data-engineer", ["raw", "curated", "features", "gold"], ["raw", "curated", "gold"]),
        ("data-scientist", ["curated", "features", "gold"], []),
        ("ml-engineer", [], []),
        ("platform-engineer", [], []),
        ("reviewer", [], []),
        ("auditor", [], []),
        ("break-glass", [], []),
    ],
)
def test_a_persona_reads_and_writes_its_own_zones_and_no_other(persona, read, written):
    assert of_zones(touched(persona, "s3:GetObject")) == objects(*read)
    assert of_zones(touched(persona, "s3:PutObject", "s3:DeleteObject")) == objects(*written)


@pytest.mark.parametrize("persona", WITHOUT_DATA)
def test_who_reads_no_data_has_no_use_of_its_key(persona):
    assert KEYS["data"] not in touched(persona, "kms:Decrypt", "kms:GenerateDataKey")
    assert not touched(persona, "athena:StartQueryExecution", "glue:GetTable")


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_persona_makes_what_the_program_makes_or_hands_out_roles(persona):
    actions = {action for action, _ in allowed(persona, approves=True)}
    making = {"sagemaker:Create", "iam:", "sts:", "codebuild:Create", "kms:CreateGrant"}
    assert not [action for action in actions if action.startswith(tuple(making))]


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_persona_approves_deliveries_only_where_it_is_an_approver(persona):
    approving = ("codepipeline:PutApprovalResult", f"{PIPELINES}*/Approve/Approve")
    assert approving in allowed(persona, approves=True)
    assert not touched(persona, "codepipeline:PutApprovalResult")


def test_versions_of_models_are_approved_by_ml_engineers_alone():
    approving = {name for name in PERSONAS if touched(name, "sagemaker:UpdateModelPackage")}
    assert approving == {"ml-engineer"}


def test_records_are_looked_up_by_data_scientists_who_may_ask_endpoints_about_them():
    looking = {name for name in PERSONAS if touched(name, "sagemaker:GetRecord")}
    asking = {name for name in PERSONAS if touched(name, "sagemaker:InvokeEndpoint")}
    assert looking == {"data-scientist"}
    assert asking == {"data-scientist", "ml-engineer"}


def test_the_trail_is_read_by_auditors_alone():
    trails = "arn:aws:s3:::maslow-prod-trails-*/*"
    assert {name for name in PERSONAS if trails in touched(name, "s3:GetObject")} == {"auditor"}
    assert {name for name in PERSONAS if KEYS["audit"] in touched(name, "kms:Decrypt")} == {
        "auditor"
    }


def test_an_auditor_sees_who_is_behind_a_permission_set():
    assert INSTANCE in touched("auditor", "sso:ListAccountAssignments")


def test_settings_are_seen_by_those_who_operate_review_and_audit():
    graph = people(**{name.replace("-", "_"): ["group"] for name in PERSONAS})
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    held = {
        (each.inputs["role"].removeprefix("maslow-prod-"), each.inputs["policyArn"])
        for each in attached
    }
    assert held == {*((persona, SETTINGS) for persona in SEE_SETTINGS), ("break-glass", DEPLOYING)}


def test_who_breaks_the_glass_deploys_as_the_deployment_does():
    graph = people(break_glass=["AdministratorAccess"])
    role = graph.one("aws:iam/role:Role").inputs["name"]
    attached = graph.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs
    assert (attached["role"], attached["policyArn"]) == (role, DEPLOYING)
    written = [p.inputs["policy"] for p in graph.of_type("aws:iam/rolePolicy:RolePolicy")]
    assert json.dumps(STATE) in written


def test_a_role_has_the_name_that_people_type_and_ends_with_their_session():
    role = people(data_scientist=["ds"], hours=2).one("aws:iam/role:Role")
    assert role.inputs["name"] == "maslow-prod-data-scientist"
    assert role.inputs["maxSessionDuration"] == 7200


def test_a_permission_set_comes_by_the_role_that_identity_center_makes_for_it():
    (statement,) = persona_trust(account_id=ACCOUNT, permission_sets=["ds"])["Statement"]
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}
    assert statement["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": [
                f"{RESERVED}*/AWSReservedSSO_ds_????????????????",
            ]
        }
    }


@pytest.mark.parametrize(
    ("role", "comes"),
    [
        ("eu-west-1/AWSReservedSSO_ds_0123456789abcdef", True),
        ("AWSReservedSSO_ds_0123456789abcdef", True),
        ("eu-west-1/AWSReservedSSO_ds_admin_0123456789abcdef", False),
        ("eu-west-1/AWSReservedSSO_dsx_0123456789abcdef", False),
    ],
)
def test_one_permission_set_does_not_let_another_in(role, comes):
    (pattern,) = permission_set_roles(["ds"], ACCOUNT)
    arn = f"{RESERVED}/{role}"
    assert fnmatchcase(arn, pattern) is comes


def test_saml_lets_in_by_affiliation():
    trusted = persona_trust(
        account_id=ACCOUNT, saml_provider_arn=OKTA, affiliations=["Data Science"]
    )
    (statement,) = trusted["Statement"]
    assert statement["Principal"] == {"Federated": OKTA}
    assert statement["Condition"]["ForAnyValue:StringEquals"] == {
        "saml:edupersonaffiliation": ["Data Science"]
    }


def test_users_come_with_a_second_factor_and_roles_as_they_are():
    user, role = f"arn:aws:iam::{ACCOUNT}:user/alice", f"arn:aws:iam::{ACCOUNT}:role/team"
    root = f"arn:aws:iam::{ACCOUNT}:root"
    users, roles = persona_trust(account_id=ACCOUNT, principals=[user, role, root])["Statement"]
    assert users["Principal"] == {"AWS": [user, root]}
    assert users["Condition"] == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "StringEquals": {"aws:PrincipalType": "User"},
    }
    assert roles["Principal"] == {"AWS": [role, root]}
    assert roles["Condition"] == {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}


def test_a_persona_that_nobody_is_let_in_as_is_refused():
    with pytest.raises(ValueError, match="auditor: nobody is let in"):
        people(auditor=[])


def test_a_persona_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="owner: is none of platform-engineer, data-engineer"):
        people(owner=["group"])


def governed(persona, zones):
    """Pairs of action and resource that a reader of a governed lake is allowed."""
    graph = people(queried={persona: zones}, **{persona.replace("-", "_"): ["group"]})
    (text,) = [
        policy.inputs["policy"]
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if policy.name.endswith("-work")
    ]
    return {
        (action, resource)
        for statement in json.loads(text)["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize("persona", ["data-scientist", "ml-engineer"])
def test_a_reader_of_a_governed_lake_queries_tables_and_reads_no_file(persona):
    found = governed(persona, ["curated"])
    assert not of_zones({resource for _, resource in found})
    assert ("lakeformation:GetDataAccess", "*") in found
    asked = {resource for action, resource in found if action == "glue:GetTable"}
    assert {resource.rpartition(":")[2] for resource in asked} == {
        "catalog",
        "database/maslow_prod_curated",
        "table/maslow_prod_curated/*",
    }
    assert ("kms:Decrypt", KEYS["data"]) in found
    assert any(action == "athena:StartQueryExecution" for action, _ in found)


def test_who_is_no_reader_is_lent_nothing():
    for persona in PERSONAS:
        assert not touched(persona, "lakeformation:GetDataAccess")


def saying(**trusted):
    """What a trust says of source identities: whose, and the conditions."""
    plain = persona_trust(account_id=ACCOUNT, **trusted)["Statement"]
    named = persona_trust(account_id=ACCOUNT, names_people=True, **trusted)["Statement"]
    found = [one for one in named if one["Action"] == ["sts:SetSourceIdentity"]]
    assert [one for one in named if one not in found] == plain
    return [(one["Principal"], one["Condition"]) for one in found]


def test_a_user_says_their_own_name_and_a_role_the_one_that_it_has():
    user, role = f"arn:aws:iam::{ACCOUNT}:user/ana", f"arn:aws:iam::{ACCOUNT}:role/gate"
    (users, of_user), (roles, of_role) = saying(principals=[user, role])
    assert (users, roles) == ({"AWS": [user]}, {"AWS": [role]})
    assert of_user == {
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "StringEquals": {"aws:PrincipalType": "User", "sts:SourceIdentity": "${aws:username}"},
    }
    assert of_role == {
        "StringEquals": {
            "aws:PrincipalType": "AssumedRole",
            "sts:SourceIdentity": "${aws:SourceIdentity}",
        }
    }


def test_a_provider_of_saml_vouches_for_the_names_of_those_whom_it_lets_in():
    ((provider, when),) = saying(saml_provider_arn=OKTA, affiliations=["science"])
    assert provider == {"Federated": OKTA}
    assert when == {"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": ["science"]}}
