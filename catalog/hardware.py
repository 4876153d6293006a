"""What is in each of SageMaker's instance types: processors, accelerators, disks and EFA.

SageMaker's instances are EC2's, so EC2's description of a type holds for `ml.` and its name.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("hardware.json")


class Hardware(NamedTuple):
    """One instance."""

    vcpus: int
    memory_gib: float
    """Of the processors."""
    accelerator: str = ""
    """Whose name it is, such as `L40S`; empty where there is none."""
    accelerators: int = 0
    """How many."""
    accelerator_gib: float = 0
    """Memory of all of them together."""
    disk_gb: int = 0
    """Of the instance's own disks; 0 where volumes of EBS are all it has."""
    efa: int = 0
    """How many interfaces of the Elastic Fabric Adapter; 0 where it has none.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html
    """


@cache
def hardware() -> dict[str, Hardware]:
    """What is known, by `ml.<family>.<size>`."""
    return {name: Hardware(*fields) for name, fields in json.loads(FILE.read_text()).items()}
