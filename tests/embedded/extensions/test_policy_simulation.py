import json

import pytest
from botocore.exceptions import ClientError

from tests.served_model import TRUST

READ = {
    "Effect": "Allow",
    "Action": ["s3:Get*", "s3:ListBucket"],
    "Resource": "arn:aws:s3:::lake/*",
}
RAW = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::lake/raw/*"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def custom(cloud, *statements, action="s3:GetObject", on="arn:aws:s3:::lake/a", **context):
    entries = [
        {
            "ContextKeyName": key.replace("_", ":"),
            "ContextKeyValues": values,
            "ContextKeyType": "string",
        }
        for key, values in context.items()
    ]
    (result,) = cloud.client("iam").simulate_custom_policy(
        PolicyInputList=[document(*statements)],
        ActionNames=[action],
        ResourceArns=[on],
        ContextEntries=entries,
    )["EvaluationResults"]
    return result


@pytest.mark.parametrize(
    ("action", "on", "decision"),
    [
        ("s3:GetObject", "arn:aws:s3:::lake/a", "allowed"),
        ("S3:getobject", "arn:aws:s3:::lake/a", "allowed"),
        ("s3:GetObject", "arn:aws:s3:::lake/raw/a", "explicitDeny"),
        ("s3:GetObject", "arn:aws:s3:::pond/a", "implicitDeny"),
        ("s3:PutObject", "arn:aws:s3:::lake/a", "implicitDeny"),
    ],
)
def test_a_deny_wins_and_silence_is_none(cloud, action, on, decision):
    assert custom(cloud, READ, RAW, action=action, on=on)["EvalDecision"] == decision


@pytest.mark.parametrize(
    ("condition", "values", "decision"),
    [
        ({"StringEquals": {"aws:stage": "dev"}}, ["dev"], "allowed"),
        ({"StringEquals": {"aws:stage": ["qa", "dev"]}}, ["dev"], "allowed"),
        ({"StringEquals": {"aws:stage": "dev"}}, ["prod"], "implicitDeny"),
        ({"StringNotEquals": {"aws:stage": ["qa", "dev"]}}, ["dev"], "implicitDeny"),
        ({"StringLike": {"aws:stage": "d*"}}, ["dev"], "allowed"),
        ({"ForAnyValue:StringEquals": {"aws:stage": "dev"}}, ["qa", "dev"], "allowed"),
        ({"ForAllValues:StringEquals": {"aws:stage": "dev"}}, ["qa", "dev"], "implicitDeny"),
        ({"NumericLessThan": {"aws:stage": "10"}}, ["9"], "allowed"),
        (
            {"DateGreaterThan": {"aws:stage": "2026-01-01T00:00:00Z"}},
            ["2025-01-01T00:00:00Z"],
            "implicitDeny",
        ),
        ({"IpAddress": {"aws:stage": "10.0.0.0/8"}}, ["10.1.2.3"], "allowed"),
        ({"Bool": {"aws:stage": "true"}}, ["true"], "allowed"),
        ({"Null": {"aws:stage": "true"}}, ["any"], "implicitDeny"),
    ],
)
def test_conditions_are_weighed(cloud, condition, values, decision):
    result = custom(cloud, {**READ, "Condition": condition}, aws_stage=values)
    assert result["EvalDecision"] == decision
    assert result["MissingContextValues"] == []


@pytest.mark.parametrize(
    ("operator", "decision", "missing"),
    [
        ("StringEquals", "implicitDeny", ["aws:stage"]),
        ("StringEqualsIfExists", "allowed", ["aws:stage"]),
        ("StringNotEquals", "allowed", ["aws:stage"]),
        ("ForAnyValue:StringNotEquals", "implicitDeny", ["aws:stage"]),
        ("ForAllValues:StringEquals", "allowed", ["aws:stage"]),
        ("Null", "implicitDeny", []),
    ],
)
def test_a_key_that_is_not_given_is_told(cloud, operator, decision, missing):
    wanted = "false" if operator == "Null" else "dev"
    result = custom(cloud, {**READ, "Condition": {operator: {"aws:stage": wanted}}})
    assert (result["EvalDecision"], result["MissingContextValues"]) == (decision, missing)


def test_variables_stand_for_what_the_request_brings(cloud):
    home = {**READ, "Resource": "arn:aws:s3:::lake/${aws:username}/*"}
    mine = {"on": "arn:aws:s3:::lake/ada/a"}
    assert custom(cloud, home, **mine, aws_username=["ada"])["EvalDecision"] == "allowed"
    assert custom(cloud, home, **mine, aws_username=["bob"])["EvalDecision"] == "implicitDeny"
    assert custom(cloud, home, **mine)["MissingContextValues"] == ["aws:username"]


def test_a_roles_own_policies_and_its_boundary_decide(cloud):
    iam = cloud.client("iam")
    boundary = iam.create_policy(
        PolicyName="boundary", PolicyDocument=document({**READ, "Resource": "*"}, RAW)
    )["Policy"]["Arn"]
    attached = iam.create_policy(
        PolicyName="attached",
        PolicyDocument=document({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}),
    )["Policy"]["Arn"]
    role = iam.create_role(
        RoleName="bounded",
        AssumeRolePolicyDocument=json.dumps(TRUST),
        PermissionsBoundary=boundary,
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="bounded",
        PolicyName="own",
        PolicyDocument=document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
    )
    iam.attach_role_policy(RoleName="bounded", PolicyArn=attached)

    def decided(action, on="arn:aws:s3:::lake/a"):
        (result,) = iam.simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[on]
        )["EvaluationResults"]
        within = result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"]
        return (
            result["EvalDecision"],
            within,
            [m["SourcePolicyId"] for m in result["MatchedStatements"]],
        )

    assert decided("s3:GetObject") == ("allowed", True, ["own"])
    assert decided("s3:PutObject") == ("implicitDeny", False, [])
    assert decided("s3:GetObject", "arn:aws:s3:::lake/raw/a") == ("explicitDeny", False, [boundary])
    assert decided("sqs:SendMessage", "*") == ("implicitDeny", False, [])
    iam.delete_role_permissions_boundary(RoleName="bounded")
    (result,) = iam.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["sqs:SendMessage"]
    )["EvaluationResults"]
    assert (result["EvalDecision"], result["EvalResourceName"]) == ("allowed", "*")
    assert [m["SourcePolicyId"] for m in result["MatchedStatements"]] == [attached]


def test_what_is_not_simulated_is_refused_by_name(cloud):
    iam = cloud.client("iam")
    with pytest.raises(ClientError, match=r"The principal .*nobody cannot be found"):
        iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/nobody", ActionNames=["s3:GetObject"]
        )
    with pytest.raises(ClientError, match="does not simulate with ResourcePolicy"):
        iam.simulate_custom_policy(
            PolicyInputList=[document(READ)],
            ActionNames=["s3:GetObject"],
            ResourcePolicy=document({**READ, "Principal": "*"}),
        )
    with pytest.raises(ClientError, match="does not simulate the operator Odd"):
        custom(cloud, {**READ, "Condition": {"Odd": {"aws:stage": "dev"}}})
