"""The composition: from the settings of one environment to its components, need by need."""

from collections.abc import Collection
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from infra.custom import Components, load
from infra.environment import Environment
from infra.live import NOTHING, Live
from infra.naming import Names
from infra.needs import mlops, platform
from infra.needs.data import declare as declare_data
from infra.needs.data import declare_work
from infra.needs.data.governance import declare_people
from infra.needs.data.notebooks import declare_notebooks
from infra.needs.devops import declare as declare_devops
from infra.needs.devops import model_delivery
from infra.needs.experiments import declare_experiments
from infra.needs.foundation import access, audit
from infra.needs.foundation import declare as declare_foundation
from infra.needs.mlops.dashboards import Shown, declare_dashboards
from infra.needs.mlops.kubernetes_serving import OnKubernetes
from infra.needs.mlops.monitors import Monitoring
from infra.needs.model_context import ModelContext, model_context
from infra.needs.need import Need
from infra.needs.outputs import DevOps, Model, Platform
from infra.needs.studio import declare_studio
from infra.promotion import promotion_of
from infra.settings import StackFile
from infra.stack_secrets import Secrets, assumed
from infra.versions import Lookup


def declare(
    stack: StackFile,
    newest_approved: Lookup,
    root: Path,
    *,
    services: Collection[str],
    secret: Secrets = assumed,
    live: Live = NOTHING,
) -> None:
    """Declare everything that one environment is made of.

    `newest_approved` tells which version of a model is deployed; a model without one gets no
    endpoint yet. `root` is the repository's root, which the models' projects are found from.
    `services` are those that deployments look after, by the names of their boto3 clients:
    `infra.offline.services_of` tells them. `secret` gives the environment's secrets, plausible ones
    where nothing is deployed. `live` tells what there is already.
    """
    settings = stack.platform
    custom = load(settings, root)
    env = _environment(stack, services, secret, live, custom.components if custom else {})
    foundation = declare_foundation(settings, env)
    devops = declare_devops(settings, env, foundation)
    filled = declare_data(settings, env, foundation, root)
    data = filled.lake
    audit.declare(settings, env, foundation, data)
    people = access.declare(settings, env, foundation, devops, data)
    training = Need("platform", env.provider, foundation.need.guards)
    cluster = None
    if settings.kubernetes:
        from infra.needs.kubernetes import declare_kubernetes

        cluster = declare_kubernetes(
            settings.kubernetes, settings, env, foundation, devops, people, training
        )
    declared = declare_work(settings, env, foundation, filled, cluster, root)
    declare_people(settings, env, declared, people)
    declare_notebooks(settings, env, foundation, declared, people)
    serving = Need("mlops", env.provider, foundation.need.guards)
    model_delivery.notify_failures(settings, env, foundation, devops)
    repositories = model_delivery.repositories(settings, env, foundation, devops, root)
    job_logs = settings.job_logs(stack.environment)
    experiments = declare_experiments(settings, env, foundation, people, training)
    context = model_context(
        env,
        foundation,
        data,
        declared.files,
        repositories,
        jobs_make_log_groups=job_logs == "unknown",
        tables=settings.lake.tables,
        hours=settings.hours.args if settings.hours else None,
        experiments=experiments,
        cluster=cluster,
    )
    if settings.models and job_logs == "here":
        platform.declare_job_logs(context, training)
    if settings.models:
        platform.declare_training_alert(context, training)
        platform.declare_version_cards(settings.models, settings.owner, context, training, root)
    declare_studio(settings, env, foundation, training, data, root, people, experiments)
    models = _models(stack, context, devops, training, serving, newest_approved, root)
    pulumi.export("models", {name: model.names for name, model in models.items()})
    if custom:
        added = Need("custom", env.provider, foundation.need.guards)
        custom.declare(Platform(env, foundation, devops, data, models, added))


def _environment(
    stack: StackFile,
    services: Collection[str],
    secret: Secrets,
    live: Live,
    components: Components,
) -> Environment:
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
    return Environment(
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
        components=components,
        live=live,
        services=frozenset(services),
    )


def _models(
    stack: StackFile,
    context: ModelContext,
    devops: DevOps,
    training: Need,
    serving: Need,
    newest_approved: Lookup,
    root: Path,
) -> dict[str, Model]:
    """Declare each model, and tell by its name what it is called in AWS."""
    settings = stack.platform
    models: dict[str, Model] = {}
    monitoring, pods = Monitoring(context, serving), OnKubernetes(context, serving)
    boards: list[Shown] = []
    for model in settings.models:
        group = context.group_of(model)
        version = newest_approved(group)
        pipeline = platform.declare_model(model, version, context, training, root)
        made = platform.declare_training_set(model, stack, context, training)
        delivery = model_delivery.declare_model(model, settings, context, devops, pipeline, made)
        served, loop = None, None
        if version:
            served, loop = mlops.declare_model(
                model,
                version,
                context,
                serving,
                monitoring=monitoring,
                pods=pods,
                training=pipeline,
                training_set=made,
                bus=devops.bus,
                root=root,
                boards=boards,
            )
        models[model.name] = Model(
            group,
            pipeline=pipeline.name if pipeline else None,
            training_set=made.state_machine_arn if made else None,
            delivery=delivery.pipeline_name if delivery else None,
            version=version.arn if version else None,
            endpoint=served.name if served and model.serving.on == "sagemaker" else None,
            url=pods.urls.get(model.name),
            loop=loop.state_machine_arn if loop else None,
        )
    monitoring.declare_silence_watches()
    if settings.dashboards:
        declare_dashboards(boards, context, serving)
    return models
