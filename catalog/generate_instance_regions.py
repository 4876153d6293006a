"""Writes `instance_regions.json` anew: `python -m catalog.generate_instance_regions`.

moto carries what EC2's DescribeInstanceTypeOfferings answers in each region, and records it anew
each month. The types are those with an accelerator, less the families of previous generations: EC2
no longer offers these to new accounts in places where others still have them.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
"""

import gzip
import json
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from catalog.instance_regions import FILE, Offerings
from catalog.instances import FAMILIES, PREVIOUS

PRICED = {"p4d.24xlarge": ("ap-southeast-1",)}
"""Where a type is not offered, and yet in AWS's price list: this account may not, others may."""


def generated() -> Offerings:
    """The offerings, read from the installed moto."""
    spec = find_spec("moto")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("moto")
    folder = Path(spec.origin).parent / "ec2" / "resources" / "instance_type_offerings" / "region"
    asked = {path.name.split(".")[0]: path for path in sorted(folder.glob("*.json.gz"))}
    found: dict[str, set[str]] = {}
    for region, path in asked.items():
        for offering in json.loads(gzip.decompress(path.read_bytes())):
            found.setdefault(offering["InstanceType"], set()).add(region)
    accelerated = {name for name, family in FAMILIES.items() if family.accelerator} - PREVIOUS
    types = {
        f"ml.{name}": tuple(sorted({*regions, *PRICED.get(name, ())}))
        for name, regions in sorted(found.items())
        if name.split(".")[0] in accelerated and not name.endswith(".metal")
    }
    ours = tuple(region for region in asked if not region.startswith(("cn-", "us-gov-")))
    return Offerings(f"moto {version('moto')}", ours, types)


def rendered(offerings: Offerings) -> str:
    """JSON with a line for each type, so that a change of one is one line's."""
    head = f'"source": {json.dumps(offerings.source)},\n"asked": {_list(offerings.asked)},\n'
    lines = (f"{json.dumps(name)}: {_list(each)}" for name, each in offerings.types.items())
    return f'{{\n{head}"types": {{\n' + ",\n".join(lines) + "\n}\n}\n"


def _list(names: Iterable[str]) -> str:
    return json.dumps(list(names))


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))
