"""How the tables of this folder are written: what the life of a resource asks of IAM."""

from dataclasses import dataclass

from components.common.iam import Conditions

OURS: Conditions = {
    "StringEqualsIfExists": {
        "aws:ResourceTag/maslow:environment": "{environment}",
        "aws:ResourceTag/maslow:project": "{project}",
    }
}
"""What is tagged as another environment's is left alone; what has no tag yet may be given one.

It bounds resources whose ARN holds an id of AWS's making instead of a name.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html
"""

HERE: Conditions = {"StringEquals": {"aws:RequestedRegion": "{region}"}}
"""The request is for the environment's region."""

GLOBAL: Conditions = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
"""The request is for a service that has one endpoint for all regions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""


@dataclass(frozen=True)
class Grant:
    """Actions of one service on one kind of resource, by what needs them in a resource's life.

    Actions are named without their service, with blanks between them. Texts may hold `{name}`
    (whatever begins with the environment's prefix), `{table}` (the same with underscores),
    `{project}`, `{environment}`, `{region}` and `{account}`.
    """

    service: str
    """IAM's prefix of the service, such as `states`."""
    on: str = ""
    """ARNs with blanks between them, or what follows the account in them. Empty: everywhere."""
    create: str = ""
    read: str = ""
    update: str = ""
    """Tags are changed by an update, and often set by a call of their own in a creation."""
    delete: str = ""
    when: Conditions | None = None
    """Condition of the statement; everywhere it is the environment's region unless said."""
    reason: str = ""
    """Why everywhere: which narrower resource AWS does not offer."""

    def actions(self, verbs: tuple[str, ...]) -> list[str]:
        """The actions that the verbs need, of `create`, `read`, `update` and `delete`."""
        names = " ".join(getattr(self, verb) for verb in verbs).split()
        return [f"{self.service}:{name}" for name in names]

    def arns(self) -> list[str]:
        """The ARNs, still with the texts in braces."""
        return [
            arn
            if arn.startswith("arn:")
            else f"arn:aws:{self.service}:{{region}}:{{account}}:{arn}"
            for arn in self.on.split()
        ]


Table = dict[str, tuple[Grant, ...]]
"""Pulumi type to what its life asks for."""


def listed(service: str, names: str, *, when: Conditions = HERE) -> Grant:
    """Reads that AWS answers for an account and a region as a whole."""
    return Grant(
        service,
        read=names,
        when=when,
        reason="AWS lists these per account and offers no resource to narrow a listing to",
    )


def linked_role(service: str) -> Grant:
    """The role that a service makes for itself in an account, once, as its first use asks for.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    """
    return Grant(
        "iam",
        f"arn:aws:iam::{{account}}:role/aws-service-role/{service}/*",
        create="CreateServiceLinkedRole",
        when={"StringEquals": {"iam:AWSServiceName": service}},
    )
