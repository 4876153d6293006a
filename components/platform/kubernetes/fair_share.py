"""Teams' shares of a cluster as queues of Kueue's: what one leaves, another may borrow.

https://kueue.sigs.k8s.io/docs/concepts/cluster_queue/
https://kueue.sigs.k8s.io/docs/concepts/resource_flavor/
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform.kubernetes.nodes import Accelerator
from components.platform.kubernetes.team_rules import TEAM_LABEL, QuotaArgs

API = "kueue.x-k8s.io/v1beta2"
COHORT = "teams"
"""The queues that lend to one another."""
QUEUE = "default"
"""The queue of a namespace that a job goes to which names none.

https://kueue.sigs.k8s.io/docs/tasks/manage/enforce_job_management/setup_default_local_queue/
"""
FLAVORS = {
    Accelerator.NONE: "processors",
    Accelerator.GPU: "gpu",
    Accelerator.NEURON: "neuron",
}
"""By what nodes have beside processors, the flavor of what is counted.

A flavor is not a pool: a share is a number for the cluster, and Kueue has no sum over flavors, so
that of several pools each would get a part, and a job that needs the whole share would never start.
Which pool a job runs on, its own node selector says.
"""


def resource_flavor(accelerator: Accelerator) -> dict[str, Any]:
    """The specification of a flavor, whose jobs pass the taint of nodes with accelerators."""
    if accelerator is Accelerator.NONE:
        return {}
    return {
        "tolerations": [{"key": accelerator.value, "operator": "Exists", "effect": "NoSchedule"}]
    }


def cluster_queue(
    team: str, quota: QuotaArgs, accelerators: Iterable[Accelerator]
) -> dict[str, Any]:
    """The specification of a team's queue: its share, and whatever others leave of theirs.

    What was borrowed is taken back when its owner has a job for it. A kind of accelerator that no
    pool has is in no queue: jobs that ask for it are told so, and do not start.
    """
    shares: dict[Accelerator, dict[str, int | str]] = {
        Accelerator.NONE: {"cpu": quota["vcpus"], "memory": f"{quota['memory_gib']}Gi"},
        Accelerator.GPU: {Accelerator.GPU.value: quota["gpus"]},
        Accelerator.NEURON: {Accelerator.NEURON.value: quota["neuron"]},
    }
    return {
        "cohortName": COHORT,
        "namespaceSelector": {"matchLabels": {TEAM_LABEL: team}},
        "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
        "resourceGroups": [
            {
                "coveredResources": [*shares[each]],
                "flavors": [
                    {
                        "name": FLAVORS[each],
                        "resources": [
                            {"name": name, "nominalQuota": share}
                            for name, share in shares[each].items()
                        ],
                    }
                ],
            }
            for each in counted(accelerators)
        ],
    }


def counted(accelerators: Iterable[Accelerator]) -> list[Accelerator]:
    """What queues count, in a fixed order: processors always, accelerators where nodes have any."""
    return [each for each in Accelerator if each in {Accelerator.NONE, *accelerators}]


def most_with_borrowing(quota: QuotaArgs, everyone: Sequence[QuotaArgs]) -> QuotaArgs:
    """The most that a team's pods have while nobody else has any: all shares together.

    A namespace's own quota below that would refuse the pods of jobs that Kueue has let borrow.
    Volumes are not lent.
    """
    return {
        "vcpus": sum(each["vcpus"] for each in everyone),
        "memory_gib": sum(each["memory_gib"] for each in everyone),
        "gpus": sum(each["gpus"] for each in everyone),
        "neuron": sum(each["neuron"] for each in everyone),
        "storage_gib": quota["storage_gib"],
    }


class FairShareArgs(TypedDict):
    """Whose shares of what."""

    shares: Mapping[str, QuotaArgs]
    """The share of each team, by its name."""
    namespaces: Mapping[str, pulumi.Input[str]]
    """The namespace of each team, by its name."""
    accelerators: list[Accelerator]
    """What nodes of the cluster have beside processors."""


class FairShare(pulumi.ComponentResource):
    """A queue for each team, in one cohort, and the queue of its namespace that jobs go to.

    Kueue has to be there: let it depend on its release.
    """

    queue: pulumi.Output[str]
    """Name of the queue in the namespace of each team, known once jobs can go to it."""

    def __init__(
        self, name: str, args: FairShareArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:FairShare", name, None, opts)
        first = [
            self._made(f"{name}-flavor-{called}", "ResourceFlavor", called, resource_flavor(each))
            for each, called in FLAVORS.items()
            if each in counted(args["accelerators"])
        ]
        first.append(self._made(f"{name}-cohort", "Cohort", COHORT, {}))
        ready = []
        for team, quota in args["shares"].items():
            spec = cluster_queue(team, quota, args["accelerators"])
            queue = self._made(f"{name}-of-{team}", "ClusterQueue", team, spec, after=first)
            ready.append(
                self._made(
                    f"{name}-in-{team}",
                    "LocalQueue",
                    QUEUE,
                    {"clusterQueue": team},
                    namespace=args["namespaces"][team],
                    after=[queue],
                )
            )
        self.queue = pulumi.Output.all(*(each.id for each in ready)).apply(lambda _: QUEUE)
        self.register_outputs({"queue": self.queue})

    def _made(
        self,
        name: str,
        kind: str,
        called: str,
        spec: dict[str, Any],
        *,
        namespace: pulumi.Input[str] | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> kubernetes.apiextensions.CustomResource:
        return kubernetes.apiextensions.CustomResource(
            name,
            api_version=API,
            kind=kind,
            metadata={"name": called, **({"namespace": namespace} if namespace else {})},
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*after]),
        )
