import pytest
from botocore.exceptions import ClientError

ENCRYPTED = {"EncryptionOption": "SSE_KMS", "KmsKey": "key"}


def test_an_update_leaves_alone_what_it_does_not_name(cloud):
    athena = cloud.client("athena")
    athena.create_work_group(
        Name="queries",
        Description="of the lake",
        Configuration={
            "BytesScannedCutoffPerQuery": 10_000_000,
            "ResultConfiguration": {
                "OutputLocation": "s3://results/",
                "EncryptionConfiguration": ENCRYPTED,
            },
        },
    )
    athena.update_work_group(
        WorkGroup="queries",
        State="DISABLED",
        ConfigurationUpdates={
            "RemoveBytesScannedCutoffPerQuery": True,
            "EnforceWorkGroupConfiguration": False,
            "ResultConfigurationUpdates": {"OutputLocation": "s3://others/"},
        },
    )
    group = athena.get_work_group(WorkGroup="queries")["WorkGroup"]
    assert (group["State"], group["Description"]) == ("DISABLED", "of the lake")
    assert "BytesScannedCutoffPerQuery" not in group["Configuration"]
    assert group["Configuration"]["EnforceWorkGroupConfiguration"] is False
    assert group["Configuration"]["ResultConfiguration"] == {
        "OutputLocation": "s3://others/",
        "EncryptionConfiguration": ENCRYPTED,
    }
    athena.delete_work_group(WorkGroup="queries")


def test_a_workgroup_that_is_not_there_is_not_updated(cloud):
    with pytest.raises(ClientError, match="WorkGroup nowhere is not found"):
        cloud.client("athena").update_work_group(WorkGroup="nowhere", Description="new")
