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
_LISTED = (
    "c8g c7g c7gn c7gd c7i c7i-flex c6g c6i c6gn c6id c6in c6gd c5 c5d c5n c4 "
    "m8g m7i m7g m7gd m7i-flex m6i m6in m6g m6idn m6id m6gd m5 m5n m5dn m5d m5zn m4 "
    "r8g r7iz r7gd r7i r7g r6i r6id r6in r6idn r6g r6gd r5 r5n r5dn r5b r5d r4 "
    "t4g t3 t2 p5 p4d p3 p3dn gr6 g6 g6e g5g g5 g4dn inf2 inf1 trn1 trn1n "
)
LISTED = frozenset(_LISTED.split())
"""Families that AWS's list of Auto Mode's instances had in December 2024, as far as they are known
here. Of families that came later it is not known whether Auto Mode takes them."""


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


def is_listed(instance_type: str) -> bool:
    """Whether AWS's list, as it is known here, has the type's family."""
    return instance_type.partition(".")[0] in LISTED
