"""What trains a model on Kubernetes: a queue of its pipeline's, and what asks the cluster for jobs.

The pipeline stays SageMaker's. Its training step is a message in the queue, which a pod of the
team's namespace takes: it makes the job, looks how it goes, and tells the pipeline. It runs in the
cluster, so that it reaches the API of a cluster that somebody else made, and as a service account
that may do no more than that.
"""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.common.iam import rendered
from components.common.log_group import TRAINING_JOBS
from components.common.pod_account import NamespaceArgs, account_rights, pod_account
from components.common.workload import WorkloadArgs
from components.foundation.alerts.away_alarm import away_alarm
from components.foundation.alerts.dead_letter_queue import RETENTION_SECONDS
from components.platform.pod_training.objects import (
    asking_pod,
    runtime_files,
)
from components.platform.pod_training.policies import (
    METRICS,
    asking_policy,
    queue_policy,
    rules,
    training_policy,
)
from components.platform.runtime_pod import code_name, lone_deployment

LOOK_SECONDS = 60
"""After which a message comes back, whose training is looked at then."""
AWAY_MINUTES = 5
"""How long nothing may say that trainings are asked for."""


class TrainingPodsArgs(TypedDict):
    """What a training's pods are."""

    vcpus: float
    """Processors of each pod."""
    memory_gib: int
    """Memory of each pod, in GiB."""
    gpus: int
    """GPUs of NVIDIA's of each pod."""
    nodes: int
    """Pods that train together."""


class AddOnsArgs(TypedDict):
    """What trainings have where there is more than they need."""

    queue: NotRequired[pulumi.Input[str]]
    """Queue of Kueue's that jobs wait in; none unless given."""
    tracking_policy: NotRequired[pulumi.Input[str]]
    """JSON policy by which trainings keep runs; they keep none unless given."""


class PodTrainingArgs(WorkloadArgs, NamespaceArgs, AddOnsArgs):
    """What trains a model on Kubernetes is made of."""

    pipeline_name: str
    """Name of the model's training pipeline."""
    object_name: str
    """What its objects are called in the namespace, at most 40 characters."""
    by: str
    """`trainer` for TrainJobs, `ray` for RayJobs."""
    pods: TrainingPodsArgs
    """What the pods of a training are."""
    runtime_image: pulumi.Input[str]
    """Image in ECR with Python 3.10 or later and boto3, for all but the training."""
    data_bucket: pulumi.Input[str]
    """Bucket with the training data."""
    data_prefix: str
    """Where in it, without a slash at the end."""
    data_key_arn: pulumi.Input[str]
    """Key of the training data."""
    messages_key_arn: pulumi.Input[str]
    """Key of the queue."""
    topic_arn: pulumi.Input[str]
    """Topic that is told when nothing takes the queue's messages."""


