"""Writes `regions.json` anew: `python -m catalog.generate_regions`.

botocore's endpoint data come first. They list nothing for services of the last years, and of those
CloudFormation's schemas, as cfn-lint carries them, tell where a resource type is offered. They know
nothing of me-south-1 and little of me-central-1: that a service is missing there is no proof.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from catalog.regions import FILE
from catalog.services import SERVICES

NARROWER = ("AWS::Glue::TableOptimizer", "AWS::SageMaker::MlflowApp")
"""Types that fewer regions have than have their service, by CloudFormation's names."""


def generated() -> dict[str, list[str]]:
    """Sorted regions of the `aws` partition by service or type, read from the installed packages.

    The other partitions have ARNs of their own.
    """
    import botocore.session

    session = botocore.session.get_session()
    partition = session.get_available_regions("ec2")
    by_type = dict(_by_schema())
    by_schema = {
        region: {name.split("::")[1] for name in types} for region, types in by_type.items()
    }
    found: dict[str, list[str]] = {}
    for service in sorted(SERVICES, key=lambda each: each.prefix):
        client = (service.clients or (service.prefix,))[0]
        names = session.get_available_regions(client) or [
            region for region in partition if service.cloudformation in by_schema.get(region, ())
        ]
        if names:
            found[service.prefix] = sorted(names)
    for type_ in NARROWER:
        found[type_] = [region for region in sorted(partition) if type_ in by_type.get(region, ())]
    return found


def _by_schema() -> Iterator[tuple[str, set[str]]]:
    """Each region with CloudFormation's names of the resource types that it has."""
    import cfnlint  # its data are files

    providers = Path(cfnlint.__file__).parent / "data" / "schemas" / "providers"
    for path in providers.glob("*.json"):
        yield path.stem, set(json.loads(path.read_text()))


def rendered(regions: dict[str, list[str]]) -> str:
    """JSON with a line for each service, so that a change of one is one line's."""
    lines = (f"{json.dumps(prefix)}: {json.dumps(names)}" for prefix, names in regions.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(rendered(generated()))
