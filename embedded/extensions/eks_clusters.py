"""Clusters of EKS, with what moto forgets of them, and as strictly as AWS has them.

A cluster is there as soon as it is made, where AWS takes some ten minutes. No Kubernetes answers at
its address.
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""

import base64
import secrets
from datetime import timedelta
from ipaddress import IPv4Network

from botocore import xform_name
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from moto.core.responses import ActionResult, BaseResponse
from moto.ec2.models import ec2_backends
from moto.eks import urls
from moto.eks.exceptions import InvalidRequestException, ResourceInUseException
from moto.eks.models import CLUSTER_EXISTS_MSG, Cluster
from moto.eks.responses import EKSResponse

from catalog.kubernetes_versions import default_version
from embedded import clock
from embedded.extensions.eks_access import admit_auto_mode, admit_creator
from embedded.extensions.eks_checks import (
    check_config,
    check_new,
    check_version,
    is_auto,
    vpc_of,
    whole,
)
from embedded.extensions.eks_store import Values, asked_of, cluster_of
from embedded.extensions.eks_updates import logging_of, require_still, settle
from embedded.extensions.operations import add

TAKEN_BY_MOTO = (
    *("name", "version", "roleArn", "resourcesVpcConfig", "kubernetesNetworkConfig", "logging"),
    *("clientRequestToken", "tags", "encryptionConfig", "remoteNetworkConfig"),
)
SERVICES = ("10.100.0.0/16", "172.20.0.0/16")
"""Of which of these EKS gives addresses to services, unless it is told."""
CA_LIFE = timedelta(days=3650)


def install() -> None:
    """Add the operations, and the paths of all of EKS, to moto's."""
    EKSResponse.__init__ = _begin  # type: ignore[method-assign]
    add(EKSResponse, create_cluster, describe_cluster, delete_cluster)
    urls.url_paths["{0}/clusters/(?P<name>[^/]+)/(?P<rest>.+)$"] = EKSResponse.dispatch
    urls.url_paths["{0}/access-policies$"] = EKSResponse.dispatch


def _begin(self: EKSResponse) -> None:
    BaseResponse.__init__(self, service_name="eks")
    self.automated_parameter_parsing = True


def create_cluster(self: EKSResponse) -> ActionResult:
    """CreateCluster."""
    asked = asked_of(self)
    name = asked["name"]
    if name in self.eks_backend.clusters:
        message = CLUSTER_EXISTS_MSG.format(clusterName=name)
        raise ResourceInUseException(clusterName=name, message=message)
    asked.setdefault("version", default_version())
    check_version(asked["version"])
    config = whole(asked)
    check_config(self, config)
    check_new(self, config)
    vpc = vpc_of(self, config)
    config["logging"] = logging_of(config.get("logging", {}))
    config["kubernetesNetworkConfig"].setdefault("serviceIpv4Cidr", _services(vpc.cidr_block))
    config["resourcesVpcConfig"] |= {
        "vpcId": vpc.id,
        "clusterSecurityGroupId": _security_group(self, name, vpc.id),
    }
    cluster = self.eks_backend.create_cluster(
        **{xform_name(key): config[key] for key in TAKEN_BY_MOTO if key in config}
    )
    _complete(self, cluster, config)
    return ActionResult({"cluster": cluster})


def describe_cluster(self: EKSResponse) -> ActionResult:
    """DescribeCluster."""
    return ActionResult({"cluster": settle(cluster_of(self))})


def delete_cluster(self: EKSResponse) -> ActionResult:
    """DeleteCluster, of one that is not protected and has nothing attached."""
    cluster = cluster_of(self)
    if vars(cluster)["deletion_protection"]:
        raise InvalidRequestException(
            clusterName=cluster.name,
            message=f"The cluster {cluster.name} has deletion protection: disable it first",
        )
    require_still(cluster)
    if cluster.fargate_profiles:
        raise ResourceInUseException(
            clusterName=cluster.name, message="Cluster has Fargate profiles attached"
        )
    gone = self.eks_backend.delete_cluster(cluster.name)
    ec2 = ec2_backends[self.current_account][self.region]
    ec2.delete_security_group(group_id=gone.resources_vpc_config["clusterSecurityGroupId"])
    gone.status = "DELETING"
    return ActionResult({"cluster": gone})


def _complete(self: EKSResponse, cluster: Cluster, config: Values) -> None:
    """Give a cluster what moto forgets, and addresses of its own."""
    for key in config.keys() - set(TAKEN_BY_MOTO):
        setattr(cluster, xform_name(key), config[key])
    mark = secrets.token_hex(16).upper()
    cluster.created_at = clock.utcnow()
    cluster.platformVersion = "eks.1"
    cluster.endpoint = f"https://{mark}.gr7.{self.region}.eks.amazonaws.com"
    issuer = f"https://oidc.eks.{self.region}.amazonaws.com/id/{mark}"
    cluster.identity = {"oidc": {"issuer": issuer}}
    cluster.certificate_authority = {"data": _certificate()}
    vars(cluster)["health"] = {"issues": []}
    admit_creator(self, cluster)
    if is_auto(config):
        admit_auto_mode(cluster)


def _services(vpc: str) -> str:
    """A block that does not overlap with the VPC's."""
    free = (each for each in SERVICES if not IPv4Network(each).overlaps(IPv4Network(vpc)))
    return next(free, SERVICES[0])


def _security_group(self: EKSResponse, name: str, vpc: str) -> str:
    """A group whose members reach one another, as EKS makes one for each cluster.

    https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """
    ec2 = ec2_backends[self.current_account][self.region]
    group = ec2.create_security_group(
        f"eks-cluster-sg-{name}-{secrets.randbelow(10**10)}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane master "
        "nodes, as well as any managed workloads.",
        vpc_id=vpc,
        tags={"Name": f"eks-cluster-sg-{name}", f"kubernetes.io/cluster/{name}": "owned"},
    )
    every: Values = {"from_port": None, "to_port": None, "ip_protocol": "-1"}  # what has no ports
    ec2.authorize_security_group_ingress(
        group.id, **every, ip_ranges=[], source_groups=[{"GroupId": group.id}], vpc_id=vpc
    )
    return str(group.id)


def _certificate() -> str:
    """A certificate authority as EKS tells one: PEM, in base64."""
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.utcnow()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubernetes")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.PEM)).decode()
