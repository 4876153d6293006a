import json

import pytest
from botocore.exceptions import ClientError

READ_ONLY = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def test_a_policy_of_awss_is_attached_and_read(cloud):
    iam = cloud.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")
    iam.attach_role_policy(RoleName="reader", PolicyArn=READ_ONLY)
    (attached,) = iam.list_attached_role_policies(RoleName="reader")["AttachedPolicies"]
    assert attached == {"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": READ_ONLY}
    policy = iam.get_policy(PolicyArn=READ_ONLY)["Policy"]
    version = iam.get_policy_version(PolicyArn=READ_ONLY, VersionId=policy["DefaultVersionId"])
    assert "s3:Get*" in json.dumps(version["PolicyVersion"]["Document"])


def test_awss_policies_are_listed_beside_ones_own(cloud):
    iam = cloud.client("iam")
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    own = iam.create_policy(PolicyName="own", PolicyDocument=document)["Policy"]["Arn"]
    listed = iam.get_paginator("list_policies").paginate(Scope="AWS").build_full_result()
    assert READ_ONLY in {policy["Arn"] for policy in listed["Policies"]}
    local = iam.list_policies(Scope="Local")["Policies"]
    assert [policy["Arn"] for policy in local] == [own]


def test_a_policy_that_aws_does_not_have_is_refused(cloud):
    iam = cloud.client("iam")
    iam.create_role(RoleName="nobody", AssumeRolePolicyDocument="{}")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.attach_role_policy(RoleName="nobody", PolicyArn=f"{READ_ONLY}AndMore")
