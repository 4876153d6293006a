"""The application of EMR Serverless that the Spark jobs of an environment run on."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

WORKER_VCPU, WORKER_GB, WORKER_DISK_GB = 4, 16, 20
"""Size of each worker, a driver or an executor: of those that EMR Serverless offers.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html
"""


class SparkApplicationArgs(TypedDict):
    """What the application is made of."""

    application_name: str
    """Name within the account, at most 64 characters."""
    release: str
    """Release of EMR, such as `emr-7.12.0`."""
    max_vcpu: int
    """Most vCPUs of all its workers together."""
    idle_minutes: int
    """Minutes without a run after which it stops."""
    max_runs: NotRequired[int]
    """Most runs at once; more wait in the queue. There is none unless it is given."""
    queue_minutes: NotRequired[int]
    """Longest that a run waits in the queue, in minutes, 15 to 720; with `max_runs`."""
    warm_workers: NotRequired[int]
    """Workers that are kept ready beside a driver, and paid for, while it is started."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets of its workers."""
    security_group_id: pulumi.Input[str]
    """Security group of its workers."""
    for_notebooks: NotRequired[bool]
    """Whether workspaces of EMR Studio may be attached to it; False unless given."""


class SparkApplication(pulumi.ComponentResource):
    """A Spark application that starts with a run and stops when none is left.

    A change of it is refused by AWS while it runs.
    https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_UpdateApplication.html
    """

    application_id: pulumi.Output[str]
    """Id that runs are started with."""
    arn: pulumi.Output[str]
    """ARN of the application."""

    def __init__(
        self, name: str, args: SparkApplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SparkApplication", name, None, opts)
        workers = args["max_vcpu"] // WORKER_VCPU
        application = aws.emrserverless.Application(
            f"{name}-application",
            name=args["application_name"],
            type="spark",
            release_label=args["release"],
            architecture="ARM64",
            auto_start_configuration={"enabled": True},
            auto_stop_configuration={"enabled": True, "idle_timeout_minutes": args["idle_minutes"]},
            maximum_capacity={
                "cpu": f"{args['max_vcpu']} vCPU",
                "memory": f"{workers * WORKER_GB} GB",
                "disk": f"{workers * WORKER_DISK_GB} GB",
            },
            initial_capacities=_ready(args.get("warm_workers", 0)),
            scheduler_configuration={
                "max_concurrent_runs": args["max_runs"],
                "queue_timeout_minutes": args["queue_minutes"],
            }
            if "max_runs" in args
            else None,
            # https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-workloads.html
            interactive_configuration={"studio_enabled": True}
            if args.get("for_notebooks")
            else None,
            network_configuration={
                "subnet_ids": args["subnet_ids"],
                "security_group_ids": [args["security_group_id"]],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.application_id = application.id
        self.arn = application.arn
        self.register_outputs({"application_id": self.application_id, "arn": self.arn})


def _ready(
    workers: int,
) -> list[aws.emrserverless.ApplicationInitialCapacityArgsDict] | None:
    if not workers:
        return None
    return [
        {
            "initial_capacity_type": kind,
            "initial_capacity_config": {
                "worker_count": count,
                "worker_configuration": {
                    "cpu": f"{WORKER_VCPU} vCPU",
                    "memory": f"{WORKER_GB} GB",
                    "disk": f"{WORKER_DISK_GB} GB",
                },
            },
        }
        for kind, count in (("Driver", 1), ("Executor", workers))
    ]
