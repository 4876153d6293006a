import json

from components.foundation.access.boundary import Boundary, boundary_policy
from infra.graph import record
from infra.naming import HEAD_LIMIT

ACCOUNT, ELSEWHERE = "333333333333", "111111111111"
ARN = f"arn:aws:iam::{ACCOUNT}:policy/maslow-prod-boundary"
LUSTRE_ROLES = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*"
)
MOST_CHARACTERS = 6144


def policy():
    return boundary_policy(
        boundary_arn=ARN,
        break_glass="maslow-prod-break-glass",
        project="maslow",
        environment="prod",
        account_id=ACCOUNT,
        other_accounts=[ELSEWHERE],
        region="eu-west-1",
    )


def titled(sid):
    (found,) = [s for s in policy()["Statement"] if s["Sid"] == sid]
    return found


def test_services_are_used_in_the_region_and_on_what_the_project_owns():
    here = titled("ServicesHere")
    assert here["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
        "StringEqualsIfExists": {"aws:ResourceAccount": [ELSEWHERE, ACCOUNT]},
    }
    assert "sagemaker:*" in here["Action"]
    assert not {"iam:*", "sts:*", "organizations:*"} & set(here["Action"])


def test_a_connection_is_used_by_either_name_of_its_service():
    assert {"codeconnections:*", "codestar-connections:*"} <= set(titled("ServicesHere")["Action"])


def test_a_role_is_made_and_written_to_only_if_it_bears_the_boundary():
    assert titled("BoundedRoles") == {
        "Sid": "BoundedRoles",
        "Effect": "Allow",
        "Action": ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"],
        "Resource": [f"arn:aws:iam::{ACCOUNT}:role/maslow-prod-*"],
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": ARN}},
    }


def test_what_is_allowed_in_iam_is_reading_and_the_environments_own_roles():
    named = [
        (action, resource)
        for statement in policy()["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
        if action.startswith("iam:")
        for resource in statement["Resource"]
    ]
    assert {action for action, resource in named if resource == "*"} == {
        "iam:GenerateCredentialReport",
        "iam:Get*",
        "iam:List*",
    }
    assert {resource for _, resource in named if resource != "*"} == {
        f"arn:aws:iam::{ACCOUNT}:role/maslow-prod-*",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/*",
        f"arn:aws:iam::{ACCOUNT}:instance-profile/maslow-prod-*",
        f"arn:aws:iam::{ACCOUNT}:instance-profile/eks*",
        LUSTRE_ROLES,
    }
    # IAM lets nobody but their service change these, in whoever's name.
    assert {action for action, resource in named if resource == LUSTRE_ROLES} == {
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
    }
    assert "iam:PassRole" in titled("OwnRoles")["Action"]


def test_nobody_leaves_the_boundary_or_ends_the_trail():
    withheld = titled("Withheld")
    assert withheld["Effect"] == "Deny"
    assert withheld["Resource"] == ["*"]
    assert "Condition" not in withheld
    assert {
        "iam:DeleteRolePermissionsBoundary",
        "cloudtrail:StopLogging",
        "organizations:*",
    } <= set(withheld["Action"])


def test_it_is_small_enough_for_a_managed_policy():
    text = json.dumps(
        boundary_policy(
            boundary_arn=f"arn:aws:iam::{ACCOUNT}:policy/{'x' * 128}",
            break_glass="x" * 64,
            project="x" * 15,
            environment="x" * (HEAD_LIMIT - 15),
            account_id=ACCOUNT,
            other_accounts=[f"{number:012}" for number in range(10)],
            region="ap-southeast-1",
            backups="x" * 64,
        ),
        separators=(",", ":"),
    )
    assert len(text) < MOST_CHARACTERS


def test_its_arn_is_told_once_it_is_there():
    told = []

    def program():
        boundary = Boundary(
            "maslow-prod-boundary",
            {
                "policy_name": "maslow-prod-boundary",
                "break_glass": "maslow-prod-break-glass",
                "project": "maslow",
                "environment": "prod",
                "account_id": ACCOUNT,
                "other_accounts": [ELSEWHERE],
                "region": "eu-west-1",
            },
        )
        boundary.arn.apply(told.append)

    graph = record(program)
    made = graph.one("aws:iam/policy:Policy")
    assert made.inputs["name"] == "maslow-prod-boundary"
    assert json.loads(made.inputs["policy"]) == policy()
    assert told == ["arn:aws:iam::123456789012:policy/maslow-prod-boundary"]


def test_only_the_role_of_backups_has_objects_listed_beside_break_glass():
    def denied(backups):
        policy = boundary_policy(
            boundary_arn=ARN,
            break_glass="maslow-prod-break-glass",
            project="maslow",
            environment="prod",
            account_id=ACCOUNT,
            other_accounts=[ELSEWHERE],
            region="eu-west-1",
            backups=backups,
        )
        assert len(json.dumps(policy, separators=(",", ":"))) <= MOST_CHARACTERS
        return {
            action: each["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
            for each in policy["Statement"]
            if each["Effect"] == "Deny" and "ArnNotEquals" in each.get("Condition", {})
            for action in each["Action"]
        }

    listing = "s3:PutInventoryConfiguration"
    alone, beside = denied(""), denied("maslow-prod-zone-backups")
    glass = f"arn:aws:iam::{ACCOUNT}:role/maslow-prod-break-glass"
    assert alone[listing] == [glass]
    assert beside[listing] == [glass, f"arn:aws:iam::{ACCOUNT}:role/maslow-prod-zone-backups"]
    for each in (alone, beside):
        del each[listing]
    assert alone == beside


def test_copies_of_a_zone_are_written_where_they_are_asked_for_and_nowhere_else():
    def copying(copies):
        policy = boundary_policy(
            boundary_arn=ARN,
            break_glass="maslow-prod-break-glass",
            project="maslow",
            environment="prod",
            account_id=ACCOUNT,
            other_accounts=[ELSEWHERE],
            region="eu-west-1",
            copies=copies,
        )
        assert len(json.dumps(policy, separators=(",", ":"))) <= MOST_CHARACTERS
        return [each for each in policy["Statement"] if each.get("Sid") == "CopiesElsewhere"]

    assert copying([]) == []
    copies = ["arn:aws:s3:::copies/*", "arn:aws:kms:eu-central-1:222222222222:key/copies"]
    (found,) = copying(copies)
    assert found["Resource"] == copies
    assert "s3:ReplicateObject" in found["Action"]
    assert "s3:PutObject" not in found["Action"]
