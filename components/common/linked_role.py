"""Service-linked roles: the role that a service makes for itself in an account, once.

https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
"""

import asyncio

import pulumi

from components.common.aws_client import aws_client

TAKEN = {"InvalidInput": "has been taken", "EntityAlreadyExists": ""}
"""What IAM answers where there is one: its error, with what the message holds."""


def linked_role_arn(account_id: str, service: str, name: str) -> str:
    """ARN of a service's role of that name."""
    return f"arn:aws:iam::{account_id}:role/aws-service-role/{service}/{name}"


def linked_role_hooks(name: str, service: str, *, region: str) -> pulumi.ResourceHookBinding:
    """Hooks that make a service's role before a resource that names it, unless it is there.

    It is the account's, whoever made it, and so no resource of the stack: it stays when that goes.
    `name` is the prefix of the hooks'.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    """

    def make() -> None:
        iam = aws_client("iam", region)
        try:
            iam.create_service_linked_role(AWSServiceName=service)
        except iam.exceptions.ClientError as error:
            answer = error.response["Error"]
            code, message = answer["Code"], answer["Message"]
            if code not in TAKEN or TAKEN[code] not in message:
                raise

    async def before(_: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(make)

    hook = pulumi.ResourceHook(f"{name}-linked-role", before)
    return pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])
