"""Symmetric keys without a key pair, which only signing keys have.

moto makes an RSA key of 2,048 bits for each key whatever its kind: half a second's work.
"""

from typing import Any

from moto.kms import models
from moto.kms.utils import KeySpec, generate_private_key


def private_key(key_spec: str) -> Any:
    """The private key of an asymmetric key, None for a symmetric one."""
    return None if key_spec == KeySpec.SYMMETRIC_DEFAULT else generate_private_key(key_spec)


def install() -> None:
    """Have moto make private keys where AWS does."""
    vars(models)["generate_private_key"] = private_key
