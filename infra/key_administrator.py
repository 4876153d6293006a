"""Whether the credentials at hand may make an environment's keys, told before anything is made."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError

from components.foundation.keys.key import DataClass
from infra.errors import InputError
from infra.naming import Names
from infra.needs.foundation.keys import administrators
from infra.settings import StackFile
from infra.settings.cross_stack_checks import shown_path

Client = Callable[[str], Any]
"""boto3 clients, by service."""


def require(stack: StackFile, names: Names, client: Client) -> None:
    """Refuse who could not make the keys, which come first, while they are still to be made.

    KMS takes no key policy that locks its author out:
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key

    Raises InputError that names who may, and botocore's NoCredentialsError.
    """
    if stack.platform.keys.administrators == "account":
        return
    caller = client("sts").get_caller_identity()
    allowed = administrators(stack.platform, names, caller["Account"])
    if administers(caller["Arn"], allowed) or _made(names, client):
        return
    listed = "\n".join(f"  {pattern}" for pattern in allowed)
    where = f"{shown_path(stack.path)}: " if stack.path else ""
    raise InputError(
        f"{where}keys.administrators is {stack.platform.keys.administrators}, and "
        f"{caller['Arn']} is none of them: AWS would refuse it the first key, whose policy would "
        f"lock it out. Sign in as one of these, or name who you are under "
        f"access.personas.break-glass:\n{listed}"
    )


def administers(caller: str, allowed: Iterable[str]) -> bool:
    """Whether who STS says is calling is among patterns of ARNs; the root user always is.

    A session tells the name of its role and not the path: of roles, the names are compared.
    """
    _, _, service, _, _, who = caller.split(":", 5)
    if who == "root":
        return True
    if service == "sts" and who.startswith("assumed-role/"):
        role = who.split("/")[1]
        names = [pattern.rpartition("/")[2] for pattern in allowed if ":role/" in pattern]
        return any(fnmatchcase(role, name) for name in names)
    return any(fnmatchcase(caller, pattern) for pattern in allowed)


def _made(names: Names, client: Client) -> bool:
    """Whether the first of the keys is there, or these credentials cannot see if it is."""
    try:
        client("kms").describe_key(KeyId=f"alias/{names(DataClass.DATA.value)}")
    except ClientError as error:
        return bool(error.response["Error"]["Code"] != "NotFoundException")
    return True
