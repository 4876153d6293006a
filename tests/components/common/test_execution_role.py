import json

import pytest

from components.common.execution_role import ExecutionRole
from components.common.iam import allow, document
from infra.graph import record

READ = json.dumps(document(allow(["s3:GetObject"], ["arn:aws:s3:::raw/*"])))
WRITE = json.dumps(document(allow(["s3:PutObject"], ["arn:aws:s3:::curated/*"])))


def roles(policies):
    made = []

    def program():
        made.append(
            ExecutionRole(
                "training",
                {
                    "service": "sagemaker.amazonaws.com",
                    "account_id": "123456789012",
                    "policies": policies,
                },
            )
        )

    return record(program), made[0]


def test_a_role_is_assumed_by_its_service_for_this_account_alone():
    graph, _ = roles({"read": READ})
    trust = json.loads(graph.one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": ["sts:AssumeRole"],
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        }
    ]


def test_a_role_may_do_what_its_own_policies_say_and_no_more():
    graph, _ = roles({"read": READ, "write": WRITE})
    attached = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    assert {policy.name: policy.inputs["policy"] for policy in attached} == {
        "training-read": READ,
        "training-write": WRITE,
    }
    assert "managedPolicyArns" not in graph.one("aws:iam/role:Role").inputs
    assert graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment") == []


def test_a_role_tells_what_to_wait_for():
    graph, role = roles({"read": READ, "write": WRITE})
    assert len(role.ready) == len(graph.of_type("aws:iam/rolePolicy:RolePolicy"))


def test_a_role_without_policies_is_refused():
    with pytest.raises(ValueError, match="training: an execution role needs at least one policy"):
        roles({})
