"""AWS's credentials of the pod's service account, by EKS Pod Identity.

boto3 asks for them by itself from 1.34 on, and SageMaker's scikit-learn image has an older one.
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-minimum-sdk.html
https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import json
import os
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ADDRESS = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 - the name of a variable
SECONDS = 5


def credentials() -> dict[str, str]:
    """What the node's agent gives for the token of the pod, which changes: it is read each time."""
    token = Path(os.environ[TOKEN_FILE]).read_text(encoding="utf-8").strip()
    asked = Request(os.environ[ADDRESS], headers={"Authorization": token})  # noqa: S310
    with urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - EKS sets the address
        told = json.load(answer)
    return {
        "access_key": told["AccessKeyId"],
        "secret_key": told["SecretAccessKey"],
        "token": told["Token"],
        "expiry_time": told["Expiration"],
    }


def session() -> Any:
    """A session of boto3 whose credentials are the pod's, and are fetched anew before they end."""
    import boto3
    from botocore.credentials import CredentialProvider, RefreshableCredentials
    from botocore.session import get_session

    class PodIdentity(CredentialProvider):  # type: ignore[misc]
        METHOD = "eks-pod-identity"

        def load(self) -> Any:
            return RefreshableCredentials.create_from_metadata(
                credentials(), refresh_using=credentials, method=self.METHOD
            )

    under = get_session()
    under.get_component("credential_provider").providers.insert(0, PodIdentity())
    return boto3.Session(botocore_session=under)
