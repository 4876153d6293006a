"""The regions in which AWS keeps SageMaker's own images, as the SageMaker SDK lists them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("images.json")


@cache
def registries() -> Mapping[str, Mapping[str, str]]:
    """By repository: the account that has it, by region."""
    listed: dict[str, dict[str, str]] = json.loads(FILE.read_text())
    return listed


def registry_host(account: str, region: str) -> str:
    """The host by which an account's private registry is called in a region.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
    """
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{account}.dkr.ecr.{region}.{domain}"
