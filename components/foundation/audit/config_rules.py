"""The rules that AWS Config holds the platform to, as a conformance pack's template."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml


class ManagedRule(NamedTuple):
    """One of AWS's own rules."""

    identifier: str
    """As AWS lists it: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html"""
    parameters: Mapping[str, str] = {}


RULES = (
    ManagedRule("ACCESS_KEYS_ROTATED", {"maxAccessKeyAge": "90"}),
    ManagedRule("ATHENA_WORKGROUP_ENCRYPTED_AT_REST"),
    ManagedRule("CLOUDWATCH_LOG_GROUP_ENCRYPTED"),
    ManagedRule("CLOUD_TRAIL_ENCRYPTION_ENABLED"),
    ManagedRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
    ManagedRule("CMK_BACKING_KEY_ROTATION_ENABLED"),
    ManagedRule("CODEBUILD_PROJECT_ENVVAR_AWSCRED_CHECK"),
    ManagedRule("CODEBUILD_PROJECT_LOGGING_ENABLED"),
    ManagedRule("ECR_PRIVATE_IMAGE_SCANNING_ENABLED"),
    ManagedRule("ECR_PRIVATE_LIFECYCLE_POLICY_CONFIGURED"),
    ManagedRule("ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED"),
    ManagedRule("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS"),
    ManagedRule("IAM_ROOT_ACCESS_KEY_CHECK"),
    ManagedRule("IAM_USER_NO_POLICIES_CHECK"),
    ManagedRule("IAM_USER_UNUSED_CREDENTIALS_CHECK", {"maxCredentialUsageAge": "90"}),
    ManagedRule("INCOMING_SSH_DISABLED"),
    ManagedRule("KMS_CMK_NOT_SCHEDULED_FOR_DELETION"),
    ManagedRule("KMS_KEY_POLICY_NO_PUBLIC_ACCESS"),
    ManagedRule("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS"),
    ManagedRule("MULTI_REGION_CLOUD_TRAIL_ENABLED"),
    ManagedRule("ROOT_ACCOUNT_MFA_ENABLED"),
    ManagedRule("S3_BUCKET_ACL_PROHIBITED"),
    ManagedRule("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"),
    ManagedRule("S3_BUCKET_PUBLIC_READ_PROHIBITED"),
    ManagedRule("S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
    ManagedRule("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"),
    ManagedRule("S3_BUCKET_SSL_REQUESTS_ONLY"),
    ManagedRule("S3_BUCKET_VERSIONING_ENABLED"),
    ManagedRule("SAGEMAKER_DOMAIN_IN_VPC"),
    ManagedRule("SAGEMAKER_FEATUREGROUP_ENCRYPTION_AT_REST"),
    ManagedRule("SAGEMAKER_FEATUREGROUP_ONLINE_STORE_ENCRYPTION"),
    ManagedRule("SAGEMAKER_MODEL_IN_VPC"),
    ManagedRule("SAGEMAKER_MODEL_ISOLATION_ENABLED"),
    ManagedRule("SAGEMAKER_NOTEBOOK_INSTANCE_KMS_KEY_CONFIGURED"),
    ManagedRule("SAGEMAKER_NOTEBOOK_NO_DIRECT_INTERNET_ACCESS"),
    ManagedRule("SNS_ENCRYPTED_KMS"),
    ManagedRule("SNS_TOPIC_NO_PUBLIC_ACCESS"),
    ManagedRule("STEP_FUNCTIONS_STATE_MACHINE_LOGGING_ENABLED"),
    ManagedRule("SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED"),
    ManagedRule("VPC_DEFAULT_SECURITY_GROUP_CLOSED"),
    ManagedRule("VPC_FLOW_LOGS_ENABLED"),
)
"""What the platform keeps to, and what an account under it should.

Rules that a part of it breaks on purpose are left out: the bucket of access logs is not encrypted
by KMS and not logged itself, roles have inline policies, endpoints on instances with local disks
have no volume key.
"""


def rule_name(prefix: str, rule: ManagedRule) -> str:
    """A rule's name, by which its alerts are told from those of the account's other rules."""
    return f"{prefix}-{rule.identifier.lower().replace('_', '-')}"


def pack_template(prefix: str) -> str:
    """The conformance pack's template, as YAML.

    https://docs.aws.amazon.com/config/latest/developerguide/custom-conformance-pack.html
    """
    resources: dict[str, Any] = {}
    for rule in RULES:
        properties: dict[str, Any] = {
            "ConfigRuleName": rule_name(prefix, rule),
            "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
        }
        if rule.parameters:
            properties["InputParameters"] = dict(rule.parameters)
        logical = rule.identifier.title().replace("_", "")
        resources[logical] = {"Type": "AWS::Config::ConfigRule", "Properties": properties}
    return yaml.safe_dump({"Resources": resources}, sort_keys=False)
