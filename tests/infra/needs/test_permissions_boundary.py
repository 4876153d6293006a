import pulumi
import pulumi_aws as aws

from infra.graph import record
from infra.needs.need import Guards, Need

BOUNDARY = "arn:aws:iam::123456789012:policy/maslow-dev-boundary"
ROLE = "aws:iam/role:Role"


class Nested(pulumi.ComponentResource):
    """A component that makes a role and knows of no boundary."""

    def __init__(self, name, opts):
        super().__init__("maslow:index:Nested", name, None, opts)
        role(name, parent=self)


def role(name, parent):
    aws.iam.Role(name, assume_role_policy="{}", opts=pulumi.ResourceOptions(parent=parent))


def boundaries(program):
    made = record(program).of_type(ROLE)
    return {role.name: role.inputs.get("permissionsBoundary") for role in made}


def test_every_role_below_a_need_bears_its_boundary_however_deep_it_is():
    def program():
        need = Need("data", aws.Provider("aws"), Guards(pulumi.Output.from_input(BOUNDARY)))
        role("shallow", need)
        Nested("deep", need.child_options())
        Nested("of-a-model", need.child_options("readmission"))

    assert boundaries(program) == dict.fromkeys(("shallow", "deep", "of-a-model"), BOUNDARY)


def test_the_need_that_makes_the_boundary_binds_what_comes_after_it():
    def program():
        need = Need("foundation", aws.Provider("aws"))
        role("before", need)
        need.set_permissions_boundary(pulumi.Output.from_input(BOUNDARY))
        role("after", need)

    assert boundaries(program) == {"before": None, "after": BOUNDARY}


def test_what_is_no_role_is_left_as_it_is():
    def program():
        need = Need("data", aws.Provider("aws"), Guards(pulumi.Output.from_input(BOUNDARY)))
        aws.s3.Bucket("raw", opts=need.child_options())

    assert "permissionsBoundary" not in record(program).one("aws:s3/bucket:Bucket").inputs
