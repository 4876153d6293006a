"""What the nodes of an EKS cluster in Auto Mode are made of: EC2's types without the small sizes.

https://docs.aws.amazon.com/eks/latest/userguide/automode-learn-instances.html
"""

from functools import cache

from catalog.hardware import Hardware, hardware
from catalog.instances import FAMILIES, Family

SMALLEST_VCPUS = 2
"""A type with one vCPU is no node of Auto Mode, nor are the sizes below."""
TOO_SMALL = ("nano", "micro", "small", "medium")
WITHOUT_DRIVERS = ("Gaudi",)
"""Accelerators that Auto Mode brings no driver for."""


@cache
def node_types() -> dict[str, Hardware]:
    """What is known of each type that may be a node, by EC2's name: `g6.2xlarge`."""
    return {
        name.removeprefix("ml."): machine
        for name, machine in hardware().items()
        if machine.vcpus >= SMALLEST_VCPUS
        and name.rpartition(".")[2] not in TOO_SMALL
        and node_family(name.removeprefix("ml.")).accelerator not in WITHOUT_DRIVERS
    }


def node_family(instance_type: str) -> Family:
    """The family of `<family>.<size>`. Raises KeyError for one that is not known."""
    return FAMILIES[instance_type.partition(".")[0]]
