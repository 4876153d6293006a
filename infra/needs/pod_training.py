"""What trains models in pods of the cluster.

The component imports pulumi_kubernetes, most of a second, and so is imported where one is alone.
"""

import pulumi

from components.common.iam import rendered
from components.foundation.keys.key import DataClass
from components.platform.experiments.policies import log_runs
from components.platform.training_pipeline import InPodsArgs
from infra.errors import InputError
from infra.needs.model_context import NAME_LIMIT, ModelContext
from infra.needs.need import Need
from infra.settings.mlops.kubernetes_training import ADD_ONS
from infra.settings.mlops.model import ModelSettings


def trained_in_pods(model: ModelSettings, context: ModelContext, need: Need) -> InPodsArgs:
    """Declare what asks the cluster for a model's trainings; nothing where SageMaker trains it.

    Raises InputError where there is no cluster.
    """
    if model.training.on == "sagemaker":
        return {}
    from components.platform.pod_training.training import (
        AddOnsArgs,
        PodTraining,
        PodTrainingArgs,
    )

    env, cluster, pods = context.env, context.cluster, model.training.pods
    if cluster is None or pods is None:
        raise InputError(f"models[{model.name}].training.on: there is no cluster for it")
    more: AddOnsArgs = {}
    if cluster.queue is not None:
        more["queue"] = cluster.queue
    if experiments := context.experiments:
        more["tracking_policy"] = rendered(
            log_runs,
            arn=experiments.arn,
            bucket=experiments.bucket,
            key_arn=context.key_arn(DataClass.ARTIFACTS),
        )
    args: PodTrainingArgs = {
        **context.workload(model),
        **more,
        "pipeline_name": env.names(model.name),
        "object_name": env.names(model.name, "train", limit=NAME_LIMIT),
        "namespace": cluster.namespaces[pods.team],
        "cluster": cluster.name,
        "cluster_arn": cluster.arn,
        "by": model.training.by,
        "pods": {
            "vcpus": pods.vcpus,
            "memory_gib": pods.memory_gib,
            "gpus": pods.gpus,
            "nodes": pods.nodes,
        },
        "runtime_image": context.training_image,
        "data_bucket": context.data.zone_buckets["curated"],
        "data_prefix": model.data_prefix,
        "data_key_arn": context.key_arn(DataClass.DATA),
        "messages_key_arn": context.key_arn(DataClass.MESSAGES),
        "topic_arn": context.foundation.alerts.topics["warning"],
    }
    options = pulumi.ResourceOptions.merge(
        need.child_options(model.name),
        pulumi.ResourceOptions(
            providers=[cluster.provider],
            depends_on=[*cluster.add_ons.get(ADD_ONS[model.training.by], [])],
        ),
    )
    name = env.names(model.name, "trains", limit=NAME_LIMIT)
    made = env.component(PodTraining)(name, args, options)
    return {
        "in_pods": {
            "queue_url": made.queue_url,
            "queue_arn": made.queue_arn,
            "messages_key_arn": context.key_arn(DataClass.MESSAGES),
        }
    }
