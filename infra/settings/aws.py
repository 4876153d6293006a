"""Values that AWS allows: regions, and instance types per use.

Regions are the catalog's. Instance types come from botocore's service models, but are kept beside
this module in `aws.json`: reading botocore's SageMaker model costs 80 ms and importing its loader
300 ms, this file one. A test keeps them in step; `python -m infra.settings.aws` writes the file
anew.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from catalog.regions import regions
from infra.settings.instance_hints import other_use, suggestions
from infra.settings.mistakes import did_you_mean, one_of, refusal, shown

FILE = Path(__file__).with_name("aws.json")
USES = {
    "training": "TrainingInstanceType",
    "processing": "ProcessingInstanceType",
    "endpoint": "ProductionVariantInstanceType",
    "transform": "TransformInstanceType",
    "studio": "AppInstanceType",
}
"""What an instance is for, and the botocore shape that lists the types allowed for it."""
NOT_CHOSEN = frozenset({"system", "ml.geospatial.interactive"})
"""What Studio runs its own servers on, and what is closed to new customers.

https://docs.aws.amazon.com/general/latest/gr/maintenance_services.html
"""


OTHERS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso": "aws-iso",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}
"""How regions of the other partitions begin.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""


@functools.cache
def allowed() -> dict[str, list[str]]:
    """The instance types that are allowed for each of the USES, sorted."""
    values: dict[str, list[str]] = json.loads(FILE.read_text())
    return values


def allowed_by_botocore() -> dict[str, list[str]]:
    """The same, read from the installed botocore."""
    import botocore.session

    session = botocore.session.get_session()
    model = session.get_service_model("sagemaker")
    enums = {use: model.shape_for(shape).enum for use, shape in USES.items()}
    return {use: sorted(set(enum) - NOT_CHOSEN) for use, enum in enums.items()}


def allowed_regions() -> tuple[str, ...]:
    """The regions of the `aws` partition that have SageMaker, sorted."""
    return regions()["sagemaker"]


def region_mistake(value: object) -> tuple[str, str] | None:
    """What is wrong with a region, and a hint; None where it is right."""
    if value in allowed_regions():
        return None
    if partition := next((name for name in OTHERS if str(value).startswith(name)), None):
        return (
            f"{shown(value)} is in AWS's partition {OTHERS[partition]}.",
            "Its ARNs and names of services are others than those that maslow writes.",
        )
    hint = did_you_mean(value, allowed_regions())
    return f"{shown(value)} is not an AWS region with SageMaker.", hint


@dataclass(frozen=True)
class InstanceType:
    """Refuses an instance type that SageMaker does not offer for one use."""

    use: str
    setting: str
    """Where it is set, for `maslow schema --values`."""

    def __call__(self, value: str) -> str:
        """The value itself."""
        if value in allowed()[self.use]:
            return value
        listed = f"(maslow schema --values {self.setting} lists them)"
        if elsewhere := other_use(value, self.use, allowed()):
            raise refusal(elsewhere, listed)
        article = "an" if self.use[0] in "aeiou" else "a"
        likely = suggestions(value, allowed()[self.use])
        guess = f"Did you mean {one_of(likely)}? " if likely else ""
        message = f"{shown(value)} is not {article} {self.use} instance type."
        raise refusal(message, f"{guess}{listed}")


if __name__ == "__main__":
    FILE.write_text(json.dumps(allowed_by_botocore(), indent=1) + "\n")
