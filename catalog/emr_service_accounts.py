"""The service accounts that EMR on EKS makes for the pods of a job, by the role that it runs as.

https://docs.aws.amazon.com/cli/latest/reference/emr-containers/create-role-associations.html
"""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PODS = ("client", "driver", "executor")
"""The pods of a job of Spark: the one that submits it, and the two kinds that are its own."""
HEAD = "emr-containers-sa-spark-"
"""What the names of all of them begin with."""


def service_accounts(account_id: str, role_name: str) -> list[str]:
    """Their names for one role of the account that the cluster is in."""
    return [f"{HEAD}{pod}-{account_id}-{base36(role_name)}" for pod in PODS]


def base36(text: str) -> str:
    """The bytes of a text as one number, to the base of 36."""
    number, written = int.from_bytes(text.encode()), ""
    while number:
        number, digit = divmod(number, 36)
        written = DIGITS[digit] + written
    return written or DIGITS[0]
