"""Security configurations of EMR's clusters: their text is checked, and they are listed.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_CreateSecurityConfiguration.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.emr.exceptions import InvalidRequestException
from moto.emr.models import ElasticMapReduceBackend, SecurityConfiguration
from moto.emr.responses import ElasticMapReduceResponse

from embedded.extensions.operations import add, paged

PARTS = (
    "AuthenticationConfiguration",
    "AuthorizationConfiguration",
    "EncryptionConfiguration",
    "InstanceMetadataServiceConfiguration",
)
SWITCHES = ("EnableAtRestEncryption", "EnableInTransitEncryption")
S3_MODES = ("SSE-S3", "SSE-KMS", "CSE-KMS", "CSE-Custom")
DISK_PROVIDERS = ("AwsKms", "Custom")
HOPS = range(1, 65)
_created_by_moto = ElasticMapReduceBackend.create_security_configuration  # replaced below


def install() -> None:
    """Add the operations to moto's EMR."""
    add(ElasticMapReduceBackend, create_security_configuration)
    add(ElasticMapReduceResponse, list_security_configurations)


def create_security_configuration(
    self: ElasticMapReduceBackend, name: str, security_configuration: str
) -> SecurityConfiguration:
    """CreateSecurityConfiguration, of a text that EMR takes."""
    try:
        told = json.loads(security_configuration)
    except ValueError as error:
        raise InvalidRequestException(f"SecurityConfiguration is no JSON: {error}.") from error
    for mistake in _mistakes(told):
        raise InvalidRequestException(f"SecurityConfiguration: {mistake}.")
    return _created_by_moto(self, name, security_configuration)


def list_security_configurations(self: ElasticMapReduceResponse) -> ActionResult:
    """ListSecurityConfigurations."""
    known = [
        {"Name": each.name, "CreationDateTime": each.creation_date_time}
        for each in self.backend.security_configurations.values()
    ]
    return paged(self, "SecurityConfigurations", known, "Name", after="Marker")


def _mistakes(told: Any) -> Iterator[str]:
    if not isinstance(told, dict):
        yield "it is no object"
        return
    if unknown := sorted(told.keys() - set(PARTS)):
        yield f"{', '.join(unknown)} is not known"
    if "EncryptionConfiguration" in told:
        yield from _encryption(told["EncryptionConfiguration"])
    metadata = told.get("InstanceMetadataServiceConfiguration")
    if metadata is not None:
        if metadata.get("MinimumInstanceMetadataServiceVersion") not in (1, 2):
            yield "MinimumInstanceMetadataServiceVersion is neither 1 nor 2"
        if metadata.get("HttpPutResponseHopLimit") not in HOPS:
            yield "HttpPutResponseHopLimit is not between 1 and 64"


def _encryption(told: Mapping[str, Any]) -> Iterator[str]:
    for switch in SWITCHES:
        if not isinstance(told.get(switch), bool):
            yield f"{switch} is neither true nor false"
    rest = told.get("AtRestEncryptionConfiguration") or {}
    if told.get("EnableAtRestEncryption") and not rest:
        yield "EnableAtRestEncryption needs AtRestEncryptionConfiguration"
    if told.get("EnableInTransitEncryption") and not told.get("InTransitEncryptionConfiguration"):
        yield "EnableInTransitEncryption needs InTransitEncryptionConfiguration"
    if objects := rest.get("S3EncryptionConfiguration"):
        yield from _objects(objects)
    if disks := rest.get("LocalDiskEncryptionConfiguration"):
        yield from _disks(disks)


def _objects(told: Mapping[str, Any]) -> Iterator[str]:
    mode = told.get("EncryptionMode")
    if mode not in S3_MODES:
        yield f"EncryptionMode is none of {', '.join(S3_MODES)}"
    if str(mode).endswith("KMS") and not told.get("AwsKmsKey"):
        yield f"{mode} needs AwsKmsKey"


def _disks(told: Mapping[str, Any]) -> Iterator[str]:
    provider = told.get("EncryptionKeyProviderType")
    if provider not in DISK_PROVIDERS:
        yield f"EncryptionKeyProviderType is none of {', '.join(DISK_PROVIDERS)}"
    if provider == "AwsKms" and not told.get("AwsKmsKey"):
        yield "AwsKms needs AwsKmsKey"
