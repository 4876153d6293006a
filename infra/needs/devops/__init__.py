"""Need 1, a change reaches production by itself."""

import pulumi

from components.devops.delivery.platform_policies import PlatformPolicies
from infra.environment import DevOps, Environment, Foundation
from infra.needs.devops import ci, delivery, promotion, registries
from infra.needs.need import Need
from infra.settings import PlatformSettings


def declare(settings: PlatformSettings, env: Environment, foundation: Foundation) -> DevOps:
    """Declare where images live, and how a change of the platform reaches the environment."""
    need = Need("devops", env.provider, foundation.boundary.arn)
    packages = registries.declare(settings, env, foundation, need)
    policies = PlatformPolicies(
        env.names("permissions"),
        {
            "project": env.names.project,
            "environment": env.names.environment,
            "account_id": env.account_id,
            "region": env.region,
        },
        need.owns(),
    )
    preview_arns, deploy_arns = [*policies.preview_arns], [*policies.deploy_arns]
    if promoted := promotion.deploy_policies(env, need):
        preview_arns += [promoted.look_up_arn]
        deploy_arns += [promoted.look_up_arn, promoted.deploy_arn]
    bus = promotion.declare_events(settings, env, foundation, need)
    source = delivery.source_of(settings.source, env, need)
    pipeline = delivery.deliver(
        settings,
        env,
        foundation,
        source,
        need,
        preview_policy_arns=preview_arns,
        deploy_policy_arns=deploy_arns,
        bus=bus,
    )
    if settings.ci:
        ci.declare(
            settings.ci,
            env,
            need,
            preview_policy_arns=preview_arns,
            deploy_policy_arns=deploy_arns,
        )
    pulumi.export("delivery_pipeline", pipeline.pipeline_name)
    return DevOps(source, need, packages.packages, policies.preview_arns, bus)
