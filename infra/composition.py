"""The composition: from the settings of one environment to its components, need by need."""

from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from infra.environment import DevOps, Environment
from infra.naming import Names
from infra.needs import data, devops, foundation, mlops, platform
from infra.needs.devops import model_delivery
from infra.needs.foundation import access, audit
from infra.needs.model_context import Ground, ground
from infra.needs.need import Need
from infra.promotion import promotion_of
from infra.settings import PlatformSettings, StackFile
from infra.stack_secrets import Secrets, assumed
from infra.versions import Lookup


def declare(
    stack: StackFile, newest_approved: Lookup, root: Path, secret: Secrets = assumed
) -> None:
    """Declare everything that one environment is made of.

    `newest_approved` tells which version of a model is deployed; a model without one gets no
    endpoint yet. `root` is the repository's root, which the models' projects are found from.
    `secret` gives the environment's secrets, plausible ones where nothing is deployed.
    """
    settings = stack.platform
    names = Names(pulumi.get_project(), stack.environment)
    tags = names.tags(settings.owner, settings.tags)
    provider = aws.Provider(
        "aws",
        region=stack.region,
        # Without the list, credentials of another account would do.
        allowed_account_ids=[stack.account] if stack.account else None,
        default_tags={"tags": tags},
    )
    env = Environment(
        names=names,
        region=stack.region,
        account_id=aws.get_caller_identity_output(
            opts=pulumi.InvokeOptions(provider=provider)
        ).account_id,
        durability=Durability(settings.durability),
        log_retention_days=settings.logs.retention_days,
        provider=provider,
        secret=secret,
        tags=tags,
        promotion=promotion_of(stack, names.project),
    )
    stood = foundation.declare(settings, env)
    built = devops.declare(settings, env, stood)
    lake = data.declare(settings, env, stood)
    audit.declare(settings, env, stood, lake)
    access.declare(settings, env, stood, built, lake)
    repositories = model_delivery.repositories(settings, env, stood, built, root)
    _models(settings, ground(env, stood, lake, repositories), built, newest_approved, root)


def _models(
    settings: PlatformSettings,
    ground: Ground,
    built: DevOps,
    newest_approved: Lookup,
    root: Path,
) -> None:
    platform_need, mlops_need = (
        Need("platform", ground.env.provider, ground.foundation.boundary.arn),
        Need("mlops", ground.env.provider, ground.foundation.boundary.arn),
    )
    models: dict[str, dict[str, pulumi.Input[str]]] = {}
    origin = ground.env.promotion.origin
    delivered = model_delivery.delivered(settings)
    if delivered:
        model_delivery.tell_of_failures(ground.env, ground.foundation, built)
    for model in settings.models:
        group = origin.group(model.name) if origin else ground.env.names(model.name)
        version = newest_approved(group)
        models[model.name] = {"group": group}
        pipeline = None
        if origin is None:
            pipeline = platform.train(model, version, ground, root, platform_need.owns(model.name))
            models[model.name] |= {"pipeline": pipeline.name}
        if pipeline and model in delivered:
            delivery = model_delivery.deliver(model, settings, ground, built, pipeline)
            models[model.name] |= {"delivery": delivery.pipeline_name}
        if version is None:
            continue
        endpoint = mlops.serve(model, version, ground, mlops_need.owns(model.name))
        models[model.name] |= {"version": version.arn, "endpoint": endpoint.name}
        alarms: list[pulumi.Output[str]] = []
        if model.monitor.data != "off":
            features = settings.features_of(model)
            alarms = mlops.watch(
                model, version, endpoint, features, ground, mlops_need.owns(model.name)
            ).alarm_names
        if pipeline and "drift" in model.retrain.on:
            mlops.retrain(model, pipeline, alarms, ground, built.bus, mlops_need.owns(model.name))
    pulumi.export("models", models)
