"""Security configurations of EMR: what is taken, listed and refused."""

import copy
import json

import pytest
from botocore.exceptions import ClientError

from components.data.jobs.clusters import security
from embedded.cloud import Cloud

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="module")
def emr():
    with Cloud("eu-west-1") as running:
        yield running.client("emr")


def test_what_the_platform_asks_for_is_taken_and_listed(emr):
    emr.create_security_configuration(
        Name="clusters", SecurityConfiguration=json.dumps(security(KEY))
    )
    listed = emr.list_security_configurations()["SecurityConfigurations"]
    assert [one["Name"] for one in listed] == ["clusters"]
    told = emr.describe_security_configuration(Name="clusters")["SecurityConfiguration"]
    assert json.loads(told) == security(KEY)


def changed(*path, value=None):
    """The platform's configuration with another value at the path, or with none."""
    told = copy.deepcopy(security(KEY))
    at = told
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return told


ENCRYPTION, REST = "EncryptionConfiguration", "AtRestEncryptionConfiguration"
S3, DISK = "S3EncryptionConfiguration", "LocalDiskEncryptionConfiguration"
METADATA = "InstanceMetadataServiceConfiguration"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([], "it is no object"),
        (changed("Encryption", value={}), "Encryption is not known"),
        (changed(ENCRYPTION, "EnableInTransitEncryption"), "neither true nor false"),
        (changed(ENCRYPTION, "EnableInTransitEncryption", value=True), "needs InTransit"),
        (changed(ENCRYPTION, REST), "needs AtRestEncryptionConfiguration"),
        (changed(ENCRYPTION, REST, S3, "EncryptionMode", value="KMS"), "is none of SSE-S3"),
        (changed(ENCRYPTION, REST, S3, "AwsKmsKey"), "SSE-KMS needs AwsKmsKey"),
        (changed(ENCRYPTION, REST, DISK, "AwsKmsKey"), "AwsKms needs AwsKmsKey"),
        (changed(ENCRYPTION, REST, DISK, "EncryptionKeyProviderType"), "none of AwsKms"),
        (changed(METADATA, "MinimumInstanceMetadataServiceVersion", value=3), "neither 1 nor 2"),
        (changed(METADATA, "HttpPutResponseHopLimit", value=65), "not between 1 and 64"),
    ],
)
def test_what_emr_refuses_is_refused(emr, told, said):
    with pytest.raises(ClientError, match=said):
        emr.create_security_configuration(Name="refused", SecurityConfiguration=json.dumps(told))


def test_what_is_no_json_is_refused(emr):
    with pytest.raises(ClientError, match="is no JSON"):
        emr.create_security_configuration(Name="refused", SecurityConfiguration="{")
