"""Studio's domains: their home file system, their changes, and what keeps them from going.

As on AWS, a domain comes with a file system of EFS in its subnets, and with two security groups
for it, which stay behind when the domain goes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateDomain.html
"""

from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.models import Domain, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.operations import add, asked_of
from embedded.extensions.studio_records import (
    Values,
    apps,
    arn_in,
    check_settings,
    domain_of,
    living,
    profiles,
    spaces,
)

NFS = 2049
ID_LENGTH = 12


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(SageMakerResponse, create_domain, describe_domain, update_domain, delete_domain)


def create_domain(self: SageMakerResponse) -> ActionResult:
    """CreateDomain, with its home file system unless none is asked for."""
    backend = self.sagemaker_backend
    asked = asked_of(
        self,
        "DomainName",
        "AuthMode",
        "DefaultUserSettings",
        "DomainSettings",
        "SubnetIds",
        "VpcId",
        "Tags",
        "AppNetworkAccessType",
        "HomeEfsFileSystemKmsKeyId",
        "KmsKeyId",
        "AppSecurityGroupManagement",
        "HomeEfsFileSystemCreation",
        "TagPropagation",
        "DefaultSpaceSettings",
    )
    name, settings = asked["DomainName"], asked["DefaultUserSettings"]
    if any(one.domain_name == name for one in backend.domains.values()):
        raise ResourceInUseException(
            message=f"Domain with name {name} already exists. Choose a different name."
        )
    if not settings.get("ExecutionRole"):
        raise ValidationError(message="DefaultUserSettings of a domain need an ExecutionRole.")
    check_settings(backend, settings)
    check_settings(backend, asked.get("DefaultSpaceSettings"))
    _check_subnets(backend, asked.get("VpcId", ""), asked.get("SubnetIds", []))
    backend.create_domain(
        domain_name=name,
        auth_mode=asked["AuthMode"],
        default_user_settings=settings,
        subnet_ids=asked.get("SubnetIds", []),
        vpc_id=asked.get("VpcId", ""),
        domain_settings=asked.get("DomainSettings") or {},
        tags=asked.get("Tags") or [],
        app_network_access_type=asked.get("AppNetworkAccessType"),
        home_efs_file_system_kms_key_id=asked.get("HomeEfsFileSystemKmsKeyId"),
        kms_key_id=asked.get("KmsKeyId"),
        app_security_group_management=asked.get("AppSecurityGroupManagement"),
        default_space_settings=asked.get("DefaultSpaceSettings"),
    )
    domain = backend.domains.pop(f"d-{name}")
    domain.id = f"d-{uuid4().hex[:ID_LENGTH]}"
    domain.arn = arn_in(backend, "domain", domain.id)
    domain.url = f"https://{domain.id}.studio.{backend.region_name}.sagemaker.aws"
    backend.domains[domain.id] = domain
    vars(domain)["tag_propagation"] = asked.get("TagPropagation", "DISABLED")
    vars(domain)["home_efs_file_system_id"] = (
        _home(backend, domain) if asked.get("HomeEfsFileSystemCreation") != "Disabled" else None
    )
    return ActionResult({"DomainArn": domain.arn, "DomainId": domain.id, "Url": domain.url})


def describe_domain(self: SageMakerResponse) -> ActionResult:
    """DescribeDomain."""
    domain = domain_of(self.sagemaker_backend, self._get_param("DomainId"))
    told = {
        **domain.describe(),
        "TagPropagation": vars(domain).get("tag_propagation"),
        "FailureReason": domain.failure_reason or None,
    }
    if domain.auth_mode != "SSO":
        del told["SingleSignOnManagedApplicationInstanceId"], told["SingleSignOnApplicationArn"]
    return ActionResult({key: value for key, value in told.items() if value is not None})


