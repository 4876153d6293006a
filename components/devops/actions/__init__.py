"""What creating, reading, updating and deleting each resource type asks of IAM.

One table for each family of services, keyed by Pulumi's resource type. The facts are those of the
handlers in AWS's own resource schemas, of AWS's service authorization reference, and of what
Terraform's provider calls, which Pulumi's is made of.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from components.devops.actions import access, data, delivery, messages, models, network, storage
from components.devops.actions.grant import GLOBAL, HERE, OURS, Grant, Table, listed

TABLE: Table = {
    **access.TABLE,
    **data.TABLE,
    **delivery.TABLE,
    **messages.TABLE,
    **models.TABLE,
    **network.TABLE,
    **storage.TABLE,
}
"""Every type that a stack of this repository declares, committed or of the tests."""

PROGRAM = (
    listed("ec2", "DescribeAvailabilityZones"),
    listed("sagemaker", "ListModelPackages"),
    Grant("sagemaker", "model-package/{name}", read="DescribeModelPackage"),
)
"""What the program looks up itself, before it declares anything."""

WITHHELD = {
    "kms:ScheduleKeyDeletion": "a key takes with it all that it ever encrypted: a person does that",
}
"""Actions of a resource's life that no deployment is allowed, each with its reason."""

__all__ = ["GLOBAL", "HERE", "OURS", "PROGRAM", "TABLE", "WITHHELD", "Grant"]
