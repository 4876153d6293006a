"""Every policy of the foundation, read by cfn-lint, which knows IAM's grammar and actions."""

import json

import pytest
from cfnlint.api import ManualArgs, lint

from components.common.bucket import access_log_policy, private_bucket_policy
from components.common.iam import trust
from components.foundation.alerts.alerts import alert_topic_policy
from components.foundation.keys.key_policy import DataClass, key_policy
from components.foundation.network.endpoint_policies import flow_log_policy, s3_endpoint_policy

ACCOUNT = "123456789012"
REGION = "eu-west-1"
BUCKET = "arn:aws:s3:::raw"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"

PRIVATE_BUCKET = private_bucket_policy(bucket_arn=BUCKET, key_arn=KEY, account_id=ACCOUNT)
ACCESS_LOGS = access_log_policy(bucket_arn=BUCKET, account_id=ACCOUNT)
ALERTS = alert_topic_policy(topic_arn=TOPIC, account_id=ACCOUNT, region=REGION)
FLOW_LOGS = flow_log_policy(log_group_arn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:flow")
S3_ENDPOINT = s3_endpoint_policy(account_id=ACCOUNT, region=REGION)
TRUST = trust("sagemaker.amazonaws.com", account_id=ACCOUNT)


def bucket_policy(bucket, policy):
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": bucket, "PolicyDocument": policy},
    }


def findings(resources):
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return [str(match) for match in lint(json.dumps(template), config=ManualArgs(regions=[REGION]))]


def test_every_policy_is_good_grammar_and_names_real_actions():
    keys = {
        f"{holds.value.title()}Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {"KeyPolicy": key_policy(holds=holds, account_id=ACCOUNT, region=REGION)},
        }
        for holds in DataClass
    }
    resources = {
        **keys,
        "PrivateBucketPolicy": bucket_policy("raw", PRIVATE_BUCKET),
        "AccessLogPolicy": bucket_policy("logs", ACCESS_LOGS),
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [TOPIC], "PolicyDocument": ALERTS},
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Policies": [{"PolicyName": "write", "PolicyDocument": FLOW_LOGS}],
            },
        },
        "S3Endpoint": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": "vpc-0123456789abcdef0",
                "ServiceName": f"com.amazonaws.{REGION}.s3",
                "PolicyDocument": S3_ENDPOINT,
            },
        },
    }
    assert findings(resources) == []


def test_a_wrong_action_would_be_found():
    wrong = json.loads(json.dumps(ACCESS_LOGS).replace("s3:PutObject", "s3:PutObjekt"))
    assert any(
        "putobjekt" in finding for finding in findings({"Wrong": bucket_policy("logs", wrong)})
    )


@pytest.mark.parametrize(
    ("policy", "listed"),
    [
        (PRIVATE_BUCKET, []),
        (ACCESS_LOGS, []),
        (ALERTS, []),
        (FLOW_LOGS, ["logs:DescribeLogGroups"]),
    ],
)
def test_what_is_allowed_is_allowed_on_named_resources_but_for_listings(policy, listed):
    assert [
        action
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow" and "*" in statement["Resource"]
        for action in statement["Action"]
    ] == listed
