"""Writes `emr_instances.json` anew: `python -m catalog.generate_emr_instances`.

moto carries what EMR's ListSupportedInstanceTypes answers for each release, and what EC2's
DescribeInstanceTypes tells of each type.
https://docs.aws.amazon.com/emr/latest/APIReference/API_ListSupportedInstanceTypes.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html
"""

import json
from importlib.metadata import version
from typing import Any

from moto.utilities.utils import load_resource

from catalog.emr_instances import FILE, LEAST_GIB, LEAST_VCPU, Types

RELEASE = "emr-7.12.0"
"""The release whose answer is kept; later ones take more."""
ACCELERATORS = ("FpgaInfo", "GpuInfo", "InferenceAcceleratorInfo", "NeuronInfo")
MIB = 1024


def generated() -> Types:
    """The types, read from the installed moto."""
    taken = load_resource(f"emr/resources/instance-types-{RELEASE}.json")
    told = load_resource("ec2/resources/instance_types.json")
    fits = {name: told[name] for name in sorted(taken) if name in told and _fits(told[name])}
    return Types(
        f"moto {version('moto')}, {RELEASE}",
        {name: each["VCpuInfo"]["DefaultVCpus"] for name, each in fits.items()},
    )


def rendered(types: Types) -> str:
    """JSON with a line for each type."""
    lines = ",\n".join(f"{json.dumps(name)}: {vcpu}" for name, vcpu in types.vcpu.items())
    return f'{{\n"source": {json.dumps(types.source)},\n"vcpu": {{\n{lines}\n}}\n}}\n'


def _fits(told: dict[str, Any]) -> bool:
    return (
        told["NetworkInfo"]["EncryptionInTransitSupported"]
        and told["VCpuInfo"]["DefaultVCpus"] >= LEAST_VCPU
        and told["MemoryInfo"]["SizeInMiB"] >= LEAST_GIB * MIB
        and not any(name in told for name in ACCELERATORS)
        and "spot" in told["SupportedUsageClasses"]
    )


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))
