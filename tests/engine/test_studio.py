"""What people made in Studio goes before their profiles and the domain do, under the engine."""

import json

import pytest

from infra.hosts.engine import EngineHost
from tests.embedded.extensions import studio

pytestmark = pytest.mark.engine

PROJECT = """
name: studio
runtime: python
main: infra
stackConfigDir: stacks
"""
PROGRAM = """
import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from infra.needs.studio_hooks import emptying, studio_hooks

config = pulumi.Config()
hooks = studio_hooks(Durability.DISPOSABLE, "eu-west-1")
opts = pulumi.ResourceOptions(transformations=[emptying(hooks)])
domain = aws.sagemaker.Domain(
    "studio",
    domain_name="maslow-local-studio",
    auth_mode="IAM",
    vpc_id=config.require("vpc"),
    subnet_ids=config.require_object("subnets"),
    app_network_access_type="VpcOnly",
    default_user_settings={"execution_role": config.require("role")},
    retention_policy={"home_efs_file_system": "Delete"},
    opts=opts,
)
for person in config.require_object("people"):
    aws.sagemaker.UserProfile(
        person, domain_id=domain.id, user_profile_name=person, opts=opts
    )
pulumi.export("domain", domain.id)
"""


def test_people_leave_and_the_domain_goes_with_what_they_made(cloud, resources, tmp_path):
    for folder in ("infra", "stacks"):
        (tmp_path / folder).mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "infra" / "__main__.py").write_text(PROGRAM)
    stack_file = tmp_path / "stacks" / "Pulumi.local.yaml"
    stack_file.write_text("{}")
    vpc, subnets = studio.network(cloud)
    sagemaker = cloud.client("sagemaker")

    def profiles():
        found = sagemaker.list_user_profiles()["UserProfiles"]
        return sorted(one["UserProfileName"] for one in found)

    with EngineHost(cloud, resources, stack_file, root=tmp_path) as host:

        def told(*people):
            config = {"vpc": vpc, "subnets": subnets, "role": studio.ROLE, "people": people}
            named = {f"studio:{name}": value for name, value in config.items()}
            stack_file.write_text(json.dumps({"config": {"aws:region": "eu-west-1", **named}}))
            host.configure(stack_file)

        told("ana", "ben")
        domain = host.engine.up().outputs["domain"]
        for person in ("ana", "ben"):
            studio.space(sagemaker, domain, f"{person}s", person)
            studio.app(sagemaker, domain, f"{person}s")

        told("ana")
        host.engine.up()
        assert profiles() == ["ana"]
        (space,) = sagemaker.list_spaces()["Spaces"]
        assert space["SpaceName"] == "anas"

        host.engine.destroy(remove=True)
    assert profiles() == []
    assert sagemaker.list_spaces()["Spaces"] == []
    assert sagemaker.list_domains()["Domains"] == []
    groups = cloud.client("ec2").describe_security_groups()["SecurityGroups"]
    assert [one for one in groups if "-nfs-" in one["GroupName"]] == []
