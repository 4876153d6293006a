"""What must fit between the stack files of one folder.

A check is a function of this file's settings and the neighbours', as they are written; it passes
over what is malformed, since that file's own load tells it. `CHECKS` lists them all.
"""

import ipaddress
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.settings.cross_stack import Check, Neighbour, mapping
from infra.settings.devops.ci import ISSUERS
from infra.settings.filekeys import PLATFORM, REGION
from infra.settings.foundation.audit import one_of_each
from infra.settings.foundation.network import DOCKER_RANGE, PRIVATE_RANGES
from infra.settings.mistakes import Mistake
from infra.settings.promotion_checks import one_account_each, promoted_by_both
from infra.settings.yamlfile import read

EMBEDDED = "embedded"


def around(own: Neighbour, path: Path) -> list[Neighbour]:
    """The environments of the files beside `own`, the file at `path`.

    An environment on the embedded AWS shares nothing with the others, and has no neighbours.
    """
    return [] if own.values.get("cloud") == EMBEDDED else list(_neighbours(path))


def mistakes(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[Mistake]:
    """What does not fit between a file and its neighbours."""
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


def overlaps(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[Mistake]:
    """Ranges that overlap, with the next free one of the same size.

    Networks that overlap can never be peered, nor reached from one place.
    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
    """
    cidr = _range(own)
    if cidr is None:
        return
    taken = {other.file: theirs for other in others if (theirs := _range(other))}
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


def one_identity_provider(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[Mistake]:
    """Two environments of one account that would each make CI's identity provider.

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


def one_scanning_configuration(own: Neighbour, others: Sequence[Neighbour]) -> Iterator[Mistake]:
    """Two environments of one account that would each have Inspector scan the images.

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
    overlaps,
    one_identity_provider,
    one_account_each,
    one_scanning_configuration,
    one_of_each,
    promoted_by_both,
)


def _neighbours(path: Path) -> Iterator[Neighbour]:
    for other in beside(path):
        try:
            config = mapping(mapping(read(other).values).get("config"))
        except OSError:
            continue
        values = mapping(config.get(PLATFORM))
        if values.get("cloud") != EMBEDDED:
            yield Neighbour(shown_path(other), environment_of(other), config.get(REGION), values)


def _range(environment: Neighbour) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(mapping(environment.values.get("network")).get("cidr"))
    except ValueError:
        return None


def _made_issuer(environment: Neighbour) -> str | None:
    """The server whose identity provider the environment makes for CI, if it makes one."""
    ci = mapping(environment.values.get("ci"))
    if not ci or "provider" in ci:
        return None
    address = ci.get("issuer") or ISSUERS["github" if "github" in ci else "gitlab"]
    return str(address).removeprefix("https://")


def _enhanced(environment: Neighbour) -> bool:
    return mapping(environment.values.get("registry")).get("scanning") == "enhanced"
