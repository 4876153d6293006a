"""What EKS refuses of a cluster: its network, version, role, keys, and half an Auto Mode.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from itertools import chain
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import ServiceException
from moto.ec2.models import ec2_backends
from moto.eks.exceptions import InvalidParameterException
from moto.eks.responses import EKSResponse
from moto.kms.models import kms_backends

from catalog.kubernetes_versions import Support, UnknownVersion, offered, support_of
from embedded import clock
from embedded.extensions.eks_store import ASSUME, TAG_SESSION, Values, require_role

PRINCIPAL = "eks.amazonaws.com"
CONFIG_MAP = "CONFIG_MAP"
LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
NODE_POOLS = {"general-purpose", "system"}
"""Those that Auto Mode has built in."""
MOST_GROUPS = 5
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
LARGEST, SMALLEST = 12, 24
"""Prefix lengths of a block of addresses for services."""


def check_version(version: str) -> None:
    """Raise InvalidParameterException for a version that EKS has not, or no longer."""
    today = clock.utcnow().date()
    try:
        ended = support_of(version, today) is Support.ENDED
    except UnknownVersion:
        ended = True
    if ended:
        raise InvalidParameterException(
            message=f"unsupported Kubernetes version {version}: {', '.join(offered(today))}"
        )


def check_config(self: EKSResponse, config: Mapping[str, Any]) -> None:
    """Raise InvalidParameterException for what no cluster is, made or changed.

    `config` is a whole one, by the names of CreateCluster's members.
    """
    check_role(self, config)
    for mistake in chain(
        _network(self, config), _access(config), _auto_mode(self, config), _logging(config)
    ):
        raise InvalidParameterException(message=mistake)


def check_new(self: EKSResponse, asked: Mapping[str, Any]) -> None:
    """Raise InvalidParameterException for what only a creation may ask, and may not so."""
    network = asked.get("kubernetesNetworkConfig", {})
    for mistake in chain(_unemulated(asked), _services(self, asked, network), _keys(self, asked)):
        raise InvalidParameterException(message=mistake)


def check_role(self: EKSResponse, config: Mapping[str, Any]) -> None:
    """Raise InvalidParameterException for a role that EKS could not assume.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
    """
    needed = (ASSUME, TAG_SESSION) if is_auto(config) else (ASSUME,)
    require_role(self, config["roleArn"], PRINCIPAL, *needed)


def is_auto(config: Mapping[str, Any]) -> bool:
    """Whether a cluster is one of Auto Mode."""
    return bool((config.get("computeConfig") or {}).get("enabled"))


def vpc_of(self: EKSResponse, config: Mapping[str, Any]) -> Any:
    """Moto's VPC of a cluster's subnets. They are there."""
    ec2 = ec2_backends[self.current_account][self.region]
    first = config["resourcesVpcConfig"]["subnetIds"][0]
    return ec2.vpcs[ec2.get_subnet(first).vpc_id]


def _network(self: EKSResponse, config: Mapping[str, Any]) -> Iterator[str]:
    """What no network of a cluster is.

    https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
    """
    ec2, wanted = ec2_backends[self.current_account][self.region], config["resourcesVpcConfig"]
    known = {subnet.id: subnet for subnet in ec2.describe_subnets()}
    subnets = [known[each] for each in wanted.get("subnetIds", []) if each in known]
    if strangers := set(wanted.get("subnetIds", [])) - known.keys():
        yield f"The subnet ID {', '.join(sorted(strangers))} does not exist"
    if len({subnet.availability_zone for subnet in subnets}) < 2:  # noqa: PLR2004
        yield "Subnets specified must be in at least two different AZs"
    vpcs = {subnet.vpc_id for subnet in subnets}
    if len(vpcs) > 1:
        yield f"Subnets must be of one VPC, and are of {', '.join(sorted(vpcs))}"
    groups = wanted.get("securityGroupIds", [])
    if len(groups) > MOST_GROUPS:
        yield f"A cluster has at most {MOST_GROUPS} security groups"
    for vpc in vpcs:
        if strangers := set(groups) - ec2.groups[vpc].keys():
            yield f"{', '.join(sorted(strangers))} is no security group of {vpc}"
    if not (wanted.get("endpointPublicAccess", True) or wanted.get("endpointPrivateAccess")):
        yield "Private and public endpoint access cannot be false"


def _access(config: Mapping[str, Any]) -> Iterator[str]:
    """Authentication that would let nobody in, or not who must come in.

    https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html
    """
    access = config.get("accessConfig", {})
    mode = access.get("authenticationMode", CONFIG_MAP)
    if mode == CONFIG_MAP and access.get("bootstrapClusterCreatorAdminPermissions") is False:
        yield (
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode "
            "is set to CONFIG_MAP"
        )
    if mode == CONFIG_MAP and is_auto(config):
        yield "EKS Auto Mode needs the authentication mode API or API_AND_CONFIG_MAP"


def _auto_mode(self: EKSResponse, config: Mapping[str, Any]) -> Iterator[str]:
    """What is no whole Auto Mode.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-enable-existing.html
    """
    compute = config.get("computeConfig") or {}
    balancing = (config.get("kubernetesNetworkConfig") or {}).get("elasticLoadBalancing") or {}
    storage = (config.get("storageConfig") or {}).get("blockStorage") or {}
    on = [bool(each.get("enabled")) for each in (compute, balancing, storage)]
    if any(on) and not all(on):
        yield (
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, "
            "kubernetesNetworkConfig, and blockStorage are all either fully enabled or fully "
            "disabled."
        )
    pools, role = compute.get("nodePools") or [], compute.get("nodeRoleArn")
    if unknown := set(pools) - NODE_POOLS:
        yield f"There are no built-in node pools {', '.join(sorted(unknown))}"
    if role and not pools:
        yield (
            "When Compute Config nodeRoleArn is not null or empty, nodePool value(s) must be "
            "provided."
        )
    if pools and not role:
        yield "When nodePools are provided, nodeRoleArn must be provided as well."
    if all(on) and config.get("bootstrapSelfManagedAddons", True):
        yield "When EKS Auto Mode is enabled, bootstrapSelfManagedAddons must be set to false"
    if role:
        require_role(self, role, "ec2.amazonaws.com", ASSUME)


def _logging(config: Mapping[str, Any]) -> Iterator[str]:
    for setup in (config.get("logging") or {}).get("clusterLogging", []):
        if unknown := set(setup.get("types", [])) - set(LOG_TYPES):
            yield f"Unknown log types: {', '.join(sorted(unknown))}"


def _services(
    self: EKSResponse, asked: Mapping[str, Any], network: Mapping[str, Any]
) -> Iterator[str]:
    """Addresses that no services have.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
    """
    if not (block := network.get("serviceIpv4Cidr")):
        return
    try:
        wanted = IPv4Network(block)
    except ValueError as error:
        yield f"serviceIpv4Cidr: {error}"
        return
    if not any(wanted.subnet_of(each) for each in PRIVATE):
        yield f"serviceIpv4Cidr {block} is in none of {', '.join(map(str, PRIVATE))}"
    if not LARGEST <= wanted.prefixlen <= SMALLEST:
        yield f"serviceIpv4Cidr {block} is not between /{SMALLEST} and /{LARGEST}"
    if wanted.overlaps(IPv4Network(vpc_of(self, asked).cidr_block)):
        yield f"serviceIpv4Cidr {block} overlaps with the addresses of the VPC"


def _keys(self: EKSResponse, asked: Mapping[str, Any]) -> Iterator[str]:
    """What no secrets are encrypted with.

    https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
    """
    for each in asked.get("encryptionConfig", []):
        if each.get("resources") != ["secrets"]:
            yield "encryptionConfig: resources must be secrets, and nothing else"
        arn = (each.get("provider") or {}).get("keyArn", "")
        try:
            key = kms_backends[self.current_account][self.region].describe_key(arn)
        except (ClientError, ServiceException, KeyError):
            yield f"The key {arn} does not exist"
            continue
        if key.key_spec != "SYMMETRIC_DEFAULT":
            yield f"The key {arn} is not symmetric"


def _unemulated(asked: Mapping[str, Any]) -> Iterator[str]:
    if "outpostConfig" in asked:
        yield "The embedded AWS has no Outposts"
    if asked.get("kubernetesNetworkConfig", {}).get("ipFamily") == "ipv6":
        yield "The embedded AWS has no clusters of IPv6"


def whole(asked: Values) -> Values:
    """A config with what EKS fills in."""
    network = asked.get("kubernetesNetworkConfig", {})
    return {
        **asked,
        "resourcesVpcConfig": {
            "securityGroupIds": [],
            "endpointPublicAccess": True,
            "endpointPrivateAccess": False,
            "publicAccessCidrs": ["0.0.0.0/0"],
            "controlPlaneEgressMode": "AWS_MANAGED",
            **asked["resourcesVpcConfig"],
        },
        "kubernetesNetworkConfig": {
            "ipFamily": "ipv4",
            **network,
            "elasticLoadBalancing": {"enabled": False} | network.get("elasticLoadBalancing", {}),
        },
        "accessConfig": {
            "bootstrapClusterCreatorAdminPermissions": True,
            "authenticationMode": CONFIG_MAP,
            **asked.get("accessConfig", {}),
        },
        "upgradePolicy": {"supportType": "EXTENDED", **asked.get("upgradePolicy", {})},
        "zonalShiftConfig": {"enabled": False, **asked.get("zonalShiftConfig", {})},
        "computeConfig": {"enabled": False, **asked.get("computeConfig", {})},
        "storageConfig": asked.get("storageConfig") or {"blockStorage": {"enabled": False}},
        "controlPlaneScalingConfig": {
            "tier": "standard",
            **asked.get("controlPlaneScalingConfig", {}),
        },
        "deletionProtection": asked.get("deletionProtection", False),
    }
