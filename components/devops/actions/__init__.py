"""What creating, reading, updating and deleting each resource type asks of IAM.

One table for each family of services, keyed by Pulumi's resource type. The facts are those of the
handlers in AWS's own resource schemas, of AWS's service authorization reference, and of what
Terraform's provider calls, which Pulumi's is made of.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from components.devops.actions import (
    access,
    audit,
    data,
    delivery,
    filtering,
    messages,
    models,
    money,
    network,
    registries,
    storage,
)
from components.devops.actions.grant import GLOBAL, HERE, OURS, Grant, Table, listed

TABLE: Table = {
    **access.TABLE,
    **audit.TABLE,
    **data.TABLE,
    **delivery.TABLE,
    **filtering.TABLE,
    **messages.TABLE,
    **models.TABLE,
    **money.TABLE,
    **network.TABLE,
    **registries.TABLE,
    **storage.TABLE,
}
"""Every type that a stack of this repository declares, committed or of the tests."""

PROGRAM = (
    listed("ec2", "DescribeAvailabilityZones"),
    listed("sagemaker", "ListModelPackages"),
    Grant("sagemaker", "model-package/{name}", read="DescribeModelPackage"),
)
"""What the program looks up itself, before it declares anything."""

DELETED_KEY = "a key takes with it all that it ever encrypted"
AUDIT = "what is recorded of deployments is not theirs to switch off"
SIGN_IN = "who may sign in is not the deployment's to say"
OWN_REACH = "managed policies say how far deployments reach"

WITHHELD = {
    "cloudtrail:DeleteTrail": AUDIT,
    "cloudtrail:StopLogging": AUDIT,
    "config:DeleteConfigurationRecorder": AUDIT,
    "config:DeleteDeliveryChannel": AUDIT,
    "config:StopConfigurationRecorder": AUDIT,
    "guardduty:DeleteDetector": AUDIT,
    "iam:AttachRolePolicy": OWN_REACH,
    "iam:CreateOpenIDConnectProvider": SIGN_IN,
    "iam:CreatePolicy": OWN_REACH,
    "iam:CreatePolicyVersion": OWN_REACH,
    "iam:DeleteOpenIDConnectProvider": SIGN_IN,
    "iam:DeletePolicy": OWN_REACH,
    "iam:DetachRolePolicy": OWN_REACH,
    "iam:PutRolePermissionsBoundary": OWN_REACH,
    "iam:TagOpenIDConnectProvider": SIGN_IN,
    "iam:TagPolicy": OWN_REACH,
    "iam:UntagOpenIDConnectProvider": SIGN_IN,
    "iam:UntagPolicy": OWN_REACH,
    "iam:UpdateOpenIDConnectProviderThumbprint": SIGN_IN,
    "kms:ScheduleKeyDeletion": DELETED_KEY,
    "securityhub:DisableSecurityHub": AUDIT,
}
"""Actions of a resource's life that a person does instead of a deployment, each with its reason."""

__all__ = ["GLOBAL", "HERE", "OURS", "PROGRAM", "TABLE", "WITHHELD", "Grant"]
