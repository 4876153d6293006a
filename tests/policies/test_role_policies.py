from collections.abc import Callable

import pulumi_aws as aws
import pytest
from pulumi import ResourceOptions

from infra.graph import Graph, record
from policies.role_policies import role_policies


def test_whatever_uses_a_role_waits_for_its_policies(either_pass: Graph) -> None:
    assert role_policies(either_pass) == []


def role() -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    role = aws.iam.Role("runner", assume_role_policy="{}")
    return role, aws.iam.RolePolicy("runs", role=role.name, policy="{}")


def model(role: aws.iam.Role, opts: ResourceOptions | None = None) -> aws.sagemaker.Model:
    return aws.sagemaker.Model("model", execution_role_arn=role.arn, opts=opts)


def waiting() -> None:
    used, policy = role()
    model(used, ResourceOptions(depends_on=[policy]))


def waiting_through_another() -> None:
    used, policy = role()
    bucket = aws.s3.Bucket("bucket", opts=ResourceOptions(depends_on=[policy]))
    model(used, ResourceOptions(depends_on=[bucket]))


def needed_by_the_policy() -> None:
    used = aws.iam.Role("runner", assume_role_policy="{}")
    made = model(used)
    aws.iam.RolePolicy("runs", role=used.name, policy=made.arn)


def mentioning() -> None:
    used, _ = role()
    aws.kms.Key("key", policy=used.arn.apply(lambda arn: f'{{"Principal": "{arn} "}}'))


def granting() -> None:
    used, _ = role()
    aws.lakeformation.Permissions(
        "grant", principal=used.arn, permissions=["DESCRIBE"], database={"name": "curated"}
    )


@pytest.mark.parametrize(
    "program", [waiting, waiting_through_another, needed_by_the_policy, mentioning, granting]
)
def test_what_waits_or_cannot_is_let_pass(program: Callable[[], None]) -> None:
    assert role_policies(record(program)) == []


def test_what_names_its_role_alone_is_found() -> None:
    (finding,) = role_policies(record(lambda: model(role()[0]) and None))
    assert finding.rule == "role_policies"
    assert finding.type == "aws:sagemaker/model:Model"
    assert finding.resource == "model"
    assert finding.message == "uses a role and does not depend on its policy runs"


def test_an_attached_policy_is_waited_for_as_well() -> None:
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"

    def program() -> None:
        used = aws.iam.Role("runner", assume_role_policy="{}")
        aws.iam.RolePolicyAttachment("reads", role=used.name, policy_arn=policy)
        model(used)

    (finding,) = role_policies(record(program))
    assert finding.message.endswith("its policy reads")
