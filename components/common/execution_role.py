"""Execution roles: one AWS service, one purpose, only the policies written for it."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.iam import rendered, trust


class ExecutionRoleArgs(TypedDict):
    """What an execution role is made of."""

    trust: NotRequired[pulumi.Input[str]]
    """JSON policy of who assumes it; the service, on behalf of the account, unless given."""

    service: str
    """Service principal that assumes the role, such as `sagemaker.amazonaws.com`."""
    account_id: pulumi.Input[str]
    """Account on whose behalf the service may assume it."""
    policies: dict[str, pulumi.Input[str]]
    """JSON policy documents by their name within the role, such as `data`."""
    role_name: NotRequired[str]
    """Name of the role, at most 64 characters, for what keeps the role's ARN longer than the stack
    does; one with a suffix of Pulumi's unless given."""


class ExecutionRole(pulumi.ComponentResource):
    """A role that one AWS service assumes, with inline policies only.

    AWS's managed policies are left out on purpose: they name no resources, and change by AWS's
    hand. Raises ValueError without a policy: such a role could do nothing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege
    """

    arn: pulumi.Output[str]
    """ARN of the role."""
    name: pulumi.Output[str]
    """Name of the role within the account."""

    def __init__(
        self, name: str, args: ExecutionRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ExecutionRole", name, None, opts)
        if not args["policies"]:
            raise ValueError(f"{name}: an execution role needs at least one policy")

        role = aws.iam.Role(
            f"{name}-role",
            name=args.get("role_name"),
            assume_role_policy=args.get("trust")
            or rendered(trust, service=args["service"], account_id=args["account_id"]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._policies: list[pulumi.Resource] = [
            aws.iam.RolePolicy(
                f"{name}-{policy}",
                role=role.name,
                policy=document,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for policy, document in args["policies"].items()
        ]
        self.arn = role.arn
        self.name = role.name
        self.register_outputs({"arn": self.arn, "name": self.name})

    @property
    def ready(self) -> list[pulumi.Resource]:
        """The role's policies: what uses the role at once must depend on them.

        It is no annotated output, for resources cannot be served to programs in other languages.
        """
        return self._policies
