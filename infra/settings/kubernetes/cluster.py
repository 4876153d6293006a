"""The cluster of an environment: its version, who reaches it, and what is in it."""

import ipaddress
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from catalog.kubernetes_versions import default_version, versions
from infra.settings.base import Settings, matching
from infra.settings.data.queries import TeamName
from infra.settings.foundation.network import PRIVATE_RANGES, distinct
from infra.settings.kubernetes.add_ons import AddOnName, AddOns, Database
from infra.settings.kubernetes.jenkins import Jenkins
from infra.settings.kubernetes.pools import Pool
from infra.settings.kubernetes.teams import KubernetesTeam
from infra.settings.mistakes import Mistake, refusal, refusals, shown

WIDEST_PREFIX = 8
"""Anything wider is most of the internet."""

principal = matching(
    r"arn:aws[\w-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+",
    "is not the ARN of a role or a user",
    "Example: arn:aws:iam::111111111111:role/admin. A session is no principal of EKS's.",
)
"""https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html"""
certificate_arn = matching(
    r"arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+",
    "is not the ARN of a certificate",
    "aws acm list-certificates tells them.",
)
pool_name = matching(
    r"(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a pool",
    "Small letters and digits, with single hyphens between them, at most 40.",
)
cluster_name = matching(
    r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
    "is not the name of a cluster",
    "aws eks list-clusters tells them.",
)


def known_version(value: str) -> str:
    """Refuse a version that EKS does not have."""
    if value not in versions():
        raise refusal(
            f"{shown(value)} is no version of Kubernetes that EKS has.",
            f'It has {", ".join(versions())}, in quotation marks: "{default_version()}".',
        )
    return value


def public_range(value: str) -> str:
    """Refuse what is no range of IPv4, and what is most of the internet."""
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError:
        raise refusal(f"{shown(value)} is not an IPv4 range.", "Example: 203.0.113.0/24.") from None
    private = any(network.subnet_of(each) for each in PRIVATE_RANGES)
    if network.prefixlen < WIDEST_PREFIX or private:
        what = "is private" if private else "is most of the internet"
        raise refusal(f"{value} {what}.", "Name the addresses that your people come from.")
    return value


class Endpoint(Settings):
    """Where else the API of the cluster is reached from than the network."""

    public: Annotated[
        tuple[Annotated[str, AfterValidator(public_range)], ...],
        Field(min_length=1, max_length=40),
        AfterValidator(distinct),
    ] = Field(description="Ranges of addresses of the internet: [203.0.113.0/24].")


class Kubernetes(Settings):
    """An EKS cluster in Auto Mode, for teams to train, serve and process on."""

    version: Annotated[str, AfterValidator(known_version)] = Field(
        default_version(),
        description="Version of Kubernetes. It goes up by one at a time, and never down.",
        json_schema_extra=lambda schema: schema.update(enum=list(versions())),
    )
    support: Literal["standard", "extended"] = Field(
        "standard",
        description="What comes after a version's standard support: EKS moves the cluster to the "
        "next one, or keeps it for a year at six times the price.",
    )
    endpoint: Endpoint | None = Field(
        None,
        description="Where the API is reached from beside the network itself; nowhere else if "
        "unset.",
    )
    existing: Annotated[str, AfterValidator(cluster_name)] | None = Field(
        None,
        description="Name of a cluster in Auto Mode that is there already, and stays its owner's: "
        "pools, teams and add-ons come into it.",
    )
    administrators: Annotated[
        tuple[Annotated[str, AfterValidator(principal)], ...], AfterValidator(distinct)
    ] = Field(
        (),
        description="ARNs of roles and users who may do everything, beside the personas "
        "platform-engineer and break-glass and what deploys the environment.",
    )
    certificate: Annotated[str, AfterValidator(certificate_arn)] | None = Field(
        None, description="ARN of the certificate by which private ingresses speak TLS."
    )
    disk_gb: Annotated[int, Field(ge=20, le=16_384)] = Field(
        100, description="Disk of each node, in GiB."
    )
    pools: Annotated[dict[Annotated[str, AfterValidator(pool_name)], Pool], Field(min_length=1)] = (
        Field(
            {"general": Pool(instances=("m7i.xlarge", "m7i.2xlarge", "m6i.xlarge", "m6i.2xlarge"))},
            description="Pools of nodes, by name; one of general purpose unless given.",
        )
    )
    teams: dict[TeamName, KubernetesTeam] = Field(
        {}, description="Teams, each with a namespace of its name and its share of the cluster."
    )

    add_ons: AddOns = Field(
        (), description="Software in the cluster, each by its key: [kuberay, prometheus, kueue]."
    )
    values: dict[str, dict[str, Any]] = Field(
        {},
        description="Values of charts over those of the catalogue, by the name of the release: "
        "{kueue: {controllerManager: {replicas: 2}}}.",
    )
    jenkins: Jenkins | None = Field(
        None, description="The platform's delivery by the add-on jenkins; none if unset."
    )
    databases: dict[AddOnName, Database] = Field(
        {}, description="Databases that are there already, each for the add-on that needs it."
    )

    @model_validator(mode="after")
    def _of_its_owner(self) -> Self:
        changed = {
            key
            for key in ("version", "support", "endpoint", "administrators")
            if self.existing and key in self.model_fields_set
        }
        if changed:
            raise refusals(
                Mistake((key,), "is the owner's to say of a cluster that is there already.")
                for key in sorted(changed)
            )
        return self
