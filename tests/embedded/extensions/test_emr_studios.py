"""EMR Studios: what is refused, and who is let in."""

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

POLICY = "arn:aws:iam::123456789012:policy/analysts"
ROLE = "arn:aws:iam::123456789012:role/studio"


class Studios:
    def __init__(self, cloud):
        ec2, self.emr = cloud.client("ec2"), cloud.client("emr")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"]
            for n in range(6)
        ]
        groups = [
            ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
            for name in ("workspaces", "engines")
        ]
        self.subnets = subnets
        self.asked = {
            "Name": "spark",
            "AuthMode": "SSO",
            "VpcId": vpc,
            "SubnetIds": subnets[:2],
            "ServiceRole": ROLE,
            "UserRole": ROLE,
            "WorkspaceSecurityGroupId": groups[0],
            "EngineSecurityGroupId": groups[1],
            "DefaultS3Location": "s3://workspaces/",
        }

    def made(self, **changes):
        asked = {name: value for name, value in {**self.asked, **changes}.items() if value}
        return self.emr.create_studio(**asked)["StudioId"]


@pytest.fixture(scope="module")
def studios():
    with Cloud("eu-west-1") as running:
        yield Studios(running)


def test_a_studio_is_made_told_changed_tagged_and_gone(studios):
    emr, id_ = studios.emr, studios.made()
    told = emr.describe_studio(StudioId=id_)["Studio"]
    assert told["Url"] == f"https://{id_}.emrstudio-prod.eu-west-1.amazonaws.com"
    assert id_ in [one["StudioId"] for one in emr.list_studios()["Studios"]]
    emr.update_studio(StudioId=id_, Name="others", SubnetIds=studios.subnets[:3])
    emr.add_tags(ResourceId=id_, Tags=[{"Key": "team", "Value": "a"}])
    told = emr.describe_studio(StudioId=id_)["Studio"]
    assert (told["Name"], len(told["SubnetIds"])) == ("others", 3)
    assert told["Tags"] == [{"Key": "team", "Value": "a"}]
    with pytest.raises(ClientError, match="SubnetIds lack subnet-"):
        emr.update_studio(StudioId=id_, SubnetIds=studios.subnets[:1])
    emr.remove_tags(ResourceId=id_, TagKeys=["team"])
    emr.delete_studio(StudioId=id_)
    with pytest.raises(ClientError, match="does not exist"):
        emr.describe_studio(StudioId=id_)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"VpcId": "vpc-0"}, "There is no VPC vpc-0"),
        ({"SubnetIds": ["subnet-0"]}, "subnet-0 is no subnet of vpc-"),
        ({"EngineSecurityGroupId": "sg-0"}, "sg-0 is no security group of vpc-"),
        ({"DefaultS3Location": "workspaces"}, "is no place in S3"),
        ({"AuthMode": "IAM"}, "UserRole is for the AuthMode SSO"),
        ({"UserRole": None}, "UserRole is for the AuthMode SSO"),
    ],
)
def test_a_studio_that_emr_refuses_is_refused(studios, changes, said):
    with pytest.raises(ClientError, match=said):
        studios.made(**changes)


def test_a_studio_has_at_most_five_subnets_and_two_groups(studios):
    with pytest.raises(ClientError, match="1 to 5 subnets"):
        studios.made(SubnetIds=studios.subnets)
    group = studios.asked["WorkspaceSecurityGroupId"]
    with pytest.raises(ClientError, match="two security groups"):
        studios.made(EngineSecurityGroupId=group)


def test_a_group_is_let_in_by_a_policy_once(studios):
    emr = studios.emr
    mapped = {"StudioId": studios.made(), "IdentityType": "GROUP", "IdentityName": "analysts"}
    emr.create_studio_session_mapping(**mapped, SessionPolicyArn=POLICY)
    with pytest.raises(ClientError, match="is mapped already"):
        emr.create_studio_session_mapping(**mapped, SessionPolicyArn=POLICY)
    emr.update_studio_session_mapping(**mapped, SessionPolicyArn=f"{POLICY}-2")
    told = emr.get_studio_session_mapping(**mapped)["SessionMapping"]
    assert told["SessionPolicyArn"] == f"{POLICY}-2"
    (listed,) = emr.list_studio_session_mappings(StudioId=mapped["StudioId"])["SessionMappings"]
    assert listed["IdentityName"] == "analysts"
    emr.delete_studio_session_mapping(**mapped)
    with pytest.raises(ClientError, match="does not exist"):
        emr.get_studio_session_mapping(**mapped)


def test_a_studio_of_iam_maps_nobody(studios):
    id_ = studios.made(AuthMode="IAM", UserRole=None)
    with pytest.raises(ClientError, match="AuthMode SSO"):
        studios.emr.create_studio_session_mapping(
            StudioId=id_, IdentityType="GROUP", IdentityName="a", SessionPolicyArn=POLICY
        )


def test_an_identity_is_named_one_way(studios):
    id_ = studios.made()
    with pytest.raises(ClientError, match="one of them alone"):
        studios.emr.create_studio_session_mapping(
            StudioId=id_, IdentityType="GROUP", SessionPolicyArn=POLICY
        )
