import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

MESSAGE = {"Message": b"any", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}


def test_a_symmetric_key_encrypts_and_does_not_sign(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"any")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"any"
    with pytest.raises(ClientError, match="Sign"):
        kms.sign(KeyId=key, **MESSAGE)


def test_a_signing_key_signs(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    made = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    key = made["KeyMetadata"]["KeyId"]
    signature = kms.sign(KeyId=key, **MESSAGE)["Signature"]
    assert kms.verify(KeyId=key, Signature=signature, **MESSAGE)["SignatureValid"]
