"""The instance types that the nodes of EMR's clusters are made of here.

They are those that EMR takes, that encrypt what they send to one another, and that have room for
Spark's processes beside those of a node; none has an accelerator.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-supported-instance-types.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/data-protection.html#encryption-transit
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("emr_instances.json")
LEAST_VCPU, LEAST_GIB = 4, 16
"""The least that a node has."""


class Types(NamedTuple):
    """What EMR and EC2 answered."""

    source: str
    """Whose record of the answers it is, with its version and EMR's release."""
    vcpu: dict[str, int]
    """The types by name, sorted, with the vCPUs of each."""


@cache
def emr_instances() -> Types:
    """The committed record."""
    read = json.loads(FILE.read_text())
    return Types(read["source"], read["vcpu"])
