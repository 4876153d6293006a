"""What is told to be open, of small graphs and of the environments'."""

import json

import pulumi_aws as aws
import pytest

from infra.exposure import openings
from infra.graph import record
from infra.project import Project

OWN = "123456789012"
OTHER = "999999999999"


@pytest.fixture
def opened(project: Project):
    """What is open of a program's graph, in an environment like local."""
    stack = project.stack("local")

    def found(program):
        return openings(record(program), stack)

    return found


def trusting(name: str, principal: object, **more: object) -> None:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws.iam.Role(name, assume_role_policy=json.dumps(policy))


def test_nothing_is_open_where_a_role_trusts_services_and_its_own_account(opened):
    def program():
        trusting("jobs", {"Service": "sagemaker.amazonaws.com"})
        trusting("people", {"AWS": f"arn:aws:iam::{OWN}:root"})

    assert opened(program) == []


def test_a_role_for_another_account_is_told_with_the_account(opened):
    def program():
        trusting("partner", {"AWS": [f"arn:aws:iam::{OTHER}:root", OWN]})

    assert opened(program) == [("others", f"account {OTHER} is let in by partner")]


def test_what_a_policy_denies_is_not_open(opened):
    assert opened(lambda: trusting("partner", {"AWS": OTHER}, Effect="Deny")) == []


def test_a_policy_for_anybody_is_told_unless_a_condition_says_whom(opened):
    assert opened(lambda: trusting("all", "*")) == [("anybody", "all allow anybody")]
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert opened(lambda: trusting("all", "*", Condition=condition)) == []


def test_roles_by_tokens_are_told_with_the_host(opened):
    provider = f"arn:aws:iam::{OWN}:oidc-provider/gitlab.com"
    told = opened(lambda: trusting("ci", {"Federated": provider}))
    assert told == [("sign-in", "1 role by tokens of gitlab.com")]


def test_an_ingress_from_anywhere_and_a_bucket_without_a_block_are_told(opened):
    def program():
        aws.s3.Bucket("open")
        closed = aws.s3.Bucket("closed")
        aws.s3.BucketPublicAccessBlock("block", bucket=closed.id, block_public_acls=True)
        for name, cidr in (("all", "0.0.0.0/0"), ("inside", "10.0.0.0/8")):
            aws.vpc.SecurityGroupIngressRule(
                name, security_group_id="sg-1", ip_protocol="tcp", cidr_ipv4=cidr
            )

    assert opened(program) == [
        ("anybody", "all let in from anywhere"),
        ("anybody", "open may be made public: they have no public access block"),
    ]


def test_builds_outside_of_the_network_are_told(opened):
    def program():
        common = {
            "service_role": "r",
            "artifacts": {"type": "NO_ARTIFACTS"},
            "environment": {"compute_type": "c", "image": "i", "type": "t"},
            "source": {"type": "NO_SOURCE"},
        }
        aws.codebuild.Project("outside", **common)
        inside = {"vpc_id": "v", "subnets": ["s"], "security_group_ids": ["g"]}
        aws.codebuild.Project("inside", vpc_config=inside, **common)

    assert opened(program) == [("builds", "1 project of CodeBuild outside of the network")]


def test_the_way_out_is_told_with_what_filters_it(opened):
    def program():
        aws.ec2.NatGateway("gateway", subnet_id="s")

    assert opened(program) == [("internet", "jobs reach it by 1 NAT gateway, unfiltered")]

    def filtered():
        program()
        aws.route53.ResolverFirewallRuleGroup("names")

    assert opened(filtered) == [
        ("internet", "jobs reach it by 1 NAT gateway, filtered by DNS Firewall")
    ]


def test_other_environments_are_told_with_their_accounts(recording, project):
    told = dict(openings(recording("staging", "second"), project.stack("staging")))
    assert told["dev"].startswith("account 111111111111: lets in 1 of its roles and reaches ")
    assert told["sign-in"] == "2 roles by tokens of token.actions.githubusercontent.com"
