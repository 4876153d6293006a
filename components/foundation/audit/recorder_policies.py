"""What AWS Config records here, and what it needs to read for it."""

from components.common.iam import Document, allow, allow_everywhere, document

RECORDED = (
    "AWS::Athena::WorkGroup",
    "AWS::CloudTrail::Trail",
    "AWS::CodeBuild::Project",
    "AWS::CodePipeline::Pipeline",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECR::Repository",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SageMaker::DataQualityJobDefinition",
    "AWS::SageMaker::Domain",
    "AWS::SageMaker::FeatureGroup",
    "AWS::SageMaker::Model",
    "AWS::StepFunctions::StateMachine",
)
"""Resource types whose every change is recorded, and paid: no more than the platform is made of.

https://docs.aws.amazon.com/config/latest/developerguide/resource-config-reference.html
"""

_NO_RESOURCE = "these calls take no resource"


def recording_policy(*, account_id: str, region: str) -> Document:
    """What reading the configuration of the recorded types, and evaluating rules, takes.

    It stands for AWS's managed AWS_ConfigRole, which reads every service.

    https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html
    """

    def here(service: str, resource: str) -> str:
        return f"arn:aws:{service}:{region}:{account_id}:{resource}"

    def of_the_account(resource: str) -> str:
        return f"arn:aws:iam::{account_id}:{resource}"

    return document(
        allow_everywhere(
            [
                "athena:ListWorkGroups",
                "cloudtrail:DescribeTrails",
                "codebuild:ListProjects",
                "codepipeline:ListPipelines",
                "ec2:DescribeFlowLogs",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNatGateways",
                "ec2:DescribeNetworkAcls",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroupRules",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcs",
                "iam:GetAccountAuthorizationDetails",
                "iam:GetAccountSummary",
                "iam:GetCredentialReport",
                "iam:GenerateCredentialReport",
                "iam:ListPolicies",
                "iam:ListRoles",
                "iam:ListUsers",
                "iam:ListVirtualMFADevices",
                "kms:ListAliases",
                "kms:ListKeys",
                "logs:DescribeLogGroups",
                "s3:ListAllMyBuckets",
                "sagemaker:ListDataQualityJobDefinitions",
                "sagemaker:ListDomains",
                "sagemaker:ListFeatureGroups",
                "sagemaker:ListModels",
                "sagemaker:ListNotebookInstances",
                "sns:ListTopics",
                "states:ListStateMachines",
            ],
            reason=_NO_RESOURCE,
            sid="ListAll",
        ),
        allow(
            ["athena:GetWorkGroup", "athena:ListTagsForResource"],
            [here("athena", "workgroup/*")],
        ),
        allow(
            ["cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "cloudtrail:ListTags"],
            [here("cloudtrail", "trail/*")],
        ),
        allow(["codebuild:BatchGetProjects"], [here("codebuild", "project/*")]),
        allow(
            [
                "codepipeline:GetPipeline",
                "codepipeline:GetPipelineState",
                "codepipeline:ListTagsForResource",
            ],
            [here("codepipeline", "*")],
        ),
        allow(
            [
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetRepositoryPolicy",
                "ecr:ListTagsForResource",
            ],
            [here("ecr", "repository/*")],
        ),
        allow(
            [
                "iam:GetPolicy",
                "iam:GetPolicyVersion",
                "iam:ListEntitiesForPolicy",
                "iam:ListPolicyVersions",
            ],
            [of_the_account("policy/*")],
        ),
        allow(
            [
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
            ],
            [of_the_account("role/*")],
        ),
        allow(
            [
                "iam:GetLoginProfile",
                "iam:GetUser",
                "iam:GetUserPolicy",
                "iam:ListAccessKeys",
                "iam:ListAttachedUserPolicies",
                "iam:ListGroupsForUser",
                "iam:ListMFADevices",
                "iam:ListUserPolicies",
            ],
            [of_the_account("user/*")],
        ),
        allow(
            [
                "kms:DescribeKey",
                "kms:GetKeyPolicy",
                "kms:GetKeyRotationStatus",
                "kms:ListKeyPolicies",
                "kms:ListResourceTags",
            ],
            [here("kms", "key/*")],
        ),
        allow(
            [
                "s3:GetAccelerateConfiguration",
                "s3:GetBucketAcl",
                "s3:GetBucketCORS",
                "s3:GetBucketLocation",
                "s3:GetBucketLogging",
                "s3:GetBucketNotification",
                "s3:GetBucketObjectLockConfiguration",
                "s3:GetBucketOwnershipControls",
                "s3:GetBucketPolicy",
                "s3:GetBucketPolicyStatus",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketRequestPayment",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetBucketWebsite",
                "s3:GetEncryptionConfiguration",
                "s3:GetLifecycleConfiguration",
                "s3:GetReplicationConfiguration",
            ],
            ["arn:aws:s3:::*"],
        ),
        allow(
            [
                "sagemaker:DescribeDataQualityJobDefinition",
                "sagemaker:DescribeDomain",
                "sagemaker:DescribeFeatureGroup",
                "sagemaker:DescribeModel",
                "sagemaker:DescribeNotebookInstance",
                "sagemaker:ListTags",
            ],
            [here("sagemaker", "*")],
        ),
        allow(
            [
                "sns:GetTopicAttributes",
                "sns:ListSubscriptionsByTopic",
                "sns:ListTagsForResource",
            ],
            [here("sns", "*")],
        ),
        allow(
            [
                "states:DescribeStateMachine",
                "states:ListTagsForResource",
            ],
            [here("states", "stateMachine:*")],
        ),
    )


def delivery_policy(*, bucket_arn: str, key_arn: str, account_id: str) -> Document:
    """What delivering the history to a bucket, under a key, takes."""
    return document(
        allow(["s3:GetBucketAcl", "s3:ListBucket"], [bucket_arn]),
        allow(
            ["s3:PutObject", "s3:PutObjectAcl"],
            [f"{bucket_arn}/AWSLogs/{account_id}/Config/*"],
            when={"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [key_arn]),
    )
