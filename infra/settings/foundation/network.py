"""The private network that everything runs in."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from components.foundation.network.endpoint_services import ENDPOINTS, Use, needed
from infra.settings.base import Settings, matching
from infra.settings.cross_stack import mapping
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

PRIVATE_RANGES = tuple(
    ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
DOCKER_RANGE = ipaddress.IPv4Network("172.17.0.0/16")
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 22
DOMAIN_LIMIT = 253
ENDPOINT_WORDS = ("needed", "none")
OF_A_NEW_VPC = ("zones", "egress", "filter", "query_log")


def vpc_range(value: str) -> str:
    """Refuse what is no range for this platform's VPC.

    A VPC holds a /16 to a /28, best from the private ranges of RFC 1918, and not from
    172.17.0.0/16, which Docker uses inside SageMaker; below a /22 the subnets of two or three
    zones have no room for jobs.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError:
        raise refusal(
            f"{shown(value)} is not an IPv4 range.",
            _first_address(value) or "Example: 10.10.0.0/16.",
        ) from None
    if not LARGEST_PREFIX <= network.prefixlen <= SMALLEST_PREFIX:
        raise refusal(
            f"{value} has the wrong size.", "Allowed: /16 (65,536 addresses) to /22 (1,024)."
        )
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
        raise refusal(
            f"{value} is not private.",
            f"Choose within {', '.join(str(private) for private in PRIVATE_RANGES)}.",
        )
    if network.overlaps(DOCKER_RANGE):
        raise refusal(f"{value} overlaps {DOCKER_RANGE}, which Docker uses inside SageMaker.")
    return value


def _first_address(value: str) -> str:
    try:
        return f"The range starts at {ipaddress.IPv4Network(value, strict=False)}."
    except ValueError:
        return ""


def resource_id(prefix: str) -> AfterValidator:
    """Refuse what is not the id of a kind of EC2 resource: the prefix and 8 or 17 digits."""
    pattern = rf"{prefix}-([0-9a-f]{{8}}|[0-9a-f]{{17}})"
    return AfterValidator(
        matching(pattern, "is not an id", f"Example: {prefix}-0a1b2c3d4e5f67890.")
    )


def distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse what is named twice."""
    if twice := sorted({each for each in value if value.count(each) > 1}):
        raise refusal(f"{', '.join(twice)} is here twice.")
    return value


LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
domain = matching(
    rf"(?=.{{1,{DOMAIN_LIMIT}}}$)(\*\.)?({LABEL}\.)+[a-z]{{2,63}}",
    "is not a domain",
    "Examples: a.example.org, *.example.net.",
)
"""Refuses what is no name of the internet; `*.` may stand for all below it."""


def endpoints(value: object) -> object:
    """Refuse what is neither of the two words nor a list of services with endpoints."""
    if not isinstance(value, list | tuple):
        if value not in ENDPOINT_WORDS:
            raise refusal(
                f"{shown(value)} is not {' or '.join(ENDPOINT_WORDS)}, nor a list of services.",
                f"Write [{value}]." if value in ENDPOINTS else did_you_mean(value, ENDPOINT_WORDS),
            )
        return value
    unknown = [(place, name) for place, name in enumerate(value) if name not in ENDPOINTS]
    if unknown:
        raise refusals(
            Mistake(
                (place,),
                f"{shown(name)} has no interface endpoint that is known here.",
                did_you_mean(name, ENDPOINTS),
            )
            for place, name in unknown
        )
    return distinct(tuple(value))


Domain = Annotated[str, AfterValidator(domain)]
Endpoints = Annotated[
    Literal["needed", "none"] | tuple[str, ...],
    BeforeValidator(endpoints),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(ENDPOINT_WORDS)},
                {
                    "type": "array",
                    "items": {"enum": sorted(ENDPOINTS)},
                    "uniqueItems": True,
                },
            ]
        }
    ),
]


ZONE = r"[a-z]{2}(-[a-z]+)+-[0-9]+[a-z]"
"""How an availability zone is called.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
"""
ZONE_COUNTS = (2, 3)


def zones(value: object) -> object:
    """Refuse what is neither 2 or 3, nor as many names of availability zones."""
    if not isinstance(value, list | tuple):
        if value in ZONE_COUNTS and not isinstance(value, bool):
            return value
        hint = "How many there are, or their names: [eu-west-1a, eu-west-1c]."
        if isinstance(value, str) and value in map(str, ZONE_COUNTS):
            hint = f"Write {value}."
        raise refusal(f"{shown(value)} is not 2 or 3.", hint)
    if wrong := [
        Mistake((place,), f"{shown(name)} is no availability zone.", "They read eu-west-1a.")
        for place, name in enumerate(value)
        if not (isinstance(name, str) and re.fullmatch(ZONE, name))
    ]:
        raise refusals(wrong)
    if len(value) not in ZONE_COUNTS:
        raise refusal(f"{len(value)} zones are not 2 or 3.")
    return distinct(tuple(value))


Zones = Annotated[
    Literal[2, 3] | tuple[str, ...],
    BeforeValidator(zones),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(ZONE_COUNTS)},
                {
                    "type": "array",
                    "items": {"type": "string", "pattern": f"^{ZONE}$"},
                    "minItems": 2,
                    "maxItems": 3,
                    "uniqueItems": True,
                },
            ]
        }
    ),
]


class Filter(Settings):
    """What of the internet can be reached."""

    by: Literal["dns", "firewall"] = Field(
        description="dns: other names do not resolve, which an address evades; next to free. "
        "firewall: other connections are dropped; some 290 US dollars a month for each way out."
    )
    domains: Annotated[tuple[Domain, ...], Field(min_length=1), AfterValidator(distinct)] = Field(
        description="Names that may be reached; *.example.com is all below example.com. "
        "AWS's own names always are."
    )


class ExistingVpc(Settings):
    """A VPC that is already there, and stays its owner's."""

    id: Annotated[str, resource_id("vpc")] = Field(description="The VPC, such as vpc-0a1b2c3d.")
    subnets: Annotated[
        tuple[Annotated[str, resource_id("subnet")], ...],
        Field(min_length=2),
        AfterValidator(distinct),
    ] = Field(description="Private subnets for workloads, in two zones or more.")
    route_tables: Annotated[
        tuple[Annotated[str, resource_id("rtb")], ...], AfterValidator(distinct)
    ] = Field(
        (),
        description="Route tables of those subnets, which get a gateway endpoint for S3; "
        "none where the VPC has one.",
    )
    internet: bool = Field(
        False, description="Whether workloads may go out by what routes the VPC has."
    )


class Network(Settings):
    """The private network that everything runs in: a new one by its cidr, or an existing vpc."""

    cidr: Annotated[str, AfterValidator(vpc_range)] | None = Field(
        None,
        description="The new VPC's private IPv4 range, /16 to /22, such as 10.10.0.0/16. "
        "No two environments may overlap.",
    )
    vpc: ExistingVpc | None = Field(None, description="An existing VPC, in place of a new one.")
    zones: Zones = Field(
        2,
        description="Availability zones: how many, 2 or 3, of those that have every endpoint; or "
        "their names, such as [eu-west-1a, eu-west-1c].",
    )
    egress: Literal["none", "single", "per-zone"] = Field(
        "single",
        description="The way out to the internet: none, one NAT gateway for all zones, "
        "or one in each zone.",
    )
    filter: Filter | None = Field(
        None, description="What of the internet can be reached; without it, all of it by HTTPS."
    )
    endpoints: Endpoints = Field(
        "needed",
        description="AWS services with private endpoints: those that the settings need, none "
        "(calls go out to the internet), or a list. Each costs some 8 US dollars a month and zone.",
    )
    query_log: bool = Field(
        True, description="Whether the names that workloads look up are logged."
    )

    @property
    def zone_count(self) -> int:
        """How many availability zones it spreads over."""
        return self.zones if isinstance(self.zones, int) else len(self.zones)

    @model_validator(mode="after")
    def _one_vpc(self) -> Self:
        if self.cidr is None and self.vpc is None:
            raise refusals([Mistake(("cidr",), "is missing.", _NEW_OR_EXISTING)])
        if self.cidr is not None and self.vpc is not None:
            raise refusals([Mistake(("vpc",), "is given, and cidr too.", _NEW_OR_EXISTING)])
        fields = type(self).model_fields
        changed = [key for key in OF_A_NEW_VPC if getattr(self, key) != fields[key].default]
        if self.vpc is not None and changed:
            raise refusals(
                Mistake((key,), "is for a new VPC, and this one is its owner's.") for key in changed
            )
        if self.filter is not None and self.egress == "none":
            raise refusals([Mistake(("filter",), "has nothing to filter: egress is none.")])
        return self


