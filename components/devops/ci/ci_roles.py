"""The roles by which a host's CI previews and deploys, without a key that anybody could lose."""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.iam import rendered, trust_web_identity
from components.devops.ci.ci_subjects import AUDIENCE
from components.devops.delivery.state import StateArgs, state_policy

PREVIEW_SECONDS = 3_600


class CiRolesArgs(PlacedArgs):
    """Who comes, and what they find."""

    issuer: str
    """Address of who signs the tokens, `https://…`."""
    provider_arn: NotRequired[str]
    """The account's identity provider for it; without one it is made here."""
    preview_subjects: list[str]
    """Subjects of the tokens that may preview."""
    deploy_subjects: list[str]
    """Subjects of the tokens that may deploy."""
    preview_name: str
    """Name of the role that previews, at most 64 characters."""
    deploy_name: str
    """Name of the role that deploys, at most 64 characters."""
    deploy_seconds: int
    """How long a deployment stays signed in, 3,600 to 43,200."""
    preview_policy_arns: list[pulumi.Input[str]]
    """Managed policies by which the platform is previewed."""
    deploy_policy_arns: list[pulumi.Input[str]]
    """Managed policies by which it is deployed."""
    state: StateArgs
    """Pulumi's state."""


class CiRoles(pulumi.ComponentResource):
    """An OpenID Connect provider and two roles: one reads, for pull requests, and one deploys.

    Whoever may preview reads the settings of all that the platform declares, and its state, with
    the stack's secrets in it: a preview decrypts them. So pull requests from forks get no token.

    AWS knows the certificates of GitHub and GitLab itself; no thumbprint is given.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
    """

    preview_role_arn: pulumi.Output[str]
    deploy_role_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: CiRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:CiRoles", name, None, opts)
        self._args = args
        self._issuer_arn = self._identities(name)
        self.preview_role_arn = self._role(name, "preview", PREVIEW_SECONDS)
        self.deploy_role_arn = self._role(name, "deploy", args["deploy_seconds"])
        self.register_outputs(
            {"preview_role_arn": self.preview_role_arn, "deploy_role_arn": self.deploy_role_arn}
        )

    def _identities(self, name: str) -> pulumi.Input[str]:
        if "provider_arn" in self._args:
            return self._args["provider_arn"]
        return aws.iam.OpenIdConnectProvider(
            f"{name}-provider",
            url=self._args["issuer"],
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self),
        ).arn

    def _role(self, name: str, what: str, seconds: int) -> pulumi.Output[str]:
        args, writes = self._args, what == "deploy"
        role = aws.iam.Role(
            f"{name}-{what}",
            name=args["deploy_name"] if writes else args["preview_name"],
            description=f"CI's {what}, by the tokens of {args['issuer']}",
            max_session_duration=seconds,
            assume_role_policy=rendered(
                trust_web_identity,
                provider_arn=self._issuer_arn,
                audience=AUDIENCE,
                subjects=args["deploy_subjects"] if writes else args["preview_subjects"],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{name}-{what}-state",
            role=role.name,
            policy=state_policy(
                args["state"], writes=writes, account_id=args["account_id"], region=args["region"]
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        policies = args["deploy_policy_arns"] if writes else args["preview_policy_arns"]
        for number, arn in enumerate(policies, 1):
            aws.iam.RolePolicyAttachment(
                f"{name}-{what}-holds-{number}",
                role=role.name,
                policy_arn=arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
        return role.arn
