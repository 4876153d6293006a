"""Roles for a host's own CI, for teams that deploy from there."""

from collections.abc import Sequence

import pulumi

from components.devops.ci.ci_roles import CiRoles, CiRolesArgs
from components.devops.ci.ci_subjects import Subjects, github_subjects, gitlab_subjects
from infra.environment import Environment
from infra.found import PROVIDER
from infra.naming import Names
from infra.needs.adoption import used
from infra.needs.devops.state import state
from infra.needs.need import Need
from infra.settings.devops.ci import Ci

ROLE_LIMIT = 64


def role_name(names: Names, what: str) -> str:
    """The name of the role that previews or deploys, which workflows know without being told."""
    return names(f"ci-{what}", limit=ROLE_LIMIT)


def subjects(settings: Ci, environment: str) -> Subjects:
    """Whose tokens are taken; on GitHub those of its environment of the same name deploy."""
    wanted = settings.deploys.model_dump(exclude_none=True) if settings.deploys else {}
    if settings.github:
        kind, what = next(iter(wanted.items()), ("environment", environment))
        return github_subjects(
            settings.github, default_branch=settings.default_branch, kind=kind, what=what
        )
    kind, what = next(iter(wanted.items()), ("branch", settings.default_branch))
    return gitlab_subjects(settings.gitlab or "", kind=kind, what=what)


def declare(
    settings: Ci,
    env: Environment,
    need: Need,
    *,
    preview_policy_arns: Sequence[pulumi.Input[str]],
    deploy_policy_arns: Sequence[pulumi.Input[str]],
) -> CiRoles:
    """Declare the identity provider and the two roles, and export the roles' ARNs."""
    preview, deploy = subjects(settings, env.names.environment)
    args: CiRolesArgs = {
        "issuer": settings.address,
        "preview_subjects": preview,
        "deploy_subjects": deploy,
        "preview_name": role_name(env.names, "preview"),
        "deploy_name": role_name(env.names, "deploy"),
        "deploy_seconds": settings.session_hours * 3600,
        "preview_policy_arns": list(preview_policy_arns),
        "deploy_policy_arns": list(deploy_policy_arns),
        "state": state(env),
        "account_id": env.account_id,
        "region": env.region,
    }
    name = env.names("ci")
    provider = settings.provider or used(env, PROVIDER, f"{name}-provider", settings.address)
    if provider:
        args["provider_arn"] = provider
    roles = env.component(CiRoles)(name, args, need.child_options())
    pulumi.export("ci_preview_role", roles.preview_role_arn)
    pulumi.export("ci_deploy_role", roles.deploy_role_arn)
    return roles