def update_domain(self: SageMakerResponse) -> ActionResult:
    """UpdateDomain: members of settings that are named replace those that were there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateDomain.html
    """
    backend = self.sagemaker_backend
    domain = domain_of(backend, self._get_param("DomainId"))
    settings = self._get_param("DefaultUserSettings") or {}
    check_settings(backend, settings)
    check_settings(backend, self._get_param("DefaultSpaceSettings"))
    network = asked_of(self, "AppNetworkAccessType", "SubnetIds", "VpcId")
    moved = {
        "AppNetworkAccessType": domain.app_network_access_type,
        "SubnetIds": domain.subnet_ids,
        "VpcId": domain.vpc_id,
    }
    if any(moved[key] != value for key, value in network.items()):
        if living(apps(backend).values(), DomainId=domain.id):
            raise ResourceInUseException(
                message=f"Domain [{domain.id}] has apps: its network changes once there are none."
            )
        _check_subnets(
            backend,
            network.get("VpcId", domain.vpc_id),
            network.get("SubnetIds", domain.subnet_ids),
        )
    domain.default_user_settings = {**domain.default_user_settings, **settings}
    if for_spaces := self._get_param("DefaultSpaceSettings"):
        domain.default_space_settings = {**(domain.default_space_settings or {}), **for_spaces}
    domain.domain_settings = {
        **(domain.domain_settings or {}),
        **(self._get_param("DomainSettingsForUpdate") or {}),
    }
    domain.app_network_access_type = network.get(
        "AppNetworkAccessType", domain.app_network_access_type
    )
    domain.subnet_ids = network.get("SubnetIds", domain.subnet_ids)
    domain.vpc_id = network.get("VpcId", domain.vpc_id)
    if propagation := self._get_param("TagPropagation"):
        vars(domain)["tag_propagation"] = propagation
    domain.last_modified_time = clock.utcnow()
    return ActionResult({"DomainArn": domain.arn})


def delete_domain(self: SageMakerResponse) -> ActionResult:
    """DeleteDomain: once it holds nothing; its files go only where that is asked for.

    Where they stay, the file system keeps its mount targets. The security groups stay either way.
    https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html
    """
    backend = self.sagemaker_backend
    domain = domain_of(backend, self._get_param("DomainId"))
    for what, records in (
        ("apps", apps(backend)),
        ("spaces", spaces(backend)),
        ("user profiles", profiles(backend)),
    ):
        if living(records.values(), DomainId=domain.id):
            raise ResourceInUseException(
                message=f"Unable to delete Domain [{domain.id}]: it has {what}, delete them first."
            )
    del backend.domains[domain.id]
    retention = (self._get_param("RetentionPolicy") or {}).get("HomeEfsFileSystem", "Retain")
    if retention == "Delete" and (system := vars(domain)["home_efs_file_system_id"]):
        efs = efs_backends[backend.account_id][backend.region_name]
        if system in efs.file_systems_by_id:
            for target in [*efs.mount_targets_by_id.values()]:
                if target.file_system_id == system:
                    efs.delete_mount_target(target.mount_target_id)
            efs.delete_file_system(system)
    return EmptyResult()


def _check_subnets(backend: SageMakerModelBackend, vpc: str, subnets: list[str]) -> None:
    """Raise ValidationError for subnets that are not of the VPC."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    there = {
        subnet.id
        for zone in ec2.subnets.values()
        for subnet in zone.values()
        if subnet.vpc_id == vpc
    }
    if strange := [subnet for subnet in subnets if subnet not in there]:
        raise ValidationError(message=f"The subnets {', '.join(strange)} are not in VPC {vpc}.")


def _home(backend: SageMakerModelBackend, domain: Domain) -> str:
    """The file system for people's homes, which each of the subnets can mount."""
    efs = efs_backends[backend.account_id][backend.region_name]
    system = efs.create_file_system(
        creation_token=domain.id,
        performance_mode="generalPurpose",
        encrypted=True,
        kms_key_id=domain.kms_key_id or "",
        throughput_mode="bursting",
        provisioned_throughput_in_mibps=0,
        availability_zone_name="",
        backup=False,
        tags=[{"Key": "ManagedByAmazonSageMakerResource", "Value": domain.arn}],
    )
    inbound = _nfs_groups(backend, domain)
    for subnet in domain.subnet_ids:
        efs.create_mount_target(system.file_system_id, subnet, security_groups=[inbound])
    return str(system.file_system_id)


def _nfs_groups(backend: SageMakerModelBackend, domain: Domain) -> str:
    """The groups by which apps reach the file system, each told of by the other; the inner's id."""
    ec2: Any = ec2_backends[backend.account_id][backend.region_name]
    groups = [
        ec2.create_security_group(
            f"security-group-for-{way}-nfs-{domain.id}",
            f"{way} NFS of the domain {domain.id}",
            vpc_id=domain.vpc_id,
            is_default=False,
        )
        for way in ("inbound", "outbound")
    ]
    inbound, outbound = groups
    rule: Values = {"ip_protocol": "tcp", "from_port": NFS, "to_port": NFS, "ip_ranges": []}
    ec2.authorize_security_group_ingress(
        group_name_or_id=inbound.id,
        vpc_id=domain.vpc_id,
        source_groups=[{"GroupId": outbound.id}],
        **rule,
    )
    ec2.authorize_security_group_egress(
        group_name_or_id=outbound.id,
        vpc_id=domain.vpc_id,
        source_groups=[{"GroupId": inbound.id}],
        **rule,
    )
    return str(inbound.id)