class PodTraining(pulumi.ComponentResource):
    """A queue of trainings, a pod that asks the cluster for them, and the roles of both.

    Trainings have the rights of SageMaker's jobs to the data, and no others. Their logs go where
    SageMaker's go, once they have ended.
    """

    queue_url: pulumi.Output[str]
    """URL of the queue, known once there is what takes its messages."""
    queue_arn: pulumi.Output[str]
    """ARN of the queue."""

    def __init__(
        self, name: str, args: PodTrainingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PodTraining", name, None, opts)
        queue = self._queue(name, args)
        code = kubernetes.core.v1.ConfigMap(
            f"{name}-code",
            metadata=_called(args, code_name(args["object_name"], runtime_files())),
            data=runtime_files(),
            immutable=True,
            opts=self._child(),
        )
        trains = self._account(f"{name}-trains", args, _trainer_name(args), _training_rights(args))
        asks = self._account(
            f"{name}-asks",
            args,
            args["object_name"],
            {
                "asking": rendered(
                    asking_policy,
                    queue_arn=queue.arn,
                    messages_key_arn=args["messages_key_arn"],
                    pipeline_name=args["pipeline_name"],
                    account_id=args["account_id"],
                    region=args["region"],
                    makes_log_groups=args.get("jobs_make_log_groups", False),
                )
            },
        )
        allowed = account_rights(
            name, args["namespace"], args["object_name"], parent=self, rules=rules(args["by"])
        )
        asking = self._asking(name, args, queue, code, [*trains, *asks, *allowed])
        # Without it, a pipeline would wait for what nobody does.
        away_alarm(
            f"{name}-away",
            parent=self,
            description=f"{args['pipeline_name']}: nothing asks Kubernetes for its trainings",
            namespace=METRICS,
            dimensions={"Pipeline": args["pipeline_name"]},
            minutes=AWAY_MINUTES,
            topic_arn=args["topic_arn"],
        )
        self.queue_url = pulumi.Output.all(queue.url, asking.id).apply(lambda known: str(known[0]))
        self.queue_arn = queue.arn
        self.register_outputs({"queue_url": self.queue_url, "queue_arn": self.queue_arn})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _queue(self, name: str, args: PodTrainingArgs) -> aws.sqs.Queue:
        """A message stays for as long as SQS keeps one, which its training has to be done in."""
        queue = aws.sqs.Queue(
            f"{name}-queue",
            kms_master_key_id=args["messages_key_arn"],
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=LOOK_SECONDS,
            opts=self._child(),
        )
        aws.sqs.QueuePolicy(
            f"{name}-queue-policy",
            queue_url=queue.url,
            policy=rendered(queue_policy, queue_arn=queue.arn),
            opts=self._child(),
        )
        return queue

    def _account(
        self, name: str, args: PodTrainingArgs, account: str, policies: dict[str, pulumi.Input[str]]
    ) -> list[pulumi.Resource]:
        return pod_account(
            name,
            args,
            account,
            parent=self,
            description=f"What {account} does for trainings of {args['model']} on Kubernetes",
            policies=policies,
        )

    def _asking(
        self,
        name: str,
        args: PodTrainingArgs,
        queue: aws.sqs.Queue,
        code: kubernetes.core.v1.ConfigMap,
        after: list[pulumi.Resource],
    ) -> kubernetes.apps.v1.Deployment:
        labels = {"maslow.dev/asks": args["object_name"]}

        def pod(image: str, code: str, url: str, namespace: str, queue: str) -> dict[str, Any]:
            told = {
                "queue_url": url,
                "log_group": TRAINING_JOBS,
                "metrics": METRICS,
                "pipeline": args["pipeline_name"],
                "by": args["by"],
                "namespace": namespace,
                "model": args["model"],
                "account": _trainer_name(args),
                "code": code,
                "runtime_image": image,
                "region": args["region"],
                "queue": queue,
                "pods": args["pods"],
            }
            return asking_pod(
                labels=labels,
                image=image,
                account=args["object_name"],
                code=code,
                environment={
                    "AWS_DEFAULT_REGION": args["region"],
                    "TOLD": json.dumps(told, sort_keys=True),
                },
            )

        template = pulumi.Output.all(
            args["runtime_image"],
            code.metadata.name,
            queue.url,
            args["namespace"],
            args.get("queue", ""),
        ).apply(lambda known: pod(*known))
        return lone_deployment(
            f"{name}-asking",
            parent=self,
            metadata=_called(args, args["object_name"]),
            labels=labels,
            template=template,
            after=after,
        )


def _training_rights(args: PodTrainingArgs) -> dict[str, pulumi.Input[str]]:
    rights: dict[str, pulumi.Input[str]] = {
        "training": rendered(
            training_policy,
            model=args["model"],
            data_bucket=args["data_bucket"],
            data_prefix=args["data_prefix"],
            data_key_arn=args["data_key_arn"],
            artifacts_bucket=args["artifacts_bucket"],
            artifacts_key_arn=args["artifacts_key_arn"],
        )
    }
    if "tracking_policy" in args:
        rights["experiments"] = args["tracking_policy"]
    return rights


def _called(args: PodTrainingArgs, name: str) -> Any:
    return {"name": name, "namespace": args["namespace"]}


def _trainer_name(args: PodTrainingArgs) -> str:
    return f"{args['object_name']}-pods"
