"""What a team's namespace allows and refuses, as specifications of Kubernetes' objects.

https://kubernetes.io/docs/concepts/policy/resource-quotas/
https://kubernetes.io/docs/concepts/policy/limit-range/
https://kubernetes.io/docs/concepts/services-networking/network-policies/
https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

import enum
from typing import Any, TypedDict

from components.platform.kubernetes.nodes import Accelerator

TEAM_LABEL = "maslow.dev/team"
PLATFORM_LABEL = "maslow.dev/platform"
"""What namespaces of add-ons bear: they may ask teams' pods, as what scrapes metrics has to."""
MOST_PODS = 500
IDENTITY_AGENT = "169.254.170.23/32"
"""Where a node's agent hands out the AWS credentials of a pod's service account.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
"""
INSTANCE_METADATA = "169.254.169.254/32"


Spec = Any
"""A specification with Kubernetes' own names, which Pulumi's types call otherwise."""


class PodSecurity(enum.Enum):
    """What pods of a namespace may ask of their node."""

    BASELINE = "baseline"
    """Nothing that leads out of the container; they may run as root within it."""
    RESTRICTED = "restricted"
    """Nor run as root, nor keep a capability."""


class QuotaArgs(TypedDict):
    """The most that a team's pods have together."""

    vcpus: int
    """Processors."""
    memory_gib: int
    """Memory, in GiB."""
    gpus: int
    """GPUs of NVIDIA's."""
    neuron: int
    """Chips of Inferentia or Trainium."""
    storage_gib: int
    """Volumes, in GiB."""


def namespace_labels(team: str, security: PodSecurity) -> dict[str, str]:
    """Labels of a team's namespace; the stricter standard warns where it does not refuse."""
    level = "pod-security.kubernetes.io"
    return {
        TEAM_LABEL: team,
        f"{level}/enforce": security.value,
        f"{level}/warn": PodSecurity.RESTRICTED.value,
        f"{level}/audit": PodSecurity.RESTRICTED.value,
    }


def quota_of(args: QuotaArgs) -> dict[str, str]:
    """The hard limits of a ResourceQuota: what a team has no share of, it cannot ask for."""
    return {
        "requests.cpu": str(args["vcpus"]),
        "requests.memory": f"{args['memory_gib']}Gi",
        "limits.memory": f"{args['memory_gib']}Gi",
        f"requests.{Accelerator.GPU.value}": str(args["gpus"]),
        f"requests.{Accelerator.NEURON.value}": str(args["neuron"]),
        "requests.storage": f"{args['storage_gib']}Gi",
        "pods": str(MOST_PODS),
        # A load balancer of one's own would be open to whatever its annotations say.
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def limit_range() -> Spec:
    """What a container gets that asks for nothing, without which a quota refuses it."""
    return [
        {
            "type": "Container",
            "defaultRequest": {"cpu": "250m", "memory": "512Mi"},
            "default": {"memory": "512Mi"},
        }
    ]


def deny_by_default() -> Spec:
    """Nothing comes in, and nothing goes out, but what another policy lets."""
    return {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def among_itself() -> Spec:
    """Pods of the namespace speak to one another, and the platform's add-ons to them."""
    platform = {"namespaceSelector": {"matchLabels": {PLATFORM_LABEL: "true"}}}
    own: Spec = {"podSelector": {}}
    return {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"from": [own, platform]}],
        "egress": [{"to": [own, platform]}],
    }


def egress() -> Spec:
    """Names are looked up, credentials fetched, and HTTPS goes wherever the network lets it.

    The metadata of a node is none of a pod's business.
    """
    return {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [
            {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
            {
                "to": [{"ipBlock": {"cidr": IDENTITY_AGENT}}],
                "ports": [{"protocol": "TCP", "port": 80}],
            },
            {
                "to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [INSTANCE_METADATA]}}],
                "ports": [{"protocol": "TCP", "port": 443}],
            },
        ],
    }
