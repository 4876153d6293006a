"""Writes `hardware.json` anew: `python -m catalog.generate_hardware`.

moto carries what EC2's DescribeInstanceTypes answers, and records it anew each month. The types are
those that SageMaker takes for any use; of some of previous generations EC2 tells no longer.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from catalog.hardware import FILE, Hardware

USES = (
    "TrainingInstanceType",
    "ProcessingInstanceType",
    "ProductionVariantInstanceType",
    "TransformInstanceType",
    "AppInstanceType",
)
"""The shapes of botocore that list SageMaker's types."""
MIB_A_GIB = 1024
ACCELERATOR_GIB = {"Trainium2": 96}
"""Memory of one accelerator where EC2 answers something else than AWS's page tells.

https://aws.amazon.com/ec2/instance-types/trn2/
"""


def generated() -> dict[str, Hardware]:
    """The hardware of each type, read from the installed moto and botocore."""
    import botocore.session

    spec = find_spec("moto")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("moto")
    path = Path(spec.origin).parent / "ec2" / "resources" / "instance_types.json.gz"
    told: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    model = botocore.session.get_session().get_service_model("sagemaker")
    names = {name for use in USES for name in model.shape_for(use).enum}
    known = sorted(name for name in names if name.removeprefix("ml.") in told)
    return {name: of(told[name.removeprefix("ml.")]) for name in known}


def of(told: Mapping[str, Any]) -> Hardware:
    """The hardware that an answer of EC2 tells."""
    found = [
        *told.get("GpuInfo", {}).get("Gpus", []),
        *told.get("NeuronInfo", {}).get("NeuronDevices", []),
    ] or told.get("InferenceAcceleratorInfo", {}).get("Accelerators", [])
    network = told["NetworkInfo"]
    efa = network.get("EfaInfo", {}).get("MaximumEfaInterfaces", 0)
    return Hardware(
        told["VCpuInfo"]["DefaultVCpus"],
        told["MemoryInfo"]["SizeInMiB"] / MIB_A_GIB,
        " and ".join(dict.fromkeys(each["Name"] for each in found)),
        sum(each["Count"] for each in found),
        round(sum(each["Count"] * _gib(each) for each in found), 1),
        told.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
        efa if network.get("EfaSupported") else 0,
    )


def _gib(accelerator: Mapping[str, Any]) -> float:
    told: float = accelerator.get("MemoryInfo", {}).get("SizeInMiB", 0) / MIB_A_GIB
    return ACCELERATOR_GIB.get(accelerator["Name"], told)


def rendered(found: Mapping[str, Hardware]) -> str:
    """JSON with a line for each type, so that a change of one is one line's."""
    lines = ",\n".join(_lines(found))
    return f"{{\n{lines}\n}}\n"


def _lines(found: Mapping[str, Hardware]) -> Iterable[str]:
    for name, each in found.items():
        numbers = [int(one) if isinstance(one, float) and one.is_integer() else one for one in each]
        yield f"{json.dumps(name)}: {json.dumps(numbers)}"


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))
