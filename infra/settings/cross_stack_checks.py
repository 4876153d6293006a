"""What must fit between the stack files of one folder.

A check compares this file's settings with those of the others, as they are written. It passes over
what is malformed, which is reported when that file is loaded. `CHECKS` lists them all.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.settings.cross_stack import Check, StackValues, mapping
from infra.settings.devops.ci import ISSUERS
from infra.settings.filekeys import PLATFORM, REGION
from infra.settings.foundation.audit import check_account_services
from infra.settings.foundation.keys import check_existing_keys
from infra.settings.foundation.network import DOCKER_RANGE, PRIVATE_RANGES
from infra.settings.mistakes import Mistake
from infra.settings.promotion_checks import check_accounts, check_promotions
from infra.settings.yamlfile import read

EMBEDDED = "embedded"


def other_stacks(own: StackValues, path: Path) -> list[StackValues]:
    """The environments of the other stack files in the folder of `path`, which is `own`'s.

    An environment on the embedded AWS shares nothing with any other, so it is compared with none.
    """
    return [] if own.values.get("cloud") == EMBEDDED else list(_in_aws(path))


def check_cross_stack(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Every mistake between a file and the others of its folder."""
    for check in CHECKS:
        yield from check(own, others)


def beside(path: Path) -> list[Path]:
    """The other stack files of the same folder, sorted."""
    return sorted(other for other in path.parent.glob("Pulumi.*.yaml") if other != path)


def environment_of(path: Path) -> str:
    """`dev` of `stacks/Pulumi.dev.yaml`."""
    return path.name.removeprefix("Pulumi.").removesuffix(path.suffix)


def shown_path(path: Path) -> str:
    """A stack file as people name it: with its folder, and no more of its path."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def check_ranges(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield network ranges that overlap, with the next free one of the same size.

    Networks that overlap can never be peered, nor reached from one place.
    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
    """
    cidr = range_of(own)
    if cidr is None:
        return
    taken = {other.file: theirs for other in others if (theirs := range_of(other))}
    for file, theirs in taken.items():
        if cidr.overlaps(theirs):
            free = free_range(cidr.prefixlen, list(taken.values()))
            yield Mistake(
                ("network", "cidr"),
                f"{cidr} overlaps {theirs} of {file}.",
                f"Give each environment a range of its own: {free} is free."
                if free
                else "Give each environment a range of its own; none of this size is left.",
            )


def free_range(prefix: int, taken: Sequence[ipaddress.IPv4Network]) -> ipaddress.IPv4Network | None:
    """The private range of this size that follows all that is taken of 10.0.0.0/8, else any."""
    occupied = [DOCKER_RANGE, *taken]
    free = [
        candidate
        for pool in PRIVATE_RANGES
        if pool.prefixlen <= prefix
        for candidate in pool.subnets(new_prefix=prefix)
        if not any(candidate.overlaps(each) for each in occupied)
    ]
    highest = max(
        (each for each in taken if each.subnet_of(PRIVATE_RANGES[0])), default=PRIVATE_RANGES[0]
    )
    return next((candidate for candidate in free if candidate > highest), next(iter(free), None))


def check_identity_providers(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield a mistake if two environments of an account would each make CI's identity provider.

    An account has one for each issuer, and refuses the second.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
    """
    issuer, account = _made_issuer(own), own.account
    if issuer is None or account is None:
        return
    twins = [each for each in others if (_made_issuer(each), each.account) == (issuer, account)]
    # The first of them in the alphabet makes it, and the others name it.
    first = min([own, *twins], key=lambda each: each.file)
    if first is not own:
        yield Mistake(
            ("ci",),
            f"{first.environment} makes the provider of {issuer} in the same account.",
            f"Add provider: arn:aws:iam::{account}:oidc-provider/{issuer}.",
        )


def check_image_scanning(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield a mistake if two environments of an account would each have Inspector scan images.

    An account has one configuration in a region: the first that goes would end it for the other.
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html
    """
    if own.account is None or not _enhanced(own):
        return
    place = (own.account, own.region)
    twins = [each for each in others if _enhanced(each) and (each.account, each.region) == place]
    first = min([own, *twins], key=lambda each: each.file)
    if first is not own:
        yield Mistake(
            ("registry", "scanning"),
            f"{first.environment} has the images of the same account scanned, and these with them.",
            "Leave scanning out here.",
        )


CHECKS: tuple[Check, ...] = (
    check_ranges,
    check_identity_providers,
    check_accounts,
    check_image_scanning,
    check_account_services,
    check_existing_keys,
    check_promotions,
)


def _in_aws(path: Path) -> Iterator[StackValues]:
    for other in beside(path):
        try:
            config = mapping(mapping(read(other).values).get("config"))
        except OSError:
            continue
        values = mapping(config.get(PLATFORM))
        if values.get("cloud") != EMBEDDED:
            yield StackValues(shown_path(other), environment_of(other), config.get(REGION), values)


def range_of(environment: StackValues) -> ipaddress.IPv4Network | None:
    """The range of an environment's network, if its file gives it one."""
    try:
        return ipaddress.IPv4Network(mapping(environment.values.get("network")).get("cidr"))
    except ValueError:
        return None


def _made_issuer(environment: StackValues) -> str | None:
    """The server whose identity provider the environment makes for CI, if it makes one."""
    ci = mapping(environment.values.get("ci"))
    if not ci or "provider" in ci:
        return None
    address = ci.get("issuer") or ISSUERS["github" if "github" in ci else "gitlab"]
    return str(address).removeprefix("https://")


def _enhanced(environment: StackValues) -> bool:
    return mapping(environment.values.get("registry")).get("scanning") == "enhanced"
