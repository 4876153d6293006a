"""Need 1, a change reaches production by itself."""

import pulumi

from components.devops.delivery.platform_policies import PlatformPolicies
from infra.deploy_permissions import Permissions, deploy_permissions, policies, preview_permissions
from infra.environment import Environment
from infra.needs.devops import ci, delivery, promotion, registries
from infra.needs.devops.state import state
from infra.needs.need import Need
from infra.needs.outputs import DevOps, Foundation
from infra.settings import PlatformSettings


def declare(settings: PlatformSettings, env: Environment, foundation: Foundation) -> DevOps:
    """Declare where images live, and how a change of the platform reaches the environment."""
    need = Need("devops", env.provider, foundation.need.guards)
    packages = registries.declare(settings, env, foundation, need)
    platform = env.component(PlatformPolicies)(
        env.names("permissions"),
        {
            "environment": env.names.environment,
            "preview": [*_documents(env, preview_permissions)],
            "deploy": [*_documents(env, deploy_permissions)],
        },
        need.child_options(),
    )
    preview_arns, deploy_arns = [*platform.preview_arns], [*platform.deploy_arns]
    if promoted := promotion.deploy_policies(env, need):
        preview_arns += [promoted.look_up_arn]
        deploy_arns += [promoted.look_up_arn, promoted.deploy_arn]
    bus = promotion.declare_events(settings, env, foundation, need)
    source = delivery.source_of(settings.source, env, need)
    pipeline, pull_requests = delivery.deliver(
        settings,
        env,
        foundation,
        source,
        need,
        preview_policy_arns=preview_arns,
        deploy_policy_arns=deploy_arns,
        bus=bus,
    )
    previews = {"delivery": pipeline.preview_role_arn}
    deploys = {"delivery": pipeline.deploy_role_arn}
    if pull_requests:
        previews["pull-requests"] = pull_requests.preview_role_arn
    if settings.ci:
        roles = ci.declare(
            settings.ci,
            env,
            need,
            preview_policy_arns=preview_arns,
            deploy_policy_arns=deploy_arns,
        )
        previews["ci"], deploys["ci"] = roles.preview_role_arn, roles.deploy_role_arn
    pulumi.export("delivery_pipeline", pipeline.pipeline_name)
    return DevOps(
        source,
        need,
        packages.packages,
        preview_policy_arns=platform.preview_arns,
        deploy_policy_arns=deploy_arns,
        preview_role_arns=previews,
        deploy_role_arns=deploys,
        state=state(env),
        bus=bus,
    )


def _documents(env: Environment, permissions: Permissions) -> list[pulumi.Output[str]]:
    return policies(
        permissions,
        env.services,
        project=env.names.project,
        environment=env.names.environment,
        account_id=env.account_id,
        region=env.region,
    )
