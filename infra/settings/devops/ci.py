"""Whose CI may sign in to the account, where a team runs its own instead of CodePipeline."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import EXACTLY_ONE, Settings, matching, only_one
from infra.settings.cross_stack import mapping
from infra.settings.devops.source import Repository
from infra.settings.mistakes import Mistake, refusal

ISSUERS = {
    "github": "https://token.actions.githubusercontent.com",
    "gitlab": "https://gitlab.com",
}
"""Who signs the tokens of each host's jobs, where the host is not a server of one's own."""


github_subject = matching(
    r"[\w-]+/[\w.-]+|[\w-]+@[0-9]+/[\w.-]+@[0-9]+",
    "is not a repository of GitHub",
    "Write it as owner/repository, or as owner@1234/repository@5678 with the ids of both.",
)
"""Refuses what a token of GitHub Actions cannot call its repository.

Repositories made or renamed since July 2026 appear in tokens with the ids of owner and repository.
https://docs.github.com/en/actions/reference/security/oidc
"""


issuer_address = matching(
    r"https://[a-z0-9.-]+(/[\w.~/-]*[\w~-])?",
    "is not the address of an issuer",
    "It is https://, the server's name, and a path if it has one.",
)
"""Refuses what IAM takes for no issuer: https, without port, query or fragment.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""


provider_arn = matching(
    r"arn:aws:iam::[0-9]{12}:oidc-provider/[\w./~-]+",
    "is not the ARN of an identity provider",
    "Example: arn:aws:iam::111111111111:oidc-provider/gitlab.com.",
)
"""Refuses what is not the ARN of an OpenID Connect provider."""


GitHubSubject = Annotated[str, AfterValidator(github_subject)]
Issuer = Annotated[str, AfterValidator(issuer_address)]
ProviderArn = Annotated[str, AfterValidator(provider_arn)]
Ref = Annotated[str, Field(pattern=r"^[\w./*-]*[\w.-][\w./*-]*$")]


class Deploys(Settings):
    """Which jobs deploy; give exactly one."""

    model_config = EXACTLY_ONE

    environment: str | None = Field(
        None, pattern=r"^[\w.-]+$", description="Those of this environment of GitHub."
    )
    branch: Ref | None = Field(None, description="Those of this branch.")
    tag: Ref | None = Field(None, description='Those of a tag that matches, such as "v*".')

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        only_one(self)
        return self


class Ci(Settings):
    """Roles that CI's jobs assume with the tokens of their host; give github or gitlab."""

    github: GitHubSubject | None = Field(
        None, description="owner/repository on GitHub, with ids if its tokens have them."
    )
    gitlab: Repository | None = Field(None, description="group/project on GitLab.")
    issuer: Issuer | None = Field(
        None, description="Who signs the tokens, where the host is a server of your own."
    )
    provider: ProviderArn | None = Field(
        None, description="The account's identity provider for them, where it has one already."
    )
    default_branch: Ref = Field("main", description="Branch whose jobs may preview as well.")
    deploys: Deploys | None = Field(
        None,
        description="Which jobs deploy: on GitHub those of the environment of the same name, on "
        "GitLab those of the default branch.",
    )
    session_hours: int = Field(
        3, ge=1, le=12, description="How long a deployment may stay signed in."
    )

    @model_validator(mode="after")
    def _one_host(self) -> Self:
        only_one(self, ("github", "gitlab"))
        if self.gitlab and self.deploys and self.deploys.environment:
            raise refusal(
                "the tokens of GitLab name no environment.",
                "Let deploys name a branch or a tag that is protected.",
            )
        address = self.address.removeprefix("https://")
        if self.provider and not self.provider.endswith(f":oidc-provider/{address}"):
            raise refusal(
                f"provider is not the one for {self.address}.",
                f"Its ARN ends in oidc-provider/{address}.",
            )
        return self

    @property
    def address(self) -> str:
        """Who signs the tokens."""
        return self.issuer or ISSUERS["github" if self.github else "gitlab"]


def check_ci_role(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield a mistake if CI is to deploy, and no role is set up for it.

    A Jenkins in the cluster has one of its own.
    """
    delivery, jenkins = values.get("delivery"), mapping(values.get("kubernetes")).get("jenkins")
    by_ci = isinstance(delivery, Mapping) and delivery.get("by") == "ci"
    if by_ci and not values.get("ci") and not mapping(jenkins).get("deploys"):
        yield Mistake(
            ("delivery", "by"),
            "CI has no role to deploy by.",
            "Say whose CI it is: ci: {github: owner/repository}.",
        )


def check_tag_delivery(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield a mistake if a tag starts deliveries, and the deploy role trusts a branch.

    The tokens of GitLab name the ref; on GitHub they name the environment instead.
    """
    delivery, ci = values.get("delivery"), values.get("ci")
    if not isinstance(delivery, Mapping) or not isinstance(ci, Mapping):
        return
    trigger, deploys = delivery.get("trigger"), ci.get("deploys") or {}
    if delivery.get("by") != "ci" or not ci.get("gitlab") or not isinstance(trigger, Mapping):
        return
    if trigger.get("tag") and isinstance(deploys, Mapping) and not deploys.get("tag"):
        yield Mistake(
            ("ci", "deploys"),
            "the delivery waits for a tag, and a branch deploys.",
            f'Let it be deploys: {{tag: "{trigger["tag"]}"}}.',
        )