_NEW_OR_EXISTING = (
    "Give the range of a new VPC, such as cidr: 10.10.0.0/16, or an existing one as vpc: "
    "{id: …, subnets: […]}."
)


def uses(values: Mapping[str, Any]) -> frozenset[Use]:
    """What workloads do in the network, from the plain values of a stack file.

    Where versions come from another environment, nothing is built or trained.
    """
    models, groups = _mappings(values.get("models")), _mappings(values.get("features"))
    notebooks = mapping(values.get("spark")).get("studio")
    data = {Use.DATA_JOBS} if _mappings(values.get("jobs")) or notebooks else set()
    data |= _studio_uses(values, groups)
    if _is_tracked_privately(values):
        data.add(Use.EXPERIMENTS)
    if not models:
        return frozenset(data)
    found = data | {Use.JOBS, Use.SERVING}
    wanted = [name for model in models for name in model.get("features") or ()]
    if any(group.get("online", True) and group.get("name") in wanted for group in groups):
        found.add(Use.ONLINE_FEATURES)
    if mapping(values.get("promotion")).get("from"):
        return frozenset(found)
    if wanted:
        found.add(Use.FEATURES)
    if any(mapping(model.get("delivery")).get("start") != "off" for model in models):
        found.add(Use.BUILDS)
        if mapping(values.get("registry")).get("packages") is not False:
            found.add(Use.PACKAGES)
    return frozenset(found)


def _studio_uses(values: Mapping[str, Any], groups: Sequence[Mapping[str, Any]]) -> set[Use]:
    """What notebooks of Studio do: nothing where there is none."""
    studio = mapping(values.get("studio"))
    if not studio:
        return set()
    teams = [mapping(team) for team in mapping(studio.get("teams")).values()]
    found = {Use.STUDIO}
    if any(team.get(key) for team in teams for key in ("reads", "writes", "features")):
        found.add(Use.FEATURES)
    wanted = {str(name).partition("@")[0] for team in teams for name in team.get("features") or ()}
    if any(group.get("online", True) and group.get("name") in wanted for group in groups):
        found.add(Use.ONLINE_FEATURES)
    return found


def _is_tracked_privately(values: Mapping[str, Any]) -> bool:
    """Whether experiments are kept by a tracking server that is asked for, or has to be there.

    Where a region has no apps, the server is reached by the internet all the same.
    """
    experiments = values.get("experiments")
    if not isinstance(experiments, Mapping) or experiments.get("kind") == "app":
        return False
    asked = any(experiments.get(key) for key in ("kind", "size", "readers"))
    return asked or mapping(values.get("network")).get("egress") == "none"


def check_reachable(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield services that workloads need and cannot reach: no egress, and no endpoint.

    An existing VPC may have endpoints of
    its own, and is taken on trust.
    """
    network, wanted = mapping(values.get("network")), uses(values)
    if network.get("vpc") is not None or network.get("egress") != "none":
        return
    if Use.BUILDS in wanted and Use.PACKAGES not in wanted:
        yield Mistake(
            ("registry", "packages"),
            "without egress, builds reach no other packages than those of the account's own "
            "repository.",
            "Leave it out, or give the models no delivery (delivery: {start: off}).",
        )
    listed = network.get("endpoints", "needed")
    there = [] if listed == "none" else listed
    if not isinstance(there, list):
        return
    if missing := [service for service in needed(wanted) if service not in there]:
        yield Mistake(
            ("network", "endpoints"),
            f"without egress, {', '.join(missing)} cannot be reached, and what is set here needs "
            f"{'it' if len(missing) == 1 else 'them'}.",
            "Leave endpoints out, and what is needed will be there.",
        )


def _mappings(value: object) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list | tuple) else []
    return [item for item in items if isinstance(item, Mapping)]
